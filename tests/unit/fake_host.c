#include "fake_host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/protocol.h"

#define TASKS_MAX 16

struct fake {
	bool resumed;
	struct cw_buf in;
	json_t *config;
	bool sink, task_lives[TASKS_MAX], task_over[TASKS_MAX];
	int stored[TASKS_MAX];
	char first_level[16]; /* told before the configuration */
};

static void send_message(json_t *message)
{
	struct cw_buf out = { 0 };

	cw_frame_append(&out, message);
	json_decref(message);
	for (size_t sent = 0; sent < out.n;) {
		ssize_t n = write(CW_HOST_FD, out.p + sent, out.n - sent);

		if (n <= 0)
			_exit(4);
		sent += (size_t)n;
	}
	cw_buf_free(&out);
}

static const char *setting(const json_t *config, const char *key, const char *otherwise)
{
	const char *value = json_string_value(json_object_get(config, key));

	return value ? value : otherwise;
}

static void crash(void)
{
	static const char words[] = "  #0 fake_poll (fake.so+0x12) \xe4\n";
	ssize_t ignored = write(CW_HOST_CRASH_FD, words, sizeof(words) - 1);

	(void)ignored;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void hang(void)
{
	for (;;)
		poll(NULL, 0, -1);
}

static void write_garbage(void)
{
	static const char garbage[] = "\0\0\0\3{}}";
	ssize_t ignored = write(CW_HOST_FD, garbage, sizeof(garbage) - 1);

	(void)ignored;
	hang();
}

/* What any "how" can tell it to do; false: it is one of the caller's. */
static bool misbehave(const char *how)
{
	if (strcmp(how, "crash") == 0)
		crash();
	else if (strcmp(how, "hang") == 0)
		hang();
	else if (strcmp(how, "garbage") == 0)
		write_garbage();
	else if (strcmp(how, "exit") == 0)
		exit(3);
	else if (strcmp(how, "eof") == 0)
		close(CW_HOST_FD);
	else
		return false;
	return true;
}

static void send_status(int task, const char *state, const char *trace)
{
	json_t *message = json_pack("{sssiss}", "type", "status", "task", task, "state", state);

	if (trace)
		json_object_set_new(message, "trace", json_string(trace));
	send_message(message);
}

/* As a task that has been trying the same for 75 seconds. */
static void send_stuck(int task)
{
	send_message(json_pack("{sssis{s{sssssi}}s{sssissss}}", "type", "metrics", "task", task, "metrics", "progress_age_ms",
			       "kind", "gauge", "help", "Age.", "value", 75000, "retry", "stage", "TASK_PUT", "attempt", 7,
			       "next_attempt_at", "2026-01-21T22:23:40.123Z", "cause", "the store is away"));
}

/* As a task that has been waiting for that long for something. */
static void send_waiting(int task, const char *awaited)
{
	send_message(json_pack("{sssis{s{sssssi}}ss}", "type", "metrics", "task", task, "metrics", "progress_age_ms", "kind",
			       "gauge", "help", "Age.", "value", 75000, "awaited", awaited));
}

static void send_metrics(struct fake *fake, int task)
{
	const char *stuck = setting(fake->config, "fake.stuck", "");

	if (*stuck && !fake->resumed) {
		if (strcmp(stuck, "true") == 0)
			send_stuck(task);
		else
			send_waiting(task, stuck);
		return;
	}
	send_message(json_pack("{sssis{s{sssssi}s{sssssi}}}", "type", "metrics", "task", task, "metrics", "pid", "kind",
			       "gauge", "help", "Process.", "value", (int)getpid(), "stored", "kind", "counter", "help",
			       "Offsets.", "value", fake->stored[task]));
}

/* ---- messages ------------------------------------------------------------------------------ */

static void answer_configured(struct fake *fake)
{
	json_t *tasks = json_array();

	for (int i = 0; i < atoi(setting(fake->config, "tasks.max", "1")); i++) {
		json_t *config = json_copy(fake->config);

		json_object_del(config, setting(fake->config, "fake.untold", ""));
		json_object_set_new(config, "task.number", json_sprintf("%d", i));
		json_array_append_new(tasks, config);
	}
	send_message(json_pack("{sssssssssoss}", "type", "configured", "class", "org.example.FakeSource", "version",
			       "1.2", "kind", fake->sink ? "sink" : "source", "tasks", tasks, "extra", "ignored"));
}

static void on_configure(struct fake *fake, const json_t *message)
{
	const char *how;

	fake->config = json_deep_copy(json_object_get(message, "config"));
	fake->sink = strstr(setting(fake->config, "connector.class", ""), "Sink") != NULL;
	how = setting(fake->config, "fake.configure", "ok");
	if (strcmp(how, "fail") == 0) {
		send_message(json_pack("{ssss}", "type", "failed", "trace", "the fake was told to fail"));
		exit(1);
	}
	if (!misbehave(how))
		answer_configured(fake);
}

static void on_restart(struct fake *fake)
{
	const char *how = setting(fake->config, "fake.restart", "ok");

	if (strcmp(how, "fail") == 0)
		send_message(json_pack("{ssss}", "type", "failed", "trace", "the fake did not restart"));
	else if (!misbehave(how))
		answer_configured(fake);
}

/* Before its configuration it does not know where to. */
static void note_level(struct fake *fake, const char *level)
{
	const char *path = setting(fake->config, "fake.levels", NULL);
	FILE *f = path ? fopen(path, "a") : NULL;

	if (!fake->config)
		snprintf(fake->first_level, sizeof(fake->first_level), "%s", level);
	if (f) {
		fprintf(f, "%s\n", level);
		fclose(f);
	}
}

static void note_start(const struct fake *fake, int task, const json_t *message)
{
	const char *path = setting(fake->config, "fake.starts", NULL);
	char *offsets = json_dumps(json_object_get(message, "offsets"), JSON_COMPACT);
	FILE *f = path ? fopen(path, "a") : NULL;

	if (f) {
		fprintf(f, "%d %s %s\n", task, json_is_true(json_object_get(message, "paused")) ? "paused" : "running",
			offsets);
		fclose(f);
	}
	free(offsets);
}

static void send_offset(int task, const json_t *offsets)
{
	json_int_t last = 0;
	const json_t *pair;
	size_t i;

	json_array_foreach(offsets, i, pair)
		if (json_integer_value(json_object_get(json_array_get(pair, 0), "p")) == task)
			last = json_integer_value(json_object_get(json_array_get(pair, 1), "n"));
	send_message(json_pack("{sssisis[[{si}{sI}]]}", "type", "offsets", "task", task, "seq", 1, "offsets", "p", task,
			       "n", last + 1));
}

static void send_topic(const struct fake *fake, int task, const char *topic)
{
	if (setting(fake->config, "fake.topics", NULL))
		send_message(json_pack("{sssis[s]}", "type", "topics", "task", task, "topics", topic));
}

static void send_log(const struct fake *fake, int task)
{
	const char *text = setting(fake->config, "fake.log", NULL);

	if (!text)
		return;
	send_message(json_pack("{sssI}", "type", "log", "time", (json_int_t)5));
	send_message(json_pack("{sssIssss}", "type", "log", "time", (json_int_t)5, "level", "loud", "message", "x"));
	send_message(json_pack("{sssIsssi}", "type", "log", "time", (json_int_t)5, "level", "info", "message", 5));
	send_message(json_pack("{sssIsssiss}", "type", "log", "time", (json_int_t)1500, "level", "warn", "task", task,
			       "message", text));
}

static void send_reload(const struct fake *fake, int task)
{
	const char *path = setting(fake->config, "fake.reload", NULL);
	FILE *f = path && task == atoi(setting(fake->config, "tasks.max", "1")) - 1 ? fopen(path, "wx") : NULL;

	if (!f)
		return;
	fclose(f);
	send_message(json_pack("{ssss}", "type", "reload", "extra", "ignored"));
}

static void on_start_task(struct fake *fake, int task, const json_t *message)
{
	bool paused = json_is_true(json_object_get(message, "paused"));
	char key[32];
	const char *how;

	snprintf(key, sizeof(key), "fake.task.%d", task);
	how = setting(fake->config, key, setting(fake->config, "fake.task", "run"));
	if (access(setting(fake->config, "fake.end", ""), F_OK) == 0)
		how = "complete";
	note_start(fake, task, message);
	fake->task_lives[task] = true;
	fake->task_over[task] = false;
	send_status(task, paused ? "PAUSED" : "RUNNING", NULL);
	if (!fake->sink)
		send_offset(task, json_object_get(message, "offsets"));
	send_topic(fake, task, setting(fake->config, "fake.topics", ""));
	send_log(fake, task);
	send_metrics(fake, task);
	fake->task_over[task] = strcmp(how, "complete") == 0 || strcmp(how, "fail") == 0;
	if (strcmp(how, "complete") == 0)
		send_status(task, "COMPLETED", NULL);
	else if (strcmp(how, "fail") == 0)
		send_status(task, "FAILED", "told to fail\nat fake");
	else
		misbehave(how);
	send_reload(fake, task);
}

/* A task that ends waits for nothing any more: the last metrics say so. */
static void stop_all(struct fake *fake)
{
	bool stuck = *setting(fake->config, "fake.stuck", "");

	fake->resumed = true;
	for (int i = 0; i < TASKS_MAX; i++) {
		if (!fake->task_lives[i])
			continue;
		if (stuck)
			send_metrics(fake, i);
		send_message(json_pack("{sssi}", "type", "stopped", "task", i));
	}
	exit(0);
}

static void set_all(const struct fake *fake, const char *state)
{
	for (int i = 0; i < TASKS_MAX; i++)
		if (fake->task_lives[i] && !fake->task_over[i])
			send_status(i, state, NULL);
}

/* As a host whose first task has been held back by such a limit for 1.5 seconds. */
static void send_limited(const struct fake *fake)
{
	json_int_t limit = atoll(setting(fake->config, "rate.limit.records.per.second", "0"));

	send_message(json_pack("{sssis{s{sssssi}s{sssssi}}s{sIsi}}", "type", "metrics", "task", 0, "metrics", "pid", "kind",
			       "gauge", "help", "Process.", "value", (int)getpid(), "rate_limit_held_ms", "kind", "counter",
			       "help", "Held.", "value", 1500, "rate_limit", "records_per_second", limit, "bytes_per_second",
			       0));
}

/* What it is told to change is noted in the file "fake.changes", too. */
static void on_change(struct fake *fake, const json_t *changes)
{
	const char *path = setting(fake->config, "fake.changes", NULL), *key;
	FILE *f = path ? fopen(path, "a") : NULL;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value) {
		if (f)
			fprintf(f, "%s=%s\n", key, json_is_null(value) ? "" : json_string_value(value));
		if (json_is_null(value))
			json_object_del(fake->config, key);
		else
			json_object_set(fake->config, key, value);
	}
	if (f)
		fclose(f);
	send_limited(fake);
}

