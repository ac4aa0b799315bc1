/*
 * convert_tool CLASS key|value [KEY=VALUE...]
 *
 * One converter with this configuration, driven line by line from standard input. A value is given and shown as
 * JsonConverter has it, with its schema; bytes are in hex, "null" for none.
 *
 *   write TOPIC JSON     the value's bytes
 *   read TOPIC HEX       the bytes' value
 *
 * Each is answered with one line: "ok RESULT", "retry TEXT" or "fail TEXT".
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/mem.h"
#include "config/config_def.h"
#include "convert/converters.h"

static const struct cw_plugin *const plugins[] = { &cw_avro_converter, &cw_json_schema_converter, &cw_json_converter };

/* ---- the framework's side ----------------------------------------------------------------------- */

__attribute__((format(printf, 3, 0))) static void log_line(const struct cw_context *ctx, enum cw_log_level level,
							   const char *fmt, va_list ap)
{
	(void)ctx;
	(void)level;
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

static bool stopping(const struct cw_context *ctx)
{
	(void)ctx;
	return false;
}

static int64_t now_ns(const struct cw_context *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t backoff_ms(const struct cw_context *ctx, unsigned attempt, int64_t base_ms, int64_t max_ms)
{
	(void)ctx;
	(void)attempt;
	return base_ms < max_ms ? base_ms : max_ms;
}

static const struct cw_host host = {
	.size = sizeof(host),
	.log = log_line,
	.stopping = stopping,
	.now_ns = now_ns,
	.backoff_ms = backoff_ms,
};

static const struct cw_context context = {
	.size = sizeof(context), .connector = "convert_tool", .tasks = 1, .host = &host
};

/* ---- converters --------------------------------------------------------------------------------- */

struct converter {
	const struct cw_plugin *plugin;
	void *config, *state;
	struct cw_config_memory *memory;
};

static const struct cw_plugin *find_plugin(const char *class_name)
{
	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++)
		if (strcmp(plugins[i]->class_name, class_name) == 0)
			return plugins[i];
	return NULL;
}

static int converter_start(struct converter *converter, const struct cw_plugin *plugin, const char *role, char **pairs,
			   int n)
{
	struct cw_config_table table = { plugin->config, plugin->n_config, plugin->config_def_size };
	bool key = strcmp(role, "key") == 0;
	struct cw_error err = { 0 };
	struct cw_map map = { 0 };
	int rc;

	*converter = (struct converter){ .plugin = plugin, .config = cw_alloc(plugin->config_size) };
	cw_map_set(&map, "converter.type", role);
	for (int i = 0; i < n; i++) {
		char *equals = strchr(pairs[i], '=');
		CW_AUTO_FREE char *name = cw_strndup(pairs[i], equals ? (size_t)(equals - pairs[i]) : 0);

		cw_map_set(&map, name, equals ? equals + 1 : "");
	}
	rc = cw_config_fill(table, &map, converter->config, &converter->memory, &err);
	cw_map_free(&map);
	if (rc == 0 &&
	    plugin->converter->start(&context, plugin, converter->config, key ? CW_CONVERT_KEY : CW_CONVERT_VALUE,
				     &converter->state, &err) != CW_OK)
		rc = -1;
	if (rc)
		fprintf(stderr, "convert_tool: %s\n", err.text);
	return rc;
}

static void converter_stop(struct converter *converter)
{
	if (converter->state)
		converter->plugin->converter->stop(converter->state);
	cw_config_memory_free(converter->memory);
	free(converter->config);
}

/* ---- lines -------------------------------------------------------------------------------------- */

static struct cw_slice unhex(struct cw_batch *batch, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *p = cw_batch_alloc(batch, n + 1);

	if (strcmp(hex, "null") == 0)
		return cw_slice(NULL, 0);
	for (size_t i = 0; i < n; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		p[i] = (char)strtol(digits, NULL, 16);
	}
	return cw_slice(p, n);
}

static void answer(enum cw_result result, struct cw_slice out, bool as_hex, const struct cw_error *err)
{
	if (result != CW_OK) {
		printf("%s %s\n", result == CW_RETRY ? "retry" : "fail", err->text);
		return;
	}
	fputs("ok ", stdout);
	if (!out.p)
		fputs("null", stdout);
	for (size_t i = 0; i < out.n && as_hex; i++)
		printf("%02x", (unsigned char)out.p[i]);
	if (!as_hex)
		fwrite(out.p, 1, out.n, stdout);
	fputc('\n', stdout);
}

/* From one converter's bytes to another one's. */
static enum cw_result convert(const struct converter *from, const struct converter *to, struct cw_batch *batch,
			      const char *topic, struct cw_slice bytes, struct cw_slice *out, struct cw_error *err)
{
	const struct cw_convert_place place = { .topic = cw_slice_str(topic) };
	struct cw_value value;
	enum cw_result result = from->plugin->converter->to_value(from->state, batch, &place, bytes, &value, err);

	return result == CW_OK ? to->plugin->converter->from_value(to->state, batch, &place, &value, out, err) : result;
}

static void serve(const struct converter *converter, const struct converter *json)
{
	struct cw_arena arena;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	cw_arena_init(&arena, CW_ARENA_BLOCK);
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct cw_slice out = { NULL, 0 };
		struct cw_error err = { 0 };
		char *rest = line, *verb, *topic;
		bool writes;

		line[strcspn(line, "\n")] = '\0';
		verb = strsep(&rest, " ");
		topic = strsep(&rest, " ");
		writes = strcmp(verb, "write") == 0;
		if (!topic || !rest || (!writes && strcmp(verb, "read") != 0))
			answer(CW_FAIL, out, false, &(struct cw_error){ .text = "write TOPIC JSON or read TOPIC HEX" });
		else
			answer(convert(writes ? json : converter, writes ? converter : json, &arena.batch, topic,
				       writes ? cw_slice_str(rest) : unhex(&arena.batch, rest), &out, &err),
			       out, writes, &err);
		fflush(stdout);
		cw_arena_reset(&arena);
	}
	free(line);
	cw_arena_free(&arena);
}

int main(int argc, char **argv)
{
	const struct cw_plugin *plugin = argc > 2 ? find_plugin(argv[1]) : NULL;
	struct converter converter = { 0 }, json = { 0 };
	int rc;

	if (!plugin) {
		fputs("usage: convert_tool CLASS key|value [KEY=VALUE...]\n", stderr);
		return 2;
	}
	rc = converter_start(&converter, plugin, argv[2], argv + 3, argc - 3);
	if (rc == 0)
		rc = converter_start(&json, &cw_json_converter, argv[2], NULL, 0);
	if (rc == 0)
		serve(&converter, &json);
	converter_stop(&converter);
	if (json.plugin)
		converter_stop(&json);
	return rc ? 1 : 0;
}
