#include "rest_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/worker_load.h"
#include "unit.h"

static char folder[64];

static void make_folder(void)
{
	if (*folder)
		return;
	snprintf(folder, sizeof(folder), "/tmp/cw-rest-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

char *rest_fixture_file(const char *name, const char *text, unsigned mode)
{
	char *path, *next;
	FILE *file;

	make_folder();
	path = cw_format("%s/%s", folder, name);
	next = cw_format("%s.new", path);
	file = fopen(next, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
	chmod(next, mode);
	rename(next, path);
	free(next);
	return path;
}

void rest_fixture_remove_files(void)
{
	CW_AUTO_FREE char *command = cw_format("rm -rf '%s'", folder);

	if (*folder && system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", folder);
	*folder = '\0';
}

static int ask_nobody(void *arg, const struct cw_worker_config *known, const struct cw_map *asked,
		      struct cw_worker_answers *answers, struct cw_error *err)
{
	(void)arg;
	(void)known;
	(void)asked;
	(void)answers;
	return cw_error_set(err, CW_ERR_FATAL, "nobody is there to be asked");
}

bool rest_fixture_config(const char *properties, struct cw_worker_config *out, char text[1400])
{
	CW_AUTO_FREE char *path = rest_fixture_file("worker.properties", properties, 0600);
	json_t *errors, *warnings;
	bool good = cw_worker_config_load(path, ask_nobody, NULL, out, &errors, &warnings) == 0;

	snprintf(text, 1400, "%s", good ? "" : json_string_value(json_array_get(errors, 0)));
	json_decref(errors);
	json_decref(warnings);
	return good;
}

void rest_fixture_up(struct rest_fixture *f, const char *properties)
{
	CW_AUTO_FREE char *all = cw_format("listeners=http://127.0.0.1:0\n%s", properties ? properties : "");
	struct cw_error err = { 0 };
	char text[1400];

	*f = (struct rest_fixture){ .herder = fake_herder_new() };
	if (!rest_fixture_config(all, &f->config, text))
		CU_FAIL_FATAL(text);
	f->rest = cw_rest_start(&f->config, f->herder, &err);
	if (!f->rest)
		fprintf(stderr, "\n%s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->rest);
	snprintf(f->url, sizeof(f->url), "%s", cw_rest_address(f->rest));
}

void rest_fixture_down(struct rest_fixture *f)
{
	cw_rest_stop(f->rest);
	fake_herder_free(f->herder);
	cw_worker_config_free(&f->config);
}

void rest_fixture_ask(const struct rest_fixture *f, const char *method, const char *target, const char *headers,
		      struct http_answer *answer)
{
	CW_AUTO_FREE char *request = cw_format("%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n", method,
					       target, headers ? headers : "");

	http_exchange(f->url, request, strlen(request), strcmp(method, "HEAD") == 0, answer);
}

int rest_fixture_status(const struct rest_fixture *f, const char *method, const char *target, const char *headers)
{
	struct http_answer answer;
	int status;

	rest_fixture_ask(f, method, target, headers, &answer);
	status = answer.status;
	http_answer_free(&answer);
	return status;
}

bool rest_fixture_becomes(const struct rest_fixture *f, const char *headers, int status)
{
	int64_t until_ms = cw_clock_ms() + 10000;

	while (cw_clock_ms() < until_ms) {
		if (rest_fixture_status(f, "GET", "/connectors/a", headers) == status)
			return true;
		nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	}
	return false;
}

void rest_fixture_check(bool good, const char *row, const char *what, const char *got)
{
	if (!good)
		fprintf(stderr, "\n%s: %s, got: %s\n", row, what, got ? got : "(none)");
	CU_ASSERT_TRUE(good);
}

void rest_fixture_refuses(const char *lines, const char *part)
{
	struct cw_worker_config config;
	struct cw_error err = { 0 };
	char text[1400];

	if (!rest_fixture_config(lines, &config, text))
		CU_FAIL_FATAL(text);
	CU_ASSERT_EQUAL(cw_rest_check(&config, &err), -1);
	rest_fixture_check(strstr(err.text, part), lines, part, err.text);
	CU_ASSERT_PTR_NULL(strstr(err.text, "hunter2"));
	CU_ASSERT_PTR_NULL(cw_rest_start(&config, NULL, NULL));
	cw_worker_config_free(&config);
}