static void handle(struct fake *fake, const json_t *message)
{
	const char *type = json_string_value(json_object_get(message, "type"));
	int task = (int)json_integer_value(json_object_get(message, "task"));
	bool deaf = fake->config && strcmp(setting(fake->config, "fake.stop", "ok"), "deaf") == 0;

	if (strcmp(type, "configure") == 0) {
		on_configure(fake, message);
		note_level(fake, fake->first_level);
	} else if (strcmp(type, "log_level") == 0) {
		note_level(fake, json_string_value(json_object_get(message, "level")));
	} else if (strcmp(type, "restart") == 0) {
		on_restart(fake);
	} else if (strcmp(type, "start_task") == 0) {
		on_start_task(fake, task, message);
	} else if (strcmp(type, "stop_task") == 0 && !deaf) {
		fake->task_lives[task] = false;
		send_message(json_pack("{sssi}", "type", "stopped", "task", task));
	} else if (strcmp(type, "stop") == 0 && !deaf) {
		stop_all(fake);
	} else if (strcmp(type, "pause") == 0) {
		set_all(fake, "PAUSED");
	} else if (strcmp(type, "resume") == 0) {
		set_all(fake, "RUNNING");
		fake->resumed = true;
		send_metrics(fake, 0);
	} else if (strcmp(type, "change") == 0) {
		on_change(fake, json_object_get(message, "config"));
	} else if (strcmp(type, "forget_topics") == 0) {
		send_topic(fake, 0, "again");
	} else if (strcmp(type, "offsets_stored") == 0) {
		fake->stored[task]++;
		send_metrics(fake, task);
	}
}

