#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/etag.h"
#include "base/hide.h"
#include "base/json_text.h"
#include "base/json_secret.h"
#include "base/log_rings.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/repeats.h"
#include "base/utf8.h"
#include "unit.h"

static void test_buf__appends_and_terminates(void)
{
	struct cw_buf buf = { 0 };

	cw_buf_puts(&buf, "ab");
	cw_buf_printf(&buf, "%0200d", 7);
	CU_ASSERT_EQUAL(buf.n, 202);
	CU_ASSERT_EQUAL(buf.p[202], '\0');
	cw_buf_free(&buf);
	CU_ASSERT_PTR_NULL(buf.p);
}

static void test_buf__json_escape_keeps_utf8_and_replaces_broken_bytes(void)
{
	struct cw_buf buf = { 0 };

	cw_buf_json_escape(&buf, "a\"\\\n\x01\xc3\xa4\xff", 8);
	CU_ASSERT_STRING_EQUAL(buf.p, "a\\\"\\\\\\n\\u0001\xc3\xa4\xef\xbf\xbd");
	cw_buf_free(&buf);
}

static void test_utf8__knows_overlong_surrogates_and_the_end(void)
{
	CU_ASSERT_EQUAL(cw_utf8_length("\xc0\x80", 2), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xed\xa0\x80", 3), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf4\x90\x80\x80", 4), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf0\x9f\x98\x80", 4), 4);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf0\x9f\x98", 3), 0);
	CU_ASSERT_TRUE(cw_utf8_valid("gr\xc3\xbc\xc3\x9f", 6));
	CU_ASSERT_FALSE(cw_utf8_valid("gr\xc3", 3));
	CU_ASSERT_EQUAL(cw_utf8_cut("gr\xc3\xbc", 4, 4), 4);
	CU_ASSERT_EQUAL(cw_utf8_cut("gr\xc3\xbc", 4, 3), 2);
	CU_ASSERT_EQUAL(cw_utf8_cut("gr\xc3\xbc", 4, 2), 2);
	CU_ASSERT_EQUAL(cw_utf8_cut("\xf0\x9f\x98\x80", 4, 3), 0);
}

static void test_text__is_not_cut_within_a_character(void)
{
	static const struct {
		const char *text;
		size_t n, cut;
	} rows[] = {
		{ "", 0, 0 }, { "ab", 1, 1 }, { "a\xc3\xa4", 2, 1 }, { "a\xc3\xa4", 3, 3 }, { "a\xe2\x82\xac", 2, 1 },
		{ "a\xe2\x82\xac", 3, 1 }, { "a\xe2\x82\xac", 4, 4 }, { "\xf0\x9f\x98\x80", 3, 0 },
		{ "\xf0\x9f\x98\x80", 4, 4 },
		{ "\x80\x80\x80\x80\x80", 4, 4 }, { "a\xff", 2, 2 }, /* broken all the same */
	};
	struct cw_error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(cw_text_cut(rows[i].text, rows[i].n), rows[i].cut);
	for (int before = 1010; before < 1020; before++) {
		err = (struct cw_error){ 0 };
		cw_error_set(&err, CW_ERR_FATAL, "%*s\xe2\x82\xac\xc3\xa4", before, "");
		CU_ASSERT_TRUE(cw_utf8_valid(err.text, strlen(err.text)));
		CU_ASSERT_TRUE(strlen(err.text) >= 1010);
	}
}

static void test_json_text__takes_any_bytes(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *shown;
	} rows[] = {
		{ NULL, 0, "" }, { "gr\xc3\xbc\xc3\x9f\n", 7, "gr\xc3\xbc\xc3\x9f\n" },
		{ "a\xff" "b\xc3", 4, "a\xef\xbf\xbd" "b\xef\xbf\xbd" },
		{ "a\0b", 3, "a\xef\xbf\xbd" "b" }, /* which our own readers refuse */
	};
	unsigned state = 1;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = cw_json_from_text(rows[i].text, rows[i].n);

		CU_ASSERT_STRING_EQUAL(json_string_value(json), rows[i].shown);
		json_decref(json);
	}
	for (int i = 0; i < 2000; i++) {
		char bytes[16];
		json_t *json;

		for (size_t k = 0; k < sizeof(bytes); k++) {
			state = state * 1664525u + 1013904223u;
			bytes[k] = "a\xc3\xa4\xe2\x82\xf0\x9f\xff\0\xed\xa0"[(state >> 16) % 11];
		}
		json = cw_json_from_text(bytes, sizeof(bytes));
		CU_ASSERT_TRUE(json_string_length(json) >= sizeof(bytes));
		json_decref(json);
	}
}

