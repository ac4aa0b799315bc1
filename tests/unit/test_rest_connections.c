/* What connections wait for: how long, and who ends it. */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "rest/connections.h"
#include "unit.h"

#define HOUR_MS 3600000

/* One that waits, with its client's end of the connection. */
struct waiter {
	struct cw_connections *connections;
	struct cw_connection *connection;
	int fd, client;
	int refuse; /* so many times an answer is on its way */
	bool for_client;
	atomic_int n_over;
	atomic_bool gone;
};

static bool over(void *arg, bool gone)
{
	struct waiter *w = arg;

	atomic_store(&w->gone, gone);
	return atomic_fetch_add(&w->n_over, 1) >= w->refuse;
}

static struct cw_connections *open_connections(void)
{
	const struct cw_connection_limits limits = { 100, 100, HOUR_MS, HOUR_MS };
	struct cw_error err = { 0 };
	struct cw_connections *connections = cw_connections_new(&limits, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(connections);
	return connections;
}

static void begin(struct waiter *w, struct cw_connections *connections, int64_t within_ms)
{
	const struct cw_connection_wait wait = { within_ms ? cw_clock_ms() + within_ms : 0, w->for_client, over, w };
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	w->connections = connections;
	w->fd = fds[0];
	w->client = fds[1];
	w->connection = cw_connection_add(connections, w->fd, NULL, NULL);
	cw_connection_phase(connections, w->connection, CW_CONNECTION_WORKING);
	cw_connection_await(connections, w->connection, &wait);
}

static void end(struct waiter *w)
{
	cw_connection_remove(w->connections, w->connection);
	close(w->fd);
	if (w->client >= 0)
		close(w->client);
}

/* Whether over() comes to be called so often, within ten seconds. */
static bool becomes_over(struct waiter *w, int n)
{
	int64_t deadline_ms = cw_clock_ms() + 10000;

	while (atomic_load(&w->n_over) < n && cw_clock_ms() < deadline_ms)
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	return atomic_load(&w->n_over) == n;
}

/* The thread has looked at all others once this is over. */
static void let_it_look(struct cw_connections *connections)
{
	struct waiter w = { 0 };

	begin(&w, connections, 1);
	CU_ASSERT_TRUE(becomes_over(&w, 1));
	end(&w);
}

static void test_waiting__ends_when_its_time_is_over(void)
{
	struct cw_connections *connections = open_connections();
	struct waiter late = { 0 }, early = { 0 }, never = { 0 };
	int64_t began_ms = cw_clock_ms();

	begin(&never, connections, 0);
	begin(&late, connections, HOUR_MS);
	begin(&early, connections, 30);
	CU_ASSERT_TRUE(becomes_over(&early, 1));
	CU_ASSERT_TRUE(cw_clock_ms() - began_ms >= 30);
	let_it_look(connections);
	CU_ASSERT_EQUAL(early.n_over, 1); /* once and for all */
	CU_ASSERT_EQUAL(late.n_over, 0);
	CU_ASSERT_EQUAL(never.n_over, 0);
	end(&early);
	end(&late);
	end(&never);
	cw_connections_free(connections);
}

static void test_waiting__goes_on_while_the_answer_is_on_its_way(void)
{
	struct cw_connections *connections = open_connections();
	struct waiter w = { .refuse = 1 };

	begin(&w, connections, 1);
	CU_ASSERT_TRUE(becomes_over(&w, 2));
	let_it_look(connections);
	CU_ASSERT_EQUAL(w.n_over, 2);
	end(&w);
	cw_connections_free(connections);
}

static void test_waiting__ends_with_the_answer(void)
{
	struct cw_connections *connections = open_connections();
	struct waiter w = { 0 };

	begin(&w, connections, 100);
	cw_connection_awaited(connections, w.connection);
	CU_ASSERT_EQUAL(w.n_over, 0);
	nanosleep(&(struct timespec){ 0, 110000000 }, NULL);
	let_it_look(connections);
	CU_ASSERT_EQUAL(w.n_over, 0);
	cw_connections_give_up(connections);
	CU_ASSERT_EQUAL(w.n_over, 0);
	end(&w);
	cw_connections_free(connections);
}

static void test_waiting__is_given_up_all_at_once(void)
{
	struct cw_connections *connections = open_connections();
	struct waiter ends = { 0 }, answered = { .refuse = 1 };

	begin(&ends, connections, HOUR_MS);
	begin(&answered, connections, 0);
	cw_connections_give_up(connections);
	CU_ASSERT_EQUAL(ends.n_over, 1);
	CU_ASSERT_EQUAL(answered.n_over, 1);
	cw_connections_give_up(connections);
	CU_ASSERT_EQUAL(ends.n_over, 1);
	CU_ASSERT_EQUAL(answered.n_over, 2);
	end(&ends);
	end(&answered);
	cw_connections_free(connections);
}

static void test_waiting__ends_with_the_client(void)
{
	struct cw_connections *connections = open_connections();
	struct waiter there = { .for_client = true }, gone = { .for_client = true }, done = { .for_client = true },
		      bounded = { 0 }, late = { .for_client = true };

	begin(&there, connections, 0);
	begin(&bounded, connections, HOUR_MS);
	begin(&gone, connections, HOUR_MS);
	begin(&done, connections, 0);
	CU_ASSERT_EQUAL(send(there.client, "GET", 3, 0), 3);
	close(gone.client);
	gone.client = -1;
	close(bounded.client);
	bounded.client = -1;
	shutdown(done.client, SHUT_WR);
	CU_ASSERT_TRUE(becomes_over(&gone, 1));
	CU_ASSERT_TRUE(becomes_over(&done, 1));
	CU_ASSERT_TRUE(gone.gone && done.gone);
	begin(&late, connections, 1);
	CU_ASSERT_TRUE(becomes_over(&late, 1));
	CU_ASSERT_FALSE(late.gone);
	let_it_look(connections);
	CU_ASSERT_EQUAL(gone.n_over, 1);
	CU_ASSERT_EQUAL(there.n_over, 0);
	CU_ASSERT_EQUAL(bounded.n_over, 0);
	end(&there);
	end(&bounded);
	end(&gone);
	end(&done);
	end(&late);
	cw_connections_free(connections);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "its time is over", test_waiting__ends_when_its_time_is_over },
		{ "an answer on its way", test_waiting__goes_on_while_the_answer_is_on_its_way },
		{ "an answer", test_waiting__ends_with_the_answer },
		{ "the client has gone", test_waiting__ends_with_the_client },
		{ "all are given up", test_waiting__is_given_up_all_at_once },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest connections", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