static int run(void)
{
	struct fake fake = { 0 };

	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		json_t *message;
		ssize_t n;

		cw_buf_reserve(&fake.in, 4096);
		n = read(CW_HOST_FD, fake.in.p + fake.in.n, 4096);
		if (n < 0 && errno == EBADF)
			hang(); /* it was told to close its connection */
		if (n <= 0)
			return 0;
		fake.in.n += (size_t)n;
		while (cw_frame_take(&fake.in, &message) > 0) {
			handle(&fake, message);
			json_decref(message);
		}
	}
}

/* ---- one-shot modes ------------------------------------------------------------------------ */

static void misbehave_once(const char *how)
{
	if (strcmp(how, "fail") == 0) {
		fputs("some log line\nthe fake has no answer\n", stderr);
		exit(1);
	}
	if (strcmp(how, "warn") == 0) {
		fputs("some log line\nand one more\n", stderr);
		return;
	}
	if (strcmp(how, "garbage") == 0) {
		puts("{\"half\":");
		exit(0);
	}
	misbehave(how);
}

static void print(json_t *answer)
{
	json_dumpf(answer, stdout, JSON_COMPACT);
	json_decref(answer);
}

static int plugins(const json_t *question)
{
	const char *how = setting(json_object_get(question, "worker"), "fake.plugins", "ok");

	misbehave_once(how);
	if (*how == '/' && access(how, F_OK) != 0) {
		print(json_pack("{s[]}", "plugins"));
		return 0;
	}
	print(json_pack("{s[{sssssss[{ss}{ssss}{ssss}]}{sssssss[]}{sssssss[{ss}]}{sssssss[{ssss}{ssss}]}{sssssss[]sb}"
			"{sssssss[{ssss}]}{sssssss[{ssss}]}]s[{ssss}]}",
			"plugins",
			"class", "org.example.FakeSource", "type", "source", "version", "1.2", "config", "name", "topic",
			"name", "fake.word", "type", "PASSWORD", "name", "fake.ssl.key.type", "type", "STRING",
			"class", "org.example.FakeSinkConnector", "type", "sink", "version", "1.3", "config",
			"class", "org.example.Fake$Value", "type", "transformation", "version", "1", "config", "name",
			"field",
			"class", "org.example.FakeConverter", "type", "converter", "version", "1", "config", "name", "pair",
			"type", "PASSWORD", "name", "token.kind", "type", "STRING",
			"class", "org.example.OfValuesConverter", "type", "converter", "version", "1", "config", "headers", 0,
			"class", "org.example.AFilter", "type", "transformation", "version", "1", "config", "name", "word", "type",
			"PASSWORD",
			"class", "org.example.APredicate", "type", "predicate", "version", "1", "config", "name", "word", "type",
			"PASSWORD",
			"refused", "file", "bad.so", "reason", "was built for another ABI"));
	return 0;
}