static void test_map__keeps_order_replaces_and_removes(void)
{
	struct cw_map map = { 0 }, other = { 0 };
	json_t *json;

	cw_map_set(&map, "b", "1");
	cw_map_set(&map, "a", "2");
	cw_map_set(&map, "b", "3");
	CU_ASSERT_EQUAL(map.n, 2);
	CU_ASSERT_STRING_EQUAL(map.entries[0].key, "b");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&map, "b"), "3");
	json = cw_map_to_json(&map);
	cw_map_from_json(&other, json);
	CU_ASSERT_TRUE(cw_map_equal(&map, &other));
	CU_ASSERT_TRUE(cw_map_remove(&map, "b"));
	CU_ASSERT_FALSE(cw_map_remove(&map, "b"));
	CU_ASSERT_FALSE(cw_map_equal(&map, &other));
	json_decref(json);
	cw_map_free(&map);
	cw_map_free(&other);
}

static void test_nearest__finds_a_typo_and_leaves_strangers(void)
{
	struct cw_nearest near = { .name = "task.max" }, far = { .name = "colour" };

	cw_nearest_offer(&near, "topics");
	cw_nearest_offer(&near, "tasks.max");
	cw_nearest_offer(&far, "tasks.max");
	CU_ASSERT_STRING_EQUAL(near.best, "tasks.max");
	CU_ASSERT_PTR_NULL(far.best);
	CU_ASSERT_EQUAL(cw_edit_distance("abcd", "abdc"), 1);
}

/* Without a bound the second would take minutes: both come from whoever sends a configuration. */
static void test_repeats__are_said_once_a_minute(void)
{
	struct cw_repeats repeats = { 0 };
	char text[32];

	CU_ASSERT_TRUE(cw_repeats_say(&repeats, "a is gone", 1000));
	CU_ASSERT_FALSE(cw_repeats_say(&repeats, "a is gone", 1000));
	CU_ASSERT_TRUE(cw_repeats_say(&repeats, "b is gone", 1000));
	CU_ASSERT_TRUE(cw_repeats_say(&repeats, "", 1000));
	CU_ASSERT_FALSE(cw_repeats_say(&repeats, "a is gone", 1000 + CW_REPEATS_MS - 1));
	CU_ASSERT_TRUE(cw_repeats_say(&repeats, "a is gone", 1000 + CW_REPEATS_MS));
	CU_ASSERT_FALSE(cw_repeats_say(&repeats, "a is gone", 1001 + CW_REPEATS_MS)); /* a minute from then on */
	for (int i = 0; i < (int)CW_REPEATS_LINES; i++) { /* as many as are remembered */
		snprintf(text, sizeof(text), "%d is gone", i);
		CU_ASSERT_TRUE(cw_repeats_say(&repeats, text, 1002 + CW_REPEATS_MS));
	}
	CU_ASSERT_TRUE(cw_repeats_say(&repeats, "a is gone", 1003 + CW_REPEATS_MS));
}

static void test_nearest__does_not_measure_pages(void)
{
	char name[200 + 1], candidate[200 + 1];
	CW_AUTO_FREE char *page = cw_alloc(1000001);
	struct cw_nearest line = { .name = name }, pages = { .name = page };

	memset(name, 'x', 200);
	memset(candidate, 'x', 200);
	name[200] = candidate[200] = '\0';
	candidate[7] = 'y';
	memset(page, 'x', 1000000);
	cw_nearest_offer(&line, candidate);
	cw_nearest_offer(&pages, page + 1);
	CU_ASSERT_PTR_EQUAL(line.best, candidate);
	CU_ASSERT_PTR_NULL(pages.best);
}

static void test_clock__iso_is_utc_with_milliseconds(void)
{
	char text[32];

	cw_clock_iso(1769034220123, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "2026-01-21T22:23:40.123Z");
	cw_clock_iso(-1, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "1969-12-31T23:59:59.999Z");
}

