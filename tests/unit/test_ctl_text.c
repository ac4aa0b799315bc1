/* The pure parts of workerctl: tables, numbers, the metrics format. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/numbers.h"
#include "ctl/prometheus.h"
#include "ctl/table.h"
#include "ctl/yaml.h"
#include "unit.h"

/* ---- tables -------------------------------------------------------------------------------- */

static void test_table__aligns_texts_left_and_numbers_right(void)
{
	static const char *const heads[] = { "NAME", "#N", "LAST" };
	struct cw_table table = { 0 };
	struct cw_buf out = { 0 };

	cw_table_heads(&table, heads, 3);
	cw_table_row(&table);
	cw_table_cell(&table,
		      "gr\xc3\xbc\xc3\x9f"
		      "e",
		      CW_COLOR_NONE);
	cw_table_number(&table, "1,234");
	cw_table_cell(&table, NULL, CW_COLOR_NONE);
	cw_table_row(&table);
	cw_table_cell(&table, "a", CW_COLOR_NONE);
	cw_table_number(&table, NULL);
	cw_table_render(&table, false, &out);
	CU_ASSERT_STRING_EQUAL(out.p, "NAME       N  LAST\n"
				      "gr\xc3\xbc\xc3\x9f"
				      "e  1,234  -\n"
				      "a          -\n");
	cw_buf_free(&out);
	cw_table_free(&table);
}

static void test_table__colors_do_not_change_the_columns(void)
{
	struct cw_table table = { 0 };
	struct cw_buf out = { 0 };

	cw_table_row(&table);
	cw_table_cell(&table, "RUNNING", CW_COLOR_GREEN);
	cw_table_cell(&table, "x", CW_COLOR_NONE);
	cw_table_row(&table);
	cw_table_cell(&table, "A", CW_COLOR_RED);
	cw_table_cell(&table, "y", CW_COLOR_NONE);
	cw_table_render(&table, true, &out);
	CU_ASSERT_STRING_EQUAL(out.p, "\033[32mRUNNING\033[0m  x\n\033[31mA\033[0m        y\n");
	cw_buf_free(&out);
	cw_table_free(&table);
}

static void test_table__lets_no_control_character_through(void)
{
	struct cw_table table = { 0 };
	struct cw_buf out = { 0 };

	cw_table_row(&table);
	cw_table_cell(&table, "a\033[2Jb\nc\xff\xc2\x9b", CW_COLOR_NONE);
	cw_table_render(&table, false, &out);
	CU_ASSERT_STRING_EQUAL(out.p, "a?[2Jb?c??\n");
	cw_buf_free(&out);
	cw_table_free(&table);
}

static void test_table__has_a_last_column(void)
{
	struct cw_table table = { 0 };

	cw_table_row(&table);
	for (int i = 0; i < CW_TABLE_COLUMNS + 2; i++) {
		CW_AUTO_FREE char *text = cw_format("%d", i);

		cw_table_cell(&table, text, CW_COLOR_NONE);
	}
	CU_ASSERT_EQUAL(atoi(table.rows[0][CW_TABLE_COLUMNS - 1].text), CW_TABLE_COLUMNS + 1);
	cw_table_free(&table);
}

static void test_wrap__breaks_at_blanks_and_keeps_line_ends(void)
{
	struct cw_buf out = { 0 };

	cw_text_wrap(&out, "one two three four five six\n\nlast", 2, 24);
	CU_ASSERT_STRING_EQUAL(out.p, "  one two three four\n  five six\n\n  last\n");
	cw_buf_free(&out);
	cw_text_wrap(&out, "averyveryverylongwordthatfitsnowhere x", 2, 10);
	CU_ASSERT_STRING_EQUAL(out.p, "  averyveryverylongwordthatfitsnowhere\n  x\n");
	cw_buf_free(&out);
}

