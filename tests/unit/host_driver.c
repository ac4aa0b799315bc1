#include "host_driver.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/protocol.h"
#include "unit.h"

#define DEADLINE_MS 60000
#define SIDE_BY_SIDE 8
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWNESS 3
#else
#define SLOWNESS 1
#endif

/* Of the whole program: the tests share a broker. */
static struct host_process broker;
static char bootstrap[128], folder[] = "/tmp/test_host.XXXXXX";
static int names;

const char *host_bootstrap(void)
{
	return bootstrap;
}

const char *host_folder(void)
{
	return folder;
}

/* ---- the process and its messages ---- */

struct host_process host_spawn(const char *first, const char *second)
{
	struct host_process p = { .offsets = json_object() };
	int link[2], crash[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) != 0 || pipe2(crash, O_CLOEXEC) != 0)
		abort();
	p.pid = fork();
	if (p.pid == 0) {
		dup2(link[1], 30); /* out of the way of 3 and 4 */
		dup2(crash[1], 31);
		dup2(30, CW_HOST_FD);
		dup2(31, CW_HOST_CRASH_FD);
		close(30);
		close(31);
		execl(CONNECT_HOST, CONNECT_HOST, first, second ? "--connector" : NULL, second, (char *)NULL);
		_exit(127);
	}
	close(link[1]);
	close(crash[1]);
	p.fd = link[0];
	p.crash_fd = crash[0];
	return p;
}

void host_say(struct host_process *p, json_t *message)
{
	struct cw_buf out = { 0 };

	cw_frame_append(&out, message);
	json_decref(message);
	CU_ASSERT_EQUAL(send(p->fd, out.p, out.n, MSG_NOSIGNAL), (ssize_t)out.n);
	cw_buf_free(&out);
}

/* 1 and *message, 0 at the deadline, -1 at end of file. */
static int hear(struct host_process *p, int64_t deadline_ms, json_t **message)
{
	for (;;) {
		struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
		int taken = cw_frame_take(&p->in, message);
		int64_t left = deadline_ms - cw_clock_ms();
		ssize_t n;

		if (taken != 0)
			return taken;
		if (left <= 0)
			return 0;
		if (poll(&pfd, 1, left > 100 ? 100 : (int)left) <= 0)
			continue;
		cw_buf_reserve(&p->in, 65536);
		n = recv(p->fd, p->in.p + p->in.n, 65536, 0);
		if (n <= 0)
			return -1;
		p->in.n += (size_t)n;
	}
}

json_t *host_hear(struct host_process *p, int64_t deadline_ms)
{
	json_t *message = NULL;

	if (hear(p, deadline_ms, &message) == 0)
		CU_FAIL("the host did not answer in time");
	return message;
}

static bool is(const json_t *message, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(message, key));

	return text && strcmp(text, value) == 0;
}

void host_attend(struct host_process *p, json_t *message)
{
	json_t *pair;
	size_t i;

	if (is(message, "type", "metrics") && json_integer_value(json_object_get(message, "task")) == 0) {
		json_decref(p->metrics);
		p->metrics = json_incref(json_object_get(message, "metrics"));
	}
	if (!is(message, "type", "offsets"))
		return;
	p->seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));
	if (p->stores_none)
		return;
	json_array_foreach(json_object_get(message, "offsets"), i, pair) {
		char *key = json_dumps(json_array_get(pair, 0), JSON_COMPACT);

		json_object_set(p->offsets, key, pair);
		free(key);
	}
	host_say(p, json_pack("{s:s,s:O,s:O}", "type", "offsets_stored", "task", json_object_get(message, "task"), "seq",
			      json_object_get(message, "seq")));
}

json_t *host_wait_for(struct host_process *p, const char *type, const char *state)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *message;

	while ((message = host_hear(p, deadline)) != NULL) {
		host_attend(p, message);
		if (is(message, "type", type) && (!state || is(message, "state", state)))
			return message;
		json_decref(message);
	}
	CU_FAIL("the message did not come");
	return NULL;
}

void host_expect(struct host_process *p, const char *type, const char *state)
{
	json_decref(host_wait_for(p, type, state));
}

void host_expect_failed(struct host_process *p, const char *text)
{
	json_t *failed = host_wait_for(p, "status", "FAILED");
	const char *trace = json_string_value(json_object_get(failed, "trace"));

	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	CU_ASSERT_PTR_NOT_NULL(strstr(trace, text));
	if (!strstr(trace, text))
		fprintf(stderr, "not \"%s\" in: %s\n", text, trace);
	json_decref(failed);
}

void host_attend_for(struct host_process *p, int64_t ms)
{
	int64_t deadline = cw_clock_ms() + ms;
	json_t *message;

	while (hear(p, deadline, &message) > 0) {
		host_attend(p, message);
		json_decref(message);
	}
}