static void test_hide__replaces_what_is_not_to_be_seen(void)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" }, { "nothing", "nothing" },
		{ "s3cret", "${a:b}" }, { "s3crets3cret s3cre", "${a:b}${a:b} s3cre" },
		{ "a s3cret-too.", "a ${c:d}." }, /* not what the shorter one stands for */
		{ "abc", "abc" }, /* too short */
		{ "hidden", "[hidden]" }, /* once */
		{ "s3cret \xe4 \xc3", "${a:b} \xef\xbf\xbd \xef\xbf\xbd" }, /* people read it, and JSON holds it */
	};
	struct cw_map hidden = { 0 };
	CW_AUTO_FREE char *trimmed = cw_trimmed(" \ta b\r\n");

	cw_map_set(&hidden, "s3cret", "${a:b}");
	cw_map_set(&hidden, "s3cret-too", "${c:d}");
	cw_map_set(&hidden, "abc", "x");
	cw_map_set(&hidden, "hidden", "[hidden]");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CW_AUTO_FREE char *shown = cw_hide(rows[i].text, &hidden);

		CU_ASSERT_STRING_EQUAL(shown, rows[i].shown);
	}
	CU_ASSERT_STRING_EQUAL(trimmed, "a b");
	cw_map_free(&hidden);
}

static void test_etag__is_listed(void)
{
	static const struct {
		const char *field;
		bool strong, weak;
	} rows[] = {
		{ "", false, false }, { "\"e1\"", true, true }, { "W/\"e1\"", false, true }, { "*", true, true },
		{ "\"e0\" ,, \"a,\",\t\"e1\"", true, true }, { "\"e0\", W/\"e1\"", false, true }, { "\"e\"", false, false },
		{ "\"e11\"", false, false }, { "e1", false, false }, { "\"e1", false, false }, { "x, \"e1\"", false, false },
		{ "\"e0\", *", true, true }, { "W/", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(cw_etag_listed(rows[i].field, "\"e1\"", false), rows[i].strong);
		CU_ASSERT_EQUAL(cw_etag_listed(rows[i].field, "\"e1\"", true), rows[i].weak);
	}
}

static void test_hide__users_of_urls(void)
{
	static const struct {
		const char *text, *shown; /* NULL: the same */
	} rows[] = {
		{ "", NULL }, { "://", NULL }, { "a://", NULL }, { "http://", NULL }, { "http://h:9/x?y=a@b#c@d", NULL },
		{ "http://[::1]:9/x@1", NULL }, { "http://h/x@1", NULL }, { "http://@h", NULL }, { "a@b:c", NULL },
		{ "http://u:p@h:9/x", "http://[hidden]@h:9/x" }, { "https://token@h", "https://[hidden]@h" },
		{ "http://u:p@[::1]:9", "http://[hidden]@[::1]:9" }, { "http://u:a@b@h", "http://[hidden]@h" },
		{ "http://u:p/q?r#s@h/x", "http://[hidden]@h/x" }, /* not what it should be, but a password all the same */
		{ "http://a:9,http://u:p@b,https://v:q,r@c/x", "http://a:9,http://[hidden]@b,https://[hidden]@c/x" },
		{ "http://a:9, http://u:p@b", "http://a:9, http://[hidden]@b" },
		{ "Invalid value [http://u:p@h:9, http://v:q@i] for me@home", "Invalid value [http://[hidden]@h:9, http://[hidden]@i] "
		  "for me@home" },
		{ "\"http://h:9\" of me@home", NULL }, { "http://[hidden]@h", NULL },
		{ "http://${file:/a/b:u}:${env:P}@h", NULL }, { "http://${env:U}:p@h", "http://[hidden]@h" },
		{ "http://u:${env:P@h", "http://[hidden]@h" },
	};
	struct cw_map hidden = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wanted = rows[i].shown ? rows[i].shown : rows[i].text;
		CW_AUTO_FREE char *shown = cw_hide_userinfo(rows[i].text), *told = cw_hide(rows[i].text, &hidden);

		CU_ASSERT_STRING_EQUAL(shown, wanted);
		CU_ASSERT_STRING_EQUAL(told, wanted);
	}
}

