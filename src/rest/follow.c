#include "rest/follow.h"

#include <stdlib.h>

#include "base/mem.h"

#define BLOCK_BYTES 4096u

struct cw_follow {
	struct cw_log_follower *follower;
	struct MHD_Connection *connection;
};

static void pause_connection(void *arg)
{
	MHD_suspend_connection(((struct cw_follow *)arg)->connection);
}

static void resume_connection(void *arg)
{
	MHD_resume_connection(((struct cw_follow *)arg)->connection);
}

struct cw_follow *cw_follow_new(struct cw_log_rings *rings, const char *connector, const struct cw_log_filter *filter,
				struct MHD_Connection *connection)
{
	struct cw_follow *follow = cw_alloc(sizeof(*follow));
	struct cw_log_waiter waiter = { pause_connection, resume_connection, follow };

	follow->connection = connection;
	follow->follower = cw_log_rings_follow(rings, connector, filter, &waiter);
	if (follow->follower)
		return follow;
	free(follow);
	return NULL;
}

void cw_follow_free(struct cw_follow *follow)
{
	if (follow)
		cw_log_follower_free(follow->follower);
	free(follow);
}

/* On the event thread. */
static ssize_t read_lines(void *cls, uint64_t position, char *out, size_t max)
{
	const struct cw_follow *follow = cls;
	ssize_t n = cw_log_follower_read(follow->follower, out, max);

	(void)position;
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void free_follow(void *cls)
{
	cw_follow_free(cls);
}

struct MHD_Response *cw_follow_response(struct cw_follow *follow)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_lines, follow, free_follow);

	if (!response)
		cw_follow_free(follow);
	return response;
}