int64_t host_metric(struct host_process *p, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(p->metrics, name), "value"));
}

void host_wait_at_least(struct host_process *p, const char *name, int64_t value)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (host_metric(p, name) < value) {
		json_t *message = host_hear(p, deadline);

		if (!message)
			break;
		host_attend(p, message);
		json_decref(message);
	}
	CU_ASSERT_TRUE(host_metric(p, name) >= value);
}

void host_wait_metric(struct host_process *p, const char *name, int64_t value)
{
	host_wait_at_least(p, name, value);
	CU_ASSERT_EQUAL(host_metric(p, name), value);
}

void host_wait_zero(struct host_process *p, const char *name)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *message;

	while (host_metric(p, name) != 0 && (message = host_hear(p, deadline)) != NULL) {
		host_attend(p, message);
		json_decref(message);
	}
	CU_ASSERT_EQUAL(host_metric(p, name), 0);
}

json_t *host_stored_offsets(struct host_process *p)
{
	json_t *list = json_array(), *pair;
	const char *key;

	json_object_foreach(p->offsets, key, pair)
		json_array_append(list, pair);
	return list;
}

/* ---- starting and ending ---- */

static void set_words(json_t *object, const char *words)
{
	CW_AUTO_FREE char *copy = cw_strdup(words);
	char *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(w, '=');

		*eq = '\0';
		json_object_set_new(object, w, json_string(eq + 1));
	}
}

struct host_process host_run_with(const char *name, const char *config, const struct host_options *options)
{
	struct host_process p = host_spawn("--run", name);
	json_t *json = json_object(), *configured, *tasks, *task;
	json_t *worker = json_pack("{s:s,s:s,s:s}", "bootstrap.servers", bootstrap, "plugin.path", PLUGINS,
				   "offset.flush.interval.ms", "50");
	size_t i;

	set_words(json, config);
	json_object_set_new(json, "name", json_string(name));
	if (options->worker)
		set_words(worker, options->worker);
	host_say(&p, json_pack("{s:s,s:s,s:o,s:o,s:[]}", "type", "configure", "connector", name, "config", json, "worker",
			       worker, "offsets"));
	configured = host_wait_for(&p, "configured", NULL);
	tasks = json_object_get(configured, "tasks");
	json_array_foreach(tasks, i, task)
		host_say(&p, json_pack("{s:s,s:i,s:i,s:O,s:b,s:O}", "type", "start_task", "task", (int)i, "tasks",
				       (int)json_array_size(tasks), "config", task, "paused", options->paused, "offsets",
				       options->offsets ? options->offsets : json_null()));
	json_decref(options->offsets);
	json_decref(configured);
	return p;
}

struct host_process host_run(const char *name, const char *config)
{
	return host_run_with(name, config, &(struct host_options){ 0 });
}

void host_reap(struct host_process *p)
{
	json_t *message;

	while ((message = host_hear(p, cw_clock_ms() + DEADLINE_MS)) != NULL) {
		host_attend(p, message);
		json_decref(message);
	}
	waitpid(p->pid, &p->status, 0);
	close(p->fd);
	close(p->crash_fd);
	cw_buf_free(&p->in);
	json_decref(p->offsets);
	json_decref(p->metrics);
}

int64_t host_time_ms(int64_t timeout_ms)
{
	return timeout_ms * SLOWNESS;
}

void host_say_stop(struct host_process *p, int64_t timeout_ms)
{
	host_say(p, json_pack("{s:s,s:I}", "type", "stop", "timeout_ms", (json_int_t)host_time_ms(timeout_ms)));
}

void host_say_stop_task(struct host_process *p, int task, int64_t timeout_ms)
{
	host_say(p, json_pack("{s:s,s:i,s:I}", "type", "stop_task", "task", task, "timeout_ms",
			      (json_int_t)host_time_ms(timeout_ms)));
}

void host_stop_within(struct host_process *p, int64_t timeout_ms)
{
	int64_t started = cw_clock_ms(), took;

	host_say_stop(p, timeout_ms);
	host_reap(p);
	took = cw_clock_ms() - started;
	CU_ASSERT_TRUE(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0);
	CU_ASSERT_TRUE(took <= host_time_ms(timeout_ms));
	if (took > host_time_ms(timeout_ms))
		fprintf(stderr, "stopped after %lld ms\n", (long long)took);
}

void host_stop(struct host_process *p)
{
	host_stop_within(p, 10000);
}