static void test_texts__of_numbers(void)
{
	char text[32];

	CU_ASSERT_STRING_EQUAL(cw_count_text(0, text, sizeof(text)), "0");
	CU_ASSERT_STRING_EQUAL(cw_count_text(999, text, sizeof(text)), "999");
	CU_ASSERT_STRING_EQUAL(cw_count_text(1000, text, sizeof(text)), "1,000");
	CU_ASSERT_STRING_EQUAL(cw_count_text(1234567.4, text, sizeof(text)), "1,234,567");
	CU_ASSERT_STRING_EQUAL(cw_count_text(-1234, text, sizeof(text)), "-1,234");
	CU_ASSERT_STRING_EQUAL(cw_count_text(-0.2, text, sizeof(text)), "0");
	CU_ASSERT_STRING_EQUAL(cw_count_text(1e300, text, sizeof(text)), "?");
	CU_ASSERT_STRING_EQUAL(cw_bytes_rate_text(12, text, sizeof(text)), "12 B/s");
	CU_ASSERT_STRING_EQUAL(cw_bytes_rate_text(999.99, text, sizeof(text)), "1.0 kB/s");
	CU_ASSERT_STRING_EQUAL(cw_bytes_rate_text(152.5e6, text, sizeof(text)), "152.5 MB/s");
	CU_ASSERT_STRING_EQUAL(cw_bytes_rate_text(5e16, text, sizeof(text)), "50000.0 TB/s");
	CU_ASSERT_STRING_EQUAL(cw_bytes_text(12345678, text, sizeof(text)), "12.3 MB");
	CU_ASSERT_STRING_EQUAL(cw_percent_text(1.239, text, sizeof(text)), "123.9 %");
}

/* ---- metrics ------------------------------------------------------------------------------- */

static void append(const char *name, const struct cw_map *labels, double value, void *arg)
{
	struct cw_buf *out = arg;

	cw_buf_printf(out, "%s", name);
	for (size_t i = 0; i < labels->n; i++)
		cw_buf_printf(out, " %s=%s", labels->entries[i].key, labels->entries[i].value);
	cw_buf_printf(out, " %g\n", value);
}

static void test_prometheus__reads_names_labels_values_and_skips_the_rest(void)
{
	struct cw_buf out = { 0 };

	CU_ASSERT_EQUAL(cw_prometheus_parse("# HELP a text {\n# TYPE a counter\n\n"
					    "a 1\n"
					    "b_total{x=\"1\", y=\"a\\\"b\\\\c\\nd\",} 2.5e3 1395066363000\n"
					    "c{}  NaN\n"
					    "d:e{z=\"\"} -Inf",
					    append, &out),
			0);
	CU_ASSERT_STRING_EQUAL(out.p, "a 1\nb_total x=1 y=a\"b\\c\nd 2500\nc nan\nd:e z= -inf\n");
	cw_buf_free(&out);
}