static void test_json_secret__overwrites_texts_at_any_depth(void)
{
	json_t *json = json_pack("{s:s,s:[i{s:s}]}", "a", "s3cret", "b", 7, "c", "s3cret-too");
	json_t *a = json_incref(json_object_get(json, "a"));
	json_t *c = json_incref(json_object_get(json_array_get(json_object_get(json, "b"), 1), "c"));
	static const char zeros[10];

	cw_json_free_secret(json);
	cw_json_free_secret(NULL);
	CU_ASSERT_EQUAL(memcmp(json_string_value(a), zeros, 6), 0);
	CU_ASSERT_EQUAL(memcmp(json_string_value(c), zeros, 10), 0);
	json_decref(a);
	json_decref(c);
}

/* ---- rings of log lines --------------------------------------------------------------------- */

static void add_line(struct cw_log_rings *rings, const char *connector, int task, enum cw_log_level level,
		     const char *text)
{
	struct cw_log_scope scope = { .connector = connector, .task = task };

	cw_log_rings_add(rings, &scope, level, 1700000000123, text, strlen(text));
}

/* The messages of the last lines, with their levels' first letters. */
static void expect_lines(struct cw_log_rings *rings, const char *connector, int level, size_t n, const char *wanted)
{
	struct cw_log_filter filter = { level, n };
	json_t *lines = cw_log_rings_read(rings, connector, &filter), *line;
	struct cw_buf found = { 0 };
	size_t i;

	cw_buf_puts(&found, "");
	json_array_foreach(lines, i, line)
		cw_buf_printf(&found, "%.1s:%s ", json_string_value(json_object_get(line, "level")),
			      json_string_value(json_object_get(line, "message")));
	CU_ASSERT_STRING_EQUAL(found.p, wanted);
	if (strcmp(found.p, wanted) != 0)
		fprintf(stderr, "\nfound  %s\nwanted %s\n", found.p, wanted);
	cw_buf_free(&found);
	json_decref(lines);
}

static void test_rings__keep_the_last_lines_of_each_connector(void)
{
	struct cw_log_rings *rings = cw_log_rings_new();
	struct cw_log_filter all = { CW_LOG_DEBUG, 10 };
	json_t *lines, *wanted;

	cw_log_rings_open(rings, "a");
	cw_log_rings_open(rings, "b");
	add_line(rings, "a", -1, CW_LOG_INFO, "one");
	add_line(rings, "a", 0, CW_LOG_ERROR, "two");
	add_line(rings, "a", 1, CW_LOG_DEBUG, "three");
	add_line(rings, "b", 0, CW_LOG_WARN, "\"\n\xff");
	add_line(rings, "nobody", 0, CW_LOG_WARN, "x");
	expect_lines(rings, "a", CW_LOG_DEBUG, 10, "I:one E:two D:three ");
	expect_lines(rings, "a", CW_LOG_DEBUG, 1, "D:three ");
	expect_lines(rings, "a", CW_LOG_WARN, 1, "E:two ");
	expect_lines(rings, "a", CW_LOG_INFO, 2, "I:one E:two ");
	expect_lines(rings, "a", CW_LOG_OFF, 10, "");
	expect_lines(rings, "a", CW_LOG_DEBUG, 0, "");
	expect_lines(rings, "nobody", CW_LOG_DEBUG, 10, "");
	lines = cw_log_rings_read(rings, "b", &all);
	wanted = json_pack("[{s:s,s:s,s:i,s:s}]", "time", "2023-11-14T22:13:20.123Z", "level", "WARN", "task", 0,
			   "message", "\"\n\xef\xbf\xbd");
	CU_ASSERT_TRUE(json_equal(lines, wanted));
	json_decref(lines);
	json_decref(wanted);
	cw_log_rings_drop(rings, "a");
	cw_log_rings_open(rings, "a");
	expect_lines(rings, "a", CW_LOG_DEBUG, 10, "");
	cw_log_rings_free(rings);
}

