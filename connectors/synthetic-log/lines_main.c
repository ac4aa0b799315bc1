/*
 * synthetic-log-lines - prints what the connector SyntheticLogSource writes, from its settings alone:
 * what a topic should hold can be compared with what it holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "config/config_def.h"
#include "config/props.h"
#include "generator.h"

static const char usage[] =
	"usage: synthetic-log-lines [OPTION]... [CONNECTOR.properties|CONNECTOR.json] [KEY=VALUE]...\n"
	"Prints the lines that SyntheticLogSource writes with these settings, one a line.\n"
	"  --task=T     of task T only (default: all tasks, record by record)\n"
	"  --tasks=N    of N tasks (default: tasks.max, or 1)\n"
	"  --from=K     from record K of each task on (default: 0)\n"
	"  --to=K       up to record K, exclusive (default: the task's share of count)\n"
	"  --number     before each line its task, its record, the kind of its malformation (-1: none), and tabs\n";

struct request {
	uint64_t from, to, tasks;
	int64_t task; /* -1: all */
	bool number;
};

static void fail(const char *text)
{
	fprintf(stderr, "synthetic-log-lines: %s\n", text);
	exit(EXIT_FAILURE);
}

/* The value of --NAME=VALUE when that is what arg is. */
static const char *option(const char *arg, const char *name)
{
	size_t n = strlen(name);

	return strncmp(arg, name, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > UINT64_C(1) << 52)
		fail("numbers are decimal, from 0");
	return n;
}

static void parse_argument(const char *arg, struct request *request, struct cw_map *config)
{
	struct cw_error err = { 0 };
	const char *value;

	if ((value = option(arg, "--task")))
		request->task = (int64_t)number(value);
	else if ((value = option(arg, "--tasks")))
		request->tasks = number(value);
	else if ((value = option(arg, "--from")))
		request->from = number(value);
	else if ((value = option(arg, "--to")))
		request->to = number(value);
	else if (strcmp(arg, "--number") == 0)
		request->number = true;
	else if (strcmp(arg, "--help") == 0) {
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	} else if (arg[0] == '-') {
		fail("unknown option; --help lists them");
	} else if ((value = strchr(arg, '='))) {
		CW_AUTO_FREE char *key = cw_strndup(arg, (size_t)(value - arg));

		cw_map_set(config, key, value + 1);
	} else if (cw_connector_file_load(arg, config, &err) != 0) {
		fail(err.text);
	}
}

static void load(const struct cw_map *config, struct cw_synthetic_options *options, struct cw_config_memory **memory)
{
	struct cw_config_table table = { cw_plugin->config, cw_plugin->n_config, cw_plugin->config_def_size };
	struct cw_error err = { 0 };
	char text[256];
	const char *key;

	if (cw_config_fill(table, config, options, memory, &err) != 0)
		fail(err.text);
	if (cw_synthetic_conflict(options, 0, &key, text, sizeof(text)))
		fail(text);
	if (strcmp(options->start_time, "now") == 0)
		fail("with start.time=now the times of lines are not to be known; it needs a fixed time");
}

static void print_record(const struct request *request, struct cw_cursor *cursor, uint64_t k)
{
	char line[CW_SYNTHETIC_LINE_MAX];
	size_t n = cw_cursor_write(cursor, k, line);

	if (request->number)
		printf("%u\t%llu\t%d\t", cursor->task, (unsigned long long)k, cursor->malformed);
	line[n] = '\n';
	fwrite(line, 1, n + 1, stdout);
}

static void print_lines(const struct request *request, const struct cw_synthetic_options *options,
			const struct cw_synthetic *g)
{
	uint32_t tasks = (uint32_t)request->tasks;
	struct cw_cursor *cursors = cw_alloc(tasks * sizeof(*cursors));
	uint64_t *ends = cw_alloc(tasks * sizeof(*ends)), last = 0;

	for (uint32_t t = 0; t < tasks; t++) {
		cw_cursor_init(&cursors[t], g, t);
		ends[t] = options->count ? cw_synthetic_quota((uint64_t)options->count, tasks, t) : UINT64_MAX;
		if (ends[t] > request->to)
			ends[t] = request->to;
		if (request->task >= 0 && request->task != (int64_t)t)
			ends[t] = 0;
		last = ends[t] > last ? ends[t] : last;
	}
	for (uint64_t k = request->from; k < last; k++)
		for (uint32_t t = 0; t < tasks; t++)
			if (k < ends[t])
				print_record(request, &cursors[t], k);
	free(ends);
	free(cursors);
}

int main(int argc, char **argv)
{
	struct request request = { .to = UINT64_MAX, .task = -1 };
	struct cw_synthetic_options options = { 0 };
	struct cw_config_memory *memory = NULL;
	struct cw_error err = { 0 };
	struct cw_map config = { 0 };
	struct cw_synthetic *g;

	for (int i = 1; i < argc; i++)
		parse_argument(argv[i], &request, &config);
	if (!cw_map_get(&config, "topic"))
		cw_map_set(&config, "topic", "none");
	load(&config, &options, &memory);
	if (request.tasks == 0)
		request.tasks = cw_map_get(&config, "tasks.max") ? number(cw_map_get(&config, "tasks.max")) : 1;
	if (request.tasks < 1 || request.tasks > 100000 || request.task >= (int64_t)request.tasks)
		fail("--task must be below --tasks, which must be from 1 to 100000");
	if (request.to == UINT64_MAX && options.count == 0)
		fail("without count there is no end; --to=K sets one");
	g = cw_synthetic_new(&options, (uint32_t)request.tasks, &err);
	if (!g)
		fail(err.text);
	print_lines(&request, &options, g);
	cw_synthetic_free(g);
	cw_config_memory_free(memory);
	cw_map_free(&config);
	if (fflush(stdout) != 0)
		fail("cannot write to standard output");
	return EXIT_SUCCESS;
}