static int cluster(const json_t *question)
{
	const char *how = setting(json_object_get(question, "worker"), "fake.cluster", "ok");

	misbehave_once(how);
	print(strcmp(how, "none") == 0 ? json_object() : json_pack("{ss}", "id", "fake-cluster"));
	return 0;
}

static int validate(const json_t *question)
{
	const json_t *config = json_object_get(question, "config");
	const char *class_name = setting(question, "class", ""), *how = setting(config, "fake.validate", "ok");
	bool sink = strstr(class_name, "Sink") != NULL, known = strstr(class_name, "Fake") != NULL;
	json_t *answer, *errors = json_array();

	misbehave_once(how);
	if (strcmp(how, "error") == 0) {
		json_array_append_new(errors, json_string("Invalid value x for configuration topic: it is no topic"));
		json_array_append_new(errors, json_string("Another error"));
	}
	for (int i = 0; strcmp(how, "errors") == 0 && i < 40; i++)
		json_array_append_new(errors, json_sprintf("Invalid value x for configuration topic: reason %d of 40", i + 1));
	answer = json_pack("{sssis[]s[{sns{sssnsOs[]sb}}]ss}", "name", class_name,
			   "error_count", (int)json_array_size(errors), "groups", "configs", "definition",
			   "value", "name", "topic", "value", "errors", errors, "recommended_values", "visible", 1,
			   "type", known ? sink ? "sink" : "source" : "unknown");
	json_object_set_new(answer, "class",
			    json_string(sink ? "org.example.FakeSinkConnector" : "org.example.FakeSource"));
	if (strcmp(how, "warn") == 0)
		json_object_set_new(answer, "warnings", json_pack("[s]", "topicc is unknown; did you mean topic?"));
	json_decref(errors);
	print(answer);
	return 0;
}