static size_t count_lines(struct cw_log_rings *rings, size_t *longest)
{
	struct cw_log_filter all = { CW_LOG_DEBUG, SIZE_MAX };
	json_t *lines = cw_log_rings_read(rings, "a", &all), *line;
	size_t i, n = json_array_size(lines);

	*longest = 0;
	json_array_foreach(lines, i, line) {
		size_t length = json_string_length(json_object_get(line, "message"));

		*longest = length > *longest ? length : *longest;
	}
	json_decref(lines);
	return n;
}

static void test_rings__are_bounded(void)
{
	struct cw_log_rings *rings = cw_log_rings_new();
	char *text = cw_alloc(100001);
	size_t longest;

	cw_log_rings_open(rings, "a");
	for (int i = 0; i < 3000; i++)
		add_line(rings, "a", 0, CW_LOG_INFO, "x");
	CU_ASSERT_EQUAL(count_lines(rings, &longest), CW_LOG_RING_LINES);
	/* Three bytes a character: the cut is not inside of one. */
	for (int i = 0; i < 99999; i++)
		text[i] = "\xe2\x82\xac"[i % 3];
	for (int i = 0; i < 100; i++)
		add_line(rings, "a", 0, CW_LOG_INFO, text);
	CU_ASSERT_EQUAL(count_lines(rings, &longest), 15);
	CU_ASSERT_EQUAL(longest, 4095);
	memset(text, '\x80', 99999); /* broken all over */
	add_line(rings, "a", 0, CW_LOG_INFO, text);
	CU_ASSERT_EQUAL(count_lines(rings, &longest), 15);
	free(text);
	cw_log_rings_free(rings);
}

struct reader {
	int pauses, wakes;
	struct cw_log_follower *follower;
};

static void on_pause(void *arg)
{
	((struct reader *)arg)->pauses++;
}

static void on_wake(void *arg)
{
	((struct reader *)arg)->wakes++;
}

static void follow(struct cw_log_rings *rings, struct reader *reader, int level, size_t n)
{
	struct cw_log_filter filter = { level, n };
	struct cw_log_waiter waiter = { on_pause, on_wake, reader };

	*reader = (struct reader){ 0 };
	reader->follower = cw_log_rings_follow(rings, "a", &filter, &waiter);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader->follower);
}

/* What is read in pieces of `max` bytes until nothing more is there: "…" then, "…$" when it is the end; new. */
static char *read_all(struct reader *reader, size_t max)
{
	struct cw_buf text = { 0 };
	char piece[8192];
	ssize_t n;

	cw_buf_puts(&text, "");
	while ((n = cw_log_follower_read(reader->follower, piece, max)) > 0)
		cw_buf_append(&text, piece, (size_t)n);
	if (n < 0)
		cw_buf_puts(&text, "$");
	return cw_buf_take(&text);
}

static void expect_read(struct reader *reader, size_t max, const char *wanted)
{
	CW_AUTO_FREE char *found = read_all(reader, max);

	CU_ASSERT_STRING_EQUAL(found, wanted);
	if (strcmp(found, wanted) != 0)
		fprintf(stderr, "\nfound  %s\nwanted %s\n", found, wanted);
}

#define LINE(level, message)                                                                                     \
	"{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"" level "\",\"task\":0,\"message\":\"" message "\"}\n"

static void test_rings__are_followed(void)
{
	struct cw_log_rings *rings = cw_log_rings_new();
	struct reader reader;

	cw_log_rings_open(rings, "a");
	add_line(rings, "a", 0, CW_LOG_INFO, "one");
	add_line(rings, "a", 0, CW_LOG_INFO, "two");
	follow(rings, &reader, CW_LOG_INFO, 1);
	expect_read(&reader, 8192, LINE("INFO", "two"));
	CU_ASSERT_EQUAL(reader.pauses, 1);
	add_line(rings, "a", 0, CW_LOG_DEBUG, "not this"); /* nor is anybody woken for it */
	CU_ASSERT_EQUAL(reader.wakes, 0);
	add_line(rings, "a", 0, CW_LOG_WARN, "three");
	add_line(rings, "a", 0, CW_LOG_ERROR, "four");
	CU_ASSERT_EQUAL(reader.wakes, 1);
	expect_read(&reader, 7, LINE("WARN", "three") LINE("ERROR", "four"));
	CU_ASSERT_EQUAL(cw_log_rings_beat(rings), 1);
	CU_ASSERT_EQUAL(reader.wakes, 2);
	expect_read(&reader, 8192, "\n");
	expect_read(&reader, 8192, "");
	add_line(rings, "a", 0, CW_LOG_INFO, "last");
	cw_log_rings_drop(rings, "a");
	cw_log_rings_open(rings, "a");
	add_line(rings, "a", 0, CW_LOG_INFO, "another's"); /* of that name */
	CU_ASSERT_EQUAL(reader.wakes, 3);
	expect_read(&reader, 8192, LINE("INFO", "last") "$");
	cw_log_follower_free(reader.follower);
	cw_log_rings_free(rings);
}

