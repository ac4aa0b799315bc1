/* What a task's context answers its plugin. */
#include "host/context.h"
#include "unit.h"

static void no_stop(void *state)
{
	(void)state;
}

static const struct cw_loaded_plugin plugin = { .plugin.kind = CW_PLUGIN_SOURCE, .ops.task_stop = no_stop };

static void set_offset(struct cw_task *task, const char *offset)
{
	json_decref(task->offsets);
	task->offsets = json_pack("[[{s:s}, o]]", "file", "/x", json_loads(offset, 0, NULL));
}

static void test_source_offset__is_lent_for_the_tasks_life(void)
{
	struct cw_task task = { .context.host = cw_context_functions(), .plugin = &plugin };
	const struct cw_host *host = task.context.host;
	const struct cw_source_partition *partition;
	struct cw_value first, again;
	struct cw_error err = { 0 };

	partition = host->source_partition(&task.context, "{\"file\": \"/x\"}", "line", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(partition);
	set_offset(&task, "{\"line\":1,\"of\":\"a\"}");
	CU_ASSERT_EQUAL_FATAL(host->source_offset(&task.context, partition, &first), 1);
	set_offset(&task, "{\"line\":2,\"of\":\"b\"}");
	CU_ASSERT_EQUAL_FATAL(host->source_offset(&task.context, partition, &again), 1);
	CU_ASSERT_PTR_EQUAL(again.u.bytes.p, first.u.bytes.p);
	CU_ASSERT_NSTRING_EQUAL(first.u.bytes.p, "{\"line\":1,\"of\":\"a\"}", first.u.bytes.n);
	cw_task_close_plugin(&task);
	json_decref(task.offsets);
}

static void test_source_offset__a_number_or_none(void)
{
	struct cw_task task = { .context.host = cw_context_functions(), .plugin = &plugin };
	const struct cw_host *host = task.context.host;
	const struct cw_source_partition *partition;
	struct cw_error err = { 0 };
	struct cw_value value;

	partition = host->source_partition(&task.context, "{\"file\": \"/x\"}", "line", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(partition);
	CU_ASSERT_EQUAL(host->source_offset(&task.context, partition, &value), 0);
	set_offset(&task, "{\"line\":7}");
	CU_ASSERT_EQUAL_FATAL(host->source_offset(&task.context, partition, &value), 1);
	CU_ASSERT_EQUAL(value.type, CW_INT64);
	CU_ASSERT_EQUAL(value.u.integer, 7);
	cw_task_close_plugin(&task);
	json_decref(task.offsets);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "source_offset: lent for the task's life", test_source_offset__is_lent_for_the_tasks_life },
		{ "source_offset: a number, or none", test_source_offset__a_number_or_none },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "context", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