static void test_prometheus__names_the_line_that_is_broken(void)
{
	static const struct {
		const char *text;
		int line;
	} cases[] = {
		{ "a 1\n<html>\n", 2 },
		{ "a\n", 1 },
		{ "a{x=1} 1\n", 1 },
		{ "a{x=\"1} 1\n", 1 },
		{ "a{x=\"1\" 1\n", 1 },
		{ "\n\n1a 5\n", 3 },
		{ "a 1x\n", 1 },
		{ "a{x=\"1\"y=\"2\"} 1\n", 1 },
		{ "a{", 1 },
		{ "a{x=\"\\", 1 },
		{ "a{x=\"1\\\"} 1", 1 },
		{ "a nope\n", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_buf out = { 0 };

		CU_ASSERT_EQUAL(cw_prometheus_parse(cases[i].text, append, &out), cases[i].line);
		cw_buf_free(&out);
	}
}

/* ---- numbers ------------------------------------------------------------------------------- */

static void add(struct cw_window *window, int64_t at_ms, int a, int b)
{
	CW_AUTO_FREE char *text = cw_format("connect_worker_task_records_total{connector=\"s\",task=\"0\"} %d\n"
					    "connect_worker_task_records_total{connector=\"s\",task=\"1\"} %d\n"
					    "connect_worker_task_consumer_lag{connector=\"s\",task=\"1\"} 7\n"
					    "connect_worker_task_records_total{connector=\"other\",task=\"0\"} 1\n",
					    a, b);

	CU_ASSERT_EQUAL(cw_window_add(window, text, at_ms), 0);
}

static void test_numbers__sum_the_tasks_and_know_what_is_missing(void)
{
	struct cw_window window = { 0 };
	double value;

	CU_ASSERT_FALSE(cw_window_value(&window, "s", -1, CW_N_RECORDS, &value));
	CU_ASSERT_FALSE(cw_window_rate(&window, "s", -1, CW_N_RECORDS, &value));
	add(&window, 1000, 10, 20);
	CU_ASSERT_TRUE(cw_window_value(&window, "s", -1, CW_N_RECORDS, &value));
	CU_ASSERT_EQUAL(value, 30);
	CU_ASSERT_TRUE(cw_window_value(&window, "s", 1, CW_N_RECORDS, &value));
	CU_ASSERT_EQUAL(value, 20);
	CU_ASSERT_TRUE(cw_window_value(&window, "s", -1, CW_N_LAG, &value));
	CU_ASSERT_FALSE(cw_window_value(&window, "s", 0, CW_N_LAG, &value));
	CU_ASSERT_FALSE(cw_window_value(&window, "nobody", -1, CW_N_RECORDS, &value));
	CU_ASSERT_FALSE(cw_window_rate(&window, "s", -1, CW_N_RECORDS, &value));
	cw_window_free(&window);
}

static void test_numbers__rates_span_the_window(void)
{
	struct cw_window window = { 0 };
	double rate = 0;

	for (int i = 0; i <= 20; i++)
		add(&window, i * 1000, i * 100, i * 200);
	CU_ASSERT_TRUE(window.n <= 8);
	CU_ASSERT_TRUE(cw_window_rate(&window, "s", -1, CW_N_RECORDS, &rate));
	CU_ASSERT_DOUBLE_EQUAL(rate, 300, 0.001);
	/* Looks that are further apart than the window still give a rate. */
	add(&window, 60000, 6000, 12000);
	CU_ASSERT_TRUE(cw_window_rate(&window, "s", 0, CW_N_RECORDS, &rate));
	CU_ASSERT_DOUBLE_EQUAL(rate, 100, 0.001);
	cw_window_free(&window);
}

static void test_numbers__a_restarted_task_counts_from_there(void)
{
	struct cw_window window = { 0 };
	double rate = 0;

	add(&window, 0, 1000, 0);
	add(&window, 1000, 2000, 0);
	add(&window, 2000, 50, 0);
	CU_ASSERT_FALSE(cw_window_rate(&window, "s", 0, CW_N_RECORDS, &rate));
	add(&window, 3000, 150, 0);
	CU_ASSERT_TRUE(cw_window_rate(&window, "s", 0, CW_N_RECORDS, &rate));
	CU_ASSERT_DOUBLE_EQUAL(rate, 100, 0.001);
	cw_window_free(&window);
}

static void test_numbers__what_a_sink_wrote_says_more_than_what_it_read(void)
{
	static const char *const texts[] = {
		"connect_worker_task_records_total{connector=\"s\",task=\"0\"} 9\n"
		"connect_worker_task_records_written_total{connector=\"s\",task=\"0\"} 5\n",
		"connect_worker_task_records_written_total{connector=\"s\",task=\"0\"} 5\n"
		"connect_worker_task_records_total{connector=\"s\",task=\"0\"} 9\n",
	};

	for (int i = 0; i < 2; i++) {
		struct cw_window window = { 0 };
		double value = 0;

		CU_ASSERT_EQUAL(cw_window_add(&window, texts[i], 0), 0);
		CU_ASSERT_TRUE(cw_window_value(&window, "s", -1, CW_N_RECORDS, &value));
		CU_ASSERT_EQUAL(value, 5);
		cw_window_free(&window);
	}
}

static void test_numbers__of_the_processes_of_connectors(void)
{
	struct cw_window window = { 0 };
	double value;
	json_t *json;

	for (int i = 0; i < 2; i++) {
		CW_AUTO_FREE char *sample = cw_format("connect_worker_connector_cpu_seconds_total{connector=\"s\"} %g\n"
						      "connect_worker_connector_resident_memory_bytes{connector=\"s\"} 4096\n"
						      "connect_worker_task_records_total{connector=\"s\",task=\"0\"} 1\n",
						      1 + i * 0.5);

		CU_ASSERT_EQUAL(cw_window_add(&window, sample, i * 2000), 0);
	}
	CU_ASSERT_TRUE(cw_window_value(&window, "s", -1, CW_N_MEMORY, &value));
	CU_ASSERT_EQUAL(value, 4096);
	CU_ASSERT_FALSE(cw_window_value(&window, "s", 0, CW_N_MEMORY, &value));
	CU_ASSERT_TRUE(cw_window_rate(&window, "s", -1, CW_N_CPU, &value));
	CU_ASSERT_DOUBLE_EQUAL(value, 0.25, 1e-9);
	json = cw_window_to_json(&window, "s", -1);
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(json, "cpu_seconds")), 1.5, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(json, "cpu_percent")), 25, 1e-9);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "resident_memory_bytes")), 4096);
	json_decref(json);
	cw_window_free(&window);
}

static void test_numbers__a_broken_answer_is_not_taken_in(void)
{
	struct cw_window window = { 0 };

	add(&window, 0, 1, 1);
	CU_ASSERT_EQUAL(
		cw_window_add(&window, "connect_worker_task_records_total{connector=\"s\",task=\"0\"} 9\n<html>", 1),
		2);
	CU_ASSERT_EQUAL(window.n, 1);
	cw_window_free(&window);
}