static void note_guest(const json_t *config, const char *sign)
{
	const char *path = setting(config, "fake.guests", NULL);
	FILE *f = path ? fopen(path, "a") : NULL;

	if (f) {
		fputs(sign, f);
		fclose(f);
	}
}

static void wait_at_gate(const json_t *config)
{
	const char *gate = setting(config, "fake.gate", NULL);

	note_guest(config, "+");
	while (gate && access(gate, F_OK) != 0)
		poll(NULL, 0, 2);
	note_guest(config, "-");
}

static int letters(const json_t *question)
{
	wait_at_gate(json_object_get(question, "config"));
	print(json_pack("{s[]}", "letters"));
	return 0;
}

/*
 * Of a group: two partitions. Of a source's topic: "fake.topic". Of a time: its seconds, in the first of them. A change
 * is told by the setting "fake.offsets": a class of error, or none.
 */
static int offsets(const json_t *question)
{
	const char *how = setting(json_object_get(question, "config"), "fake.offsets", "ok");
	const json_t *change = json_object_get(question, "change");
	const char *path = setting(json_object_get(question, "config"), "fake.asked", NULL);

	if (path)
		json_dump_file(question, path, JSON_COMPACT);
	misbehave_once(strlen(how) > 1 ? how : "ok");
	wait_at_gate(json_object_get(question, "config"));
	if (strlen(how) == 1)
		print(json_pack("{s{siss}}", "error", "code", how[0] - '0', "text", "Broker: no"));
	else if (change || json_object_get(question, "offsets"))
		print(json_object());
	else if (json_object_get(question, "topic"))
		print(json_pack("{so}", "offsets",
				json_loads(setting(json_object_get(question, "config"), "fake.topic", "[]"), 0, NULL)));
	else if (json_object_get(question, "at"))
		print(json_pack("{s[[siI]]}", "offsets", "t", 0,
				json_integer_value(json_object_get(question, "at")) / 1000));
	else
		print(json_pack("{s[[sii][sii]]}", "offsets", "t", 0, 7, "t", 1, 9));
	return 0;
}

/* What it was asked; "fake.preview" may be a class of error instead. */
static int preview(const json_t *question)
{
	const json_t *config = json_object_get(question, "config");
	const char *how = setting(config, "fake.preview", "ok");

	misbehave_once(strlen(how) > 1 ? how : "ok");
	if (strlen(how) == 1)
		print(json_pack("{s{siss}}", "error", "code", how[0] - '0', "text", "it does not suit"));
	else
		print(json_pack("{s[]sOsOsOsO}", "records", "name", json_object_get(question, "name"), "config", config, "asked",
				json_object_get(question, "preview"), "offsets", json_object_get(question, "offsets")));
	return 0;
}

static int answer_once(int (*answer)(const json_t *question))
{
	json_t *question = json_loadf(stdin, 0, NULL);
	int status = question ? answer(question) : 1;

	json_decref(question);
	return status;
}

bool fake_host_is(int argc, char **argv)
{
	return argc > 1 && strncmp(argv[1], "--", 2) == 0;
}

int fake_host_main(int argc, char **argv)
{
	if (strcmp(argv[1], "--plugins") == 0)
		return answer_once(plugins);
	if (strcmp(argv[1], "--validate") == 0)
		return answer_once(validate);
	if (strcmp(argv[1], "--cluster") == 0)
		return answer_once(cluster);
	if (strcmp(argv[1], "--offsets") == 0)
		return answer_once(offsets);
	if (strcmp(argv[1], "--letters") == 0)
		return answer_once(letters);
	if (strcmp(argv[1], "--preview") == 0)
		return answer_once(preview);
	if (strcmp(argv[1], "--run") == 0 && argc == 4 && strcmp(argv[2], "--connector") == 0)
		return run();
	return 2;
}
