/* ctl_fixture - runs workerctl against a worker that the test plays, and compares what it did. */
#ifndef CW_TESTS_CTL_FIXTURE_H
#define CW_TESTS_CTL_FIXTURE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "mini_http.h"
#include "unit.h"

struct run {
	struct mini_http *http;
	char *out, *err;
	enum cw_ctl_exit status;
	bool tty;
	int width, height; /* of the terminal; 0: 80 columns, and lines that are not known */
	const char *in; /* on standard input; NULL: nothing */
	struct cw_map env;
};

/* Runs workerctl with a command line, its words apart by single blanks; "_" is the empty word. */
static inline void run(struct run *r, const char *line)
{
	CW_AUTO_FREE char *copy = cw_strdup(line);
	CW_AUTO_FREE char *url = cw_format("127.0.0.1:%d/", mini_http_port(r->http));
	char program[] = "workerctl", *argv[32] = { program };
	size_t out_n, err_n;
	struct cw_ctl_io io = { .tty = r->tty, .in_tty = r->tty, .width = r->width ? r->width : 80, .height = r->height, .env = &r->env };
	int argc = 1;

	free(r->out);
	free(r->err);
	if (!cw_map_get(&r->env, "CONNECT_URL"))
		cw_map_set(&r->env, "CONNECT_URL", url);
	mini_http_forget(r->http);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "_") == 0 ? word + 1 : word;
	io.in = r->in && *r->in ? fmemopen((char *)(uintptr_t)r->in, strlen(r->in), "r") : fopen("/dev/null", "r");
	io.out = open_memstream(&r->out, &out_n);
	io.err = open_memstream(&r->err, &err_n);
	r->status = cw_ctl_main(argc, argv, &io);
	fclose(io.in);
	fclose(io.out);
	fclose(io.err);
}

static inline struct run *begin(void)
{
	struct run *r = cw_alloc(sizeof(*r));

	r->http = mini_http_start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->http);
	return r;
}

static inline void end(struct run *r)
{
	mini_http_stop(r->http);
	cw_map_free(&r->env);
	free(r->out);
	free(r->err);
	free(r);
}

static inline bool is(const char *got, const char *expected)
{
	if (strcmp(got, expected) == 0)
		return true;
	fprintf(stderr, "\n--- got\n%s\n--- expected\n%s\n", got, expected);
	return false;
}

static inline bool has(const char *got, const char *part)
{
	if (strstr(got, part))
		return true;
	fprintf(stderr, "\n--- got\n%s\n--- expected in it\n%s\n", got, part);
	return false;
}

/* Status, output and requests of a command at once; err "" or a part of it. */
static inline void expect(struct run *r, const char *line, enum cw_ctl_exit status, const char *requests,
			  const char *out, const char *err)
{
	CW_AUTO_FREE char *seen = NULL;

	run(r, line);
	seen = mini_http_requests(r->http);
	CU_ASSERT_EQUAL(r->status, status);
	CU_ASSERT_TRUE(is(seen, requests));
	CU_ASSERT_TRUE(is(r->out, out));
	CU_ASSERT_TRUE(*err ? has(r->err, err) : is(r->err, ""));
	if (r->status != status)
		fprintf(stderr, "\n%s: exit status %d\n%s", line, (int)r->status, r->err);
}

/* A file that is gone at the end of the test. */
static inline char *file_of(const char *text, char *path)
{
	int fd = mkstemps(path, 5);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

#endif