/* ---- YAML ---------------------------------------------------------------------------------- */

static void test_yaml__is_read_back_as_it_was(void)
{
	static const char *const rows[][2] = {
		{ "{}", "{}\n" },
		{ "[]", "[]\n" },
		{ "null", "null\n" },
		{ "1.5", "1.5\n" },
		{ "\"text\"", "text\n" },
		{ "{\"a\":{},\"b\":[],\"c\":null,\"d\":true,\"e\":-3}", "a: {}\nb: []\nc: null\nd: true\ne: -3\n" },
		{ "{\"a\":{\"b\":{\"c\":\"d\"}}}", "a:\n  b:\n    c: d\n" },
		{ "[{\"a\":1,\"b\":[1,[2,3]]},\"x\"]", "- a: 1\n  b:\n    - 1\n    - - 2\n      - 3\n- x\n" },
		/* what would be taken for something else */
		{ "[\"true\",\"No\",\"null\",\"1\",\"1e3\",\"0x1\",\"2026-01-21\",\"\",\"~\",\"y\"]",
		  "- \"true\"\n- \"No\"\n- \"null\"\n- \"1\"\n- \"1e3\"\n- \"0x1\"\n"
		  "- \"2026-01-21\"\n- \"\"\n- \"~\"\n- \"y\"\n" },
		{ "[\"a: b\",\"a #b\",\"- a\",\" a\",\"a \",\"*a\",\"!a\",\"a\\\"b\",\"[hidden]\","
		  "\"gr\\u00fc\\u00df\"]",
		  "- \"a: b\"\n- \"a #b\"\n- \"- a\"\n- \" a\"\n- \"a \"\n- \"*a\"\n- \"!a\"\n- \"a\\\"b\"\n"
		  "- \"[hidden]\"\n"
		  "- \"gr\xc3\xbc\xc3\x9f\"\n" },
		{ "{\"a:b\":\"/x/y.z\",\"true\":\"k=v\"}", "\"a:b\": /x/y.z\n\"true\": k=v\n" },
		{ "{\"t\":\"a\\nb\",\"u\":\"a\\n\\n b\\n\",\"v\":\"a\\n\\n\"}",
		  "t: |-\n  a\n  b\nu: |\n  a\n\n   b\nv: |+\n  a\n\n" },
		{ "[\" a\\nb\",\"a\\u0007\\nb\"]", "- \" a\\nb\"\n- \"a\\u0007\\nb\"\n" },
		{ "\"a\\nb\"", "|-\n  a\n  b\n" },
		{ "{\"\\u2028\":\"\\u0085\\u007f\\ufeff\\u2029\\u201c\"}",
		  "\"\\u2028\": \"\\u0085\\u007f\\ufeff\\u2029\xe2\x80\x9c\"\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *value = json_loads(rows[i][0], JSON_DECODE_ANY, NULL);
		struct cw_buf out = { 0 };

		CU_ASSERT_PTR_NOT_NULL_FATAL(value);
		cw_yaml_put(&out, value);
		CU_ASSERT_STRING_EQUAL(out.p, rows[i][1]);
		if (strcmp(out.p, rows[i][1]) != 0)
			fprintf(stderr, "\n--- got\n%s\n--- expected\n%s\n", out.p, rows[i][1]);
		cw_buf_free(&out);
		json_decref(value);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "columns", test_table__aligns_texts_left_and_numbers_right },
		{ "colors", test_table__colors_do_not_change_the_columns },
		{ "control characters", test_table__lets_no_control_character_through },
		{ "too many columns", test_table__has_a_last_column },
		{ "wrapping", test_wrap__breaks_at_blanks_and_keeps_line_ends },
		{ "numbers as text", test_texts__of_numbers },
		{ "metrics", test_prometheus__reads_names_labels_values_and_skips_the_rest },
		{ "broken metrics", test_prometheus__names_the_line_that_is_broken },
		{ "sums", test_numbers__sum_the_tasks_and_know_what_is_missing },
		{ "processes", test_numbers__of_the_processes_of_connectors },
		{ "rates", test_numbers__rates_span_the_window },
		{ "restarts", test_numbers__a_restarted_task_counts_from_there },
		{ "sinks", test_numbers__what_a_sink_wrote_says_more_than_what_it_read },
		{ "broken answers", test_numbers__a_broken_answer_is_not_taken_in },
		{ "YAML", test_yaml__is_read_back_as_it_was },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "ctl text", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
