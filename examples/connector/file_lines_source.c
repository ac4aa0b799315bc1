/*
 * FileLinesSource: a connector that follows a text file, as `tail -F` does. Each line becomes a record.
 *
 * It shows what a source has to do: say how it is configured, say where it goes on after each record,
 * give what there is and never wait. Retries, Kafka, offsets, metrics and errors are the worker's work.
 *
 * C11 and POSIX; nothing of connect-worker but the installed header.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <connect-worker/connector.h>

#define CHUNK ((size_t)64 << 10)      /* read at a time */
#define LINE_MAX_BYTES ((size_t)1 << 20) /* a longer line fails the task */

/* ---- how it is configured -------------------------------------------------------------------- */

/* The framework fills this struct from the connector's configuration, as the table below says. */
struct config {
	const char *file, *topic;
	bool stop_at_end;
	int32_t poll_interval_ms;
};

static int check_path(const char *value, struct cw_error *err)
{
	if (value[0] != '/')
		return cw_error_set(err, CW_ERR_INVALID, "the path must begin with a slash: the worker may run in any folder");
	return 0;
}

static const struct cw_config_def config_table[] = {
	{ .name = "file", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "File", .width = CW_WIDTH_LONG, .display_name = "File", .check = check_path,
	  .doc = "Path of the file to follow. It need not exist yet.", .offset = offsetof(struct config, file) },
	{ .name = "topic", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "File", .width = CW_WIDTH_MEDIUM, .display_name = "Topic",
	  .doc = "Topic that the lines are written to.", .offset = offsetof(struct config, topic) },
	{ .name = "stop.at.end", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .importance = CW_MEDIUM,
	  .group = "File", .display_name = "Stop at the end",
	  .doc = "Whether the connector is done at the end of the file instead of waiting for more.",
	  .offset = offsetof(struct config, stop_at_end) },
	{ .name = "poll.interval.ms", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .default_value = "100", .min = 1,
	  .max = 60000, .importance = CW_LOW, .group = "File", .display_name = "Poll interval",
	  .doc = "How long to wait at the end of the file before looking again, in milliseconds.",
	  .offset = offsetof(struct config, poll_interval_ms) },
};

/* ---- the task ---------------------------------------------------------------------------------- */

struct task {
	const struct cw_context *ctx;
	struct config config; /* its strings are our own copies */
	const struct cw_source_partition *partition;
	int fd;           /* -1: the file is not there (yet) */
	ino_t inode;      /* of fd */
	int64_t position; /* in the file, of the first byte in buffer */
	char *buffer;     /* read and not given yet: the start of a line */
	size_t n, cap;
	struct cw_metric *restarts;
};

static void task_stop(void *opaque)
{
	struct task *task = opaque;

	if (task->fd >= 0)
		close(task->fd);
	free((char *)(uintptr_t)task->config.file);
	free((char *)(uintptr_t)task->config.topic);
	free(task->buffer);
	free(task);
}

/*
 * Which "partition" of the outside world this task reads, and how far it was read: the framework stores
 * {"file":"/var/log/x"} → {"position":N} once Kafka has acknowledged every record before N.
 */
static int find_position(struct task *task, struct cw_error *err)
{
	const struct cw_host *host = task->ctx->host;
	struct cw_value offset;
	char json[4200];
	size_t n = 0;

	n += (size_t)snprintf(json, sizeof(json), "{\"file\":\"");
	for (const char *p = task->config.file; *p; p++) {
		if (n + 10 > sizeof(json))
			return cw_error_set(err, CW_ERR_INVALID, "the path of the file is too long");
		if (*p == '"' || *p == '\\')
			n += (size_t)snprintf(json + n, sizeof(json) - n, "\\%c", *p);
		else
			n += (size_t)snprintf(json + n, sizeof(json) - n, (unsigned char)*p < 0x20 ? "\\u%04x" : "%c",
					      (unsigned char)*p);
	}
	snprintf(json + n, sizeof(json) - n, "\"}");
	task->partition = host->source_partition(task->ctx, json, "position", err);
	if (!task->partition)
		return -1;
	if (host->source_offset(task->ctx, task->partition, &offset)) {
		if (offset.type != CW_INT64 || offset.u.integer < 0)
			return cw_error_set(err, CW_ERR_FATAL, "the stored offset of %s is none of this connector's", json);
		task->position = offset.u.integer;
	}
	return 0;
}

/* The config is lent for this call only: what is needed later is copied. */
static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **out, struct cw_error *err)
{
	const struct config *given = config;
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		goto no_memory;
	task->ctx = ctx;
	task->fd = -1;
	task->config = *given;
	task->config.file = strdup(given->file);
	task->config.topic = strdup(given->topic);
	task->cap = CHUNK;
	task->buffer = malloc(task->cap);
	if (!task->config.file || !task->config.topic || !task->buffer) {
		task_stop(task);
		goto no_memory;
	}
	if (find_position(task, err) != 0) {
		task_stop(task);
		return CW_FAIL;
	}
	task->restarts = ctx->host->metric(ctx, CW_METRIC_COUNTER, "file-replacements-total",
					   "How often the file was replaced or cut, and read from its beginning again.");
	cw_log(ctx, CW_LOG_INFO, "follows %s from byte %lld on", given->file, (long long)task->position);
	*out = task;
	return CW_OK;
no_memory:
	cw_error_set(err, CW_ERR_RETRIABLE, "no memory for a task");
	return CW_RETRY;
}