static void test_rings__who_is_slow_is_told_what_is_missed(void)
{
	struct cw_log_rings *rings = cw_log_rings_new();
	struct reader reader;
	char piece[10];

	cw_log_rings_open(rings, "a");
	follow(rings, &reader, CW_LOG_DEBUG, 0);
	add_line(rings, "a", 0, CW_LOG_INFO, "begun");
	CU_ASSERT_EQUAL(cw_log_follower_read(reader.follower, piece, sizeof(piece)), 10);
	for (int i = 0; i < 600; i++)
		add_line(rings, "a", 0, CW_LOG_DEBUG, i < 590 ? "many" : "end");
	CW_AUTO_FREE char *text = read_all(&reader, 8192);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "begun\"}\n{\"skipped\":88}\n{\"time\"")); /* the line it was at is whole */
	CU_ASSERT_STRING_EQUAL(text + strlen(text) - strlen(LINE("DEBUG", "end")), LINE("DEBUG", "end"));
	cw_log_rings_close(rings);
	expect_read(&reader, 8192, "$");
	cw_log_follower_free(reader.follower);
	cw_log_rings_free(rings);
}

static void test_rings__have_so_many_followers(void)
{
	struct cw_log_rings *rings = cw_log_rings_new();
	struct cw_log_filter filter = { CW_LOG_DEBUG, 0 };
	struct cw_log_waiter waiter = { on_pause, on_wake, NULL };
	struct reader readers[CW_LOG_FOLLOWERS_MAX];

	cw_log_rings_open(rings, "a");
	for (int i = 0; i < CW_LOG_FOLLOWERS_MAX; i++)
		follow(rings, &readers[i], CW_LOG_DEBUG, 0);
	CU_ASSERT_PTR_NULL(cw_log_rings_follow(rings, "a", &filter, &waiter));
	cw_log_follower_free(readers[7].follower);
	follow(rings, &readers[7], CW_LOG_DEBUG, 0);
	for (int i = 0; i < CW_LOG_FOLLOWERS_MAX; i++)
		cw_log_follower_free(readers[i].follower);
	CU_ASSERT_EQUAL(cw_log_rings_beat(rings), 0);
	cw_log_rings_free(rings);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "buf appends and terminates", test_buf__appends_and_terminates },
		{ "buf escapes JSON", test_buf__json_escape_keeps_utf8_and_replaces_broken_bytes },
		{ "a text is not cut within a character", test_text__is_not_cut_within_a_character },
		{ "JSON of any bytes", test_json_text__takes_any_bytes },
		{ "utf8 edges", test_utf8__knows_overlong_surrogates_and_the_end },
		{ "map", test_map__keeps_order_replaces_and_removes },
		{ "nearest", test_nearest__finds_a_typo_and_leaves_strangers },
		{ "nearest name of pages", test_nearest__does_not_measure_pages },
		{ "hide", test_hide__replaces_what_is_not_to_be_seen },
		{ "entity tags", test_etag__is_listed },
		{ "users of URLs are hidden", test_hide__users_of_urls },
		{ "secrets in JSON", test_json_secret__overwrites_texts_at_any_depth },
		{ "clock", test_clock__iso_is_utc_with_milliseconds },
		{ "log rings keep the last lines", test_rings__keep_the_last_lines_of_each_connector },
		{ "repeats", test_repeats__are_said_once_a_minute },
		{ "log rings are bounded", test_rings__are_bounded },
		{ "log rings are followed", test_rings__are_followed },
		{ "log rings: who is slow", test_rings__who_is_slow_is_told_what_is_missed },
		{ "log rings: how many followers", test_rings__have_so_many_followers },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "base", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
