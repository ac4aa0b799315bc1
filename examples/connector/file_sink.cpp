/*
 * FileSink: a connector that appends the value of each record to a file, a line for each.
 *
 * It shows what a sink has to do, in C++: take a batch or none of it, refuse single records that can never
 * be written, and make everything safe when asked. The worker commits an offset only after flush() said so.
 *
 * C++11 and POSIX; nothing of connect-worker but the installed header.
 */
#include <cerrno>
#include <cstddef>
#include <exception>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <connect-worker/connector.h>

namespace {

/* ---- how it is configured -------------------------------------------------------------------- */

struct Config {
	const char *file;
	bool with_position;
};

int check_path(const char *value, cw_error *err)
{
	if (value[0] != '/')
		return cw_error_set(err, CW_ERR_INVALID, "the path must begin with a slash: the worker may run in any folder");
	return 0;
}

/* name, type, flags, default, min, max, choices, importance, doc, group, order, width, display name, dependents, check, offset */
const cw_config_def config_table[] = {
	{ "file", CW_CONFIG_STRING, CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY, nullptr, 0, 0, nullptr, CW_HIGH,
	  "Path of the file that lines are appended to. Several tasks may share it.", "File", 1, CW_WIDTH_LONG, "File", nullptr,
	  check_path, offsetof(Config, file) },
	{ "with.position", CW_CONFIG_BOOLEAN, 0, "false", 0, 0, nullptr, CW_LOW,
	  "Whether each line begins with topic, partition and offset, separated by tabs.", "File", 2, CW_WIDTH_NONE,
	  "With position", nullptr, nullptr, offsetof(Config, with_position) },
};

/* ---- the task ---------------------------------------------------------------------------------- */

class Task {
public:
	Task(const cw_context *context, const Config &config)
		: ctx(context), path(config.file), with_position(config.with_position)
	{
	}

	~Task()
	{
		if (fd >= 0)
			close(fd);
	}

	Task(const Task &) = delete;
	Task &operator=(const Task &) = delete;

	cw_result open_file(cw_error *err)
	{
		fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		return fd >= 0 ? CW_OK : system_error(err);
	}

	/* The whole batch or, with CW_RETRY, an error: then the same batch comes again. */
	cw_result put(cw_batch *batch, cw_error *err)
	{
		text.clear();
		for (size_t i = 0; i < batch->n; i++) {
			const char *refused = append(*cw_batch_record(batch, i));

			/* errors.tolerance decides: the record is counted and skipped, or the task fails. */
			if (refused && ctx->host->reject(ctx, batch, i, refused, err) != 0)
				return CW_FAIL;
		}
		return write_text(err);
	}

	cw_result flush(cw_error *err)
	{
		/* EINVAL: a device or a pipe, which has nothing to be synced */
		return fdatasync(fd) == 0 || errno == EINVAL ? CW_OK : system_error(err);
	}

private:
	static bool is_line(const struct cw_slice &value)
	{
		return value.n == 0 || (!memchr(value.p, '\n', value.n) && !memchr(value.p, '\0', value.n));
	}

	/* Adds a line to the text; or says why this record has none. */
	const char *append(const cw_record &record)
	{
		if (record.value.type != CW_STRING && record.value.type != CW_BYTES)
			return record.value.type == CW_NULL ? "the record has no value" :
							      "the value is neither a string nor bytes";
		if (!is_line(record.value.u.bytes))
			return "the value is no line of text: it holds a line end or a zero byte";
		if (with_position) {
			text.append(record.topic.p, record.topic.n).append(1, '\t');
			text.append(std::to_string(record.partition)).append(1, '\t');
			text.append(std::to_string(record.offset)).append(1, '\t');
		}
		if (record.value.u.bytes.n)
			text.append(record.value.u.bytes.p, record.value.u.bytes.n);
		text.append(1, '\n');
		return nullptr;
	}

	/* One write: with O_APPEND lines of several tasks do not mix. */
	cw_result write_text(cw_error *err)
	{
		const ssize_t n = text.empty() ? 0 : write(fd, text.data(), text.size());

		if (n == static_cast<ssize_t>(text.size()))
			return CW_OK;
		if (n < 0)
			return system_error(err);
		/* The part stays, and is written again with the next attempt: at least once. */
		cw_error_set(err, CW_ERR_RETRIABLE, "%s: only a part could be written; is the disk full?", path.c_str());
		return CW_RETRY;
	}

	cw_result system_error(cw_error *err) const
	{
		cw_error_set(err, CW_ERR_RETRIABLE, "%s: %s", path.c_str(), strerror(errno));
		return CW_RETRY;
	}

	const cw_context *const ctx;
	const std::string path;
	const bool with_position;
	std::string text;
	int fd = -1;
};

/* ---- the border: functions with C linkage, through which no exception may pass ------------------ */

template <typename Function>
cw_result guarded(cw_error *err, Function function)
{
	try {
		return function();
	} catch (const std::exception &e) {
		cw_error_set(err, CW_ERR_FATAL, "%s", e.what());
	} catch (...) {
		cw_error_set(err, CW_ERR_FATAL, "an unknown exception");
	}
	return CW_FAIL;
}

extern "C" {

static cw_result task_start(const cw_context *ctx, const void *config, void **out, cw_error *err)
{
	return guarded(err, [&] {
		Task *task = new Task(ctx, *static_cast<const Config *>(config));
		const cw_result result = task->open_file(err);

		if (result == CW_OK)
			*out = task;
		else
			delete task; /* task_stop() is called for tasks that did start */
		return result;
	});
}

static cw_result task_put(void *task, cw_batch *batch, cw_error *err)
{
	return guarded(err, [&] { return static_cast<Task *>(task)->put(batch, err); });
}

static cw_result task_flush(void *task, int64_t, cw_error *err)
{
	return guarded(err, [&] { return static_cast<Task *>(task)->flush(err); });
}

static void task_stop(void *task)
{
	delete static_cast<Task *>(task);
}

} // extern "C"

/* ---- the descriptor ---------------------------------------------------------------------------- */

const cw_connector_ops ops = {
	sizeof(cw_connector_ops),
	0,          /* flags: put() has written everything when it returns */
	nullptr,    /* validate */
	nullptr,    /* start */
	nullptr,    /* stop */
	nullptr,    /* task_configs: tasks.max equal tasks */
	task_start,
	nullptr,    /* poll: of sources */
	task_put,
	task_flush,
	nullptr,    /* wait */
	task_stop,
};

const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	"com.example.FileSink",
	"1.0.0",
	"Appends the value of each record to a file, a line for each.",
	config_table,
	sizeof(config_table) / sizeof(config_table[0]),
	sizeof(cw_config_def),
	sizeof(Config),
	&ops,
};

} // namespace

/* The one symbol that is exported; the header has declared it with C linkage. */
const struct cw_plugin *const cw_plugin = &descriptor;