static void start_over(struct task *task, const char *why)
{
	cw_log(task->ctx, CW_LOG_INFO, "%s was %s: it is read from its beginning", task->config.file, why);
	if (task->restarts)
		task->ctx->host->metric_add(task->restarts, 1);
	if (task->fd >= 0)
		close(task->fd);
	task->fd = -1;
	task->position = 0;
	task->n = 0;
}

/* At the end of what is open: was the file cut, or did another one take its place? */
static void look_for_change(struct task *task)
{
	struct stat open_file, named;

	if (fstat(task->fd, &open_file) == 0 && open_file.st_size < task->position + (int64_t)task->n)
		start_over(task, "cut");
	else if (stat(task->config.file, &named) == 0 && named.st_ino != task->inode)
		start_over(task, "replaced");
}

/* 1: open, 0: not there yet, -1: an error that the framework should retry. */
static int open_file(struct task *task, struct cw_error *err)
{
	struct stat info;

	if (task->fd >= 0)
		return 1;
	task->fd = open(task->config.file, O_RDONLY | O_CLOEXEC);
	if (task->fd < 0 && errno == ENOENT)
		return 0;
	if (task->fd < 0 || fstat(task->fd, &info) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s: %s", task->config.file, strerror(errno));
	task->inode = info.st_ino;
	if (info.st_size < task->position) {
		start_over(task, "cut");
		return 0;
	}
	return 1;
}

/* Reads on behind what is in the buffer: bytes read, 0 at the end, -1 with an error. */
static ssize_t read_more(struct task *task, struct cw_error *err)
{
	ssize_t n;

	if (task->n == task->cap) {
		char *bigger = task->cap < LINE_MAX_BYTES ? realloc(task->buffer, task->cap * 2) : NULL;

		if (!bigger)
			return cw_error_set(err, CW_ERR_FATAL, "%s: the line at byte %lld is longer than %zu bytes",
					    task->config.file, (long long)task->position, LINE_MAX_BYTES);
		task->buffer = bigger;
		task->cap *= 2;
	}
	n = pread(task->fd, task->buffer + task->n, task->cap - task->n, (off_t)(task->position + (int64_t)task->n));
	if (n < 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s: %s", task->config.file, strerror(errno));
	task->n += (size_t)n;
	return n;
}

/* One record for each whole line, until the batch is full. The line lives in the batch, not in our buffer. */
static void give_lines(struct task *task, struct cw_batch *batch)
{
	size_t used = 0;
	const char *end;

	while ((end = memchr(task->buffer + used, '\n', task->n - used)) != NULL) {
		size_t n = (size_t)(end - task->buffer) - used;
		struct cw_record *record = cw_batch_add(batch);
		char *line;

		if (!record)
			break;
		line = cw_batch_alloc(batch, n);
		memcpy(line, task->buffer + used, n);
		used += n + 1;
		record->topic = cw_slice_str(task->config.topic);
		record->value = cw_value_string(cw_slice(line, n));
		record->source_partition = task->partition;
		record->source_offset = cw_value_int64(task->position + (int64_t)used);
	}
	memmove(task->buffer, task->buffer + used, task->n - used);
	task->n -= used;
	task->position += (int64_t)used;
}

/*
 * Called again and again. It gives what there is; when there is nothing, it says how long nothing is to be
 * expected, and the framework waits, so that pausing and stopping need nothing from us.
 */
static enum cw_result poll_lines(void *opaque, struct cw_batch *batch, struct cw_error *err)
{
	struct task *task = opaque;
	ssize_t n = 0;
	int opened = open_file(task, err);

	if (opened < 0)
		return CW_RETRY; /* the framework backs off, logs err, counts the retry */
	if (opened > 0) {
		n = read_more(task, err);
		if (n < 0)
			return err->code == CW_ERR_FATAL ? CW_FAIL : CW_RETRY;
		give_lines(task, batch);
	}
	if (batch->n > 0 || n > 0)
		return CW_OK;
	if (task->config.stop_at_end)
		return CW_END;
	if (opened > 0)
		look_for_change(task);
	batch->wait_ns = (int64_t)task->config.poll_interval_ms * 1000000;
	return CW_OK;
}

/* ---- the descriptor ---------------------------------------------------------------------------- */

/* There is no task_configs(): a file is read by one task, whatever tasks.max says. */
static const struct cw_connector_ops ops = {
	.size = sizeof(struct cw_connector_ops),
	.flags = CW_SOURCE_EXACTLY_ONCE, /* it goes on at the byte behind the last line whose offset is stored */
	.task_start = task_start,
	.poll = poll_lines,
	.task_stop = task_stop,
};

static const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SOURCE),
	.class_name = "com.example.FileLinesSource",
	.version = "1.0.0",
	.doc = "Follows a text file and writes each line to a topic.",
	.config = config_table,
	.n_config = sizeof(config_table) / sizeof(config_table[0]),
	.config_def_size = sizeof(struct cw_config_def),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

/* The one symbol that is exported. */
const struct cw_plugin *const cw_plugin = &descriptor;