void host_orphan(struct host_process *p, int64_t timeout_ms, int status)
{
	int64_t deadline = cw_clock_ms() + timeout_ms;
	json_t *message = NULL;
	int heard;

	shutdown(p->fd, SHUT_WR);
	while ((heard = hear(p, deadline, &message)) > 0)
		json_decref(message);
	if (heard == 0)
		kill(p->pid, SIGKILL);
	host_reap(p);
	CU_ASSERT_TRUE(heard < 0 && WIFEXITED(p->status) && WEXITSTATUS(p->status) == status);
	if (heard >= 0 || !WIFEXITED(p->status) || WEXITSTATUS(p->status) != status)
		fprintf(stderr, "%s, status %x\n", heard < 0 ? "ended" : "was killed", (unsigned)p->status);
}

/* ---- what was written ---- */

const char *host_fresh_name(char *out, size_t size, const char *prefix)
{
	snprintf(out, size, "%s-%d-%d", prefix, (int)getpid(), ++names);
	return out;
}

char *host_read_file(const char *path)
{
	struct cw_buf text = { 0 };
	FILE *f = fopen(path, "r");
	int c;

	while (f && (c = getc(f)) != EOF)
		cw_buf_append(&text, &(char){ (char)c }, 1);
	if (f)
		fclose(f);
	return cw_buf_take(&text);
}

void host_check_puts(const char *path, long count)
{
	CW_AUTO_FREE char *text = host_read_file(path);
	char *save = NULL;
	long next = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long first, n;

		if (sscanf(line, "put v%ld %ld", &first, &n) != 2)
			continue;
		CU_ASSERT_EQUAL(first, next);
		next += n;
	}
	CU_ASSERT_EQUAL(next, count);
}

/* ---- Kafka, by clients of our own ---- */

static rd_kafka_t *client(rd_kafka_type_t type, const char *servers, const char *group)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	rd_kafka_conf_set(conf, "bootstrap.servers", servers, text, sizeof(text));
	if (group)
		rd_kafka_conf_set(conf, "group.id", group, text, sizeof(text));
	return rd_kafka_new(type, conf, text, sizeof(text));
}

int64_t host_committed(const char *connector, const char *topic, int32_t partition)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	CW_AUTO_FREE char *group = cw_format("connect-%s", connector);
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, bootstrap, group);
	int64_t offset;

	rd_kafka_topic_partition_list_add(list, topic, partition);
	CU_ASSERT_EQUAL(rd_kafka_committed(rk, list, 10000), 0);
	offset = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
	return offset;
}

void host_fill(const char *servers, const char *topic, int32_t partition, long from, long count)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, servers, NULL);
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	char text[64];

	for (long i = 0; i < count; i++) {
		int n = snprintf(text, sizeof(text), "v%ld", from + i);

		CU_ASSERT_EQUAL(rd_kafka_produce(rkt, partition, RD_KAFKA_MSG_F_COPY, text, (size_t)n, NULL, 0, NULL), 0);
	}
	CU_ASSERT_EQUAL(rd_kafka_flush(rk, 30000), 0);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_destroy(rk);
}

/* ---- the program ---- */

static void open_broker(void)
{
	json_t *message;

	if (!mkdtemp(folder))
		abort();
	broker = host_spawn("--embedded-broker", NULL);
	message = host_wait_for(&broker, "broker", NULL);
	snprintf(bootstrap, sizeof(bootstrap), "%s", json_string_value(json_object_get(message, "bootstrap")));
	json_decref(message);
}

static int close_broker(void)
{
	CW_AUTO_FREE char *remove = cw_format("rm -rf '%s'", folder);
	int status;

	close(broker.fd);
	waitpid(broker.pid, &status, 0);
	close(broker.crash_fd);
	cw_buf_free(&broker.in);
	json_decref(broker.offsets);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0 || system(remove) != 0;
}

/* Each SIDE_BY_SIDE-th test, from `share` on. */
static int run_share(const char *suite, CU_TestInfo *all, size_t n_all, size_t share)
{
	CU_TestInfo *tests = cw_alloc((n_all + 1) * sizeof(*tests));
	CU_SuiteInfo suites[] = { { .pName = suite, .pTests = tests }, CU_SUITE_INFO_NULL };
	size_t n = 0;
	int status;

	for (size_t i = share; i < n_all; i += SIDE_BY_SIDE)
		tests[n++] = all[i];
	status = cw_test_main(suites);
	free(tests);
	return status;
}

int host_test_main(const char *suite, CU_TestInfo *tests)
{
	pid_t pids[SIDE_BY_SIDE];
	size_t n = 0;
	int failed = 0;

	while (tests[n].pName)
		n++;
	signal(SIGPIPE, SIG_IGN);
	setenv("TSAN_OPTIONS", "atexit_sleep_ms=0", 0); /* else each host sleeps for a second when it ends */
	open_broker();
	for (size_t i = 0; i < SIDE_BY_SIDE; i++)
		if ((pids[i] = fork()) == 0) {
			int status = run_share(suite, tests, n, i);

			fflush(NULL);
			_exit(status);
		}
	for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
	return close_broker() || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
