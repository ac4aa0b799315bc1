/*
 * JsonConverter in the steady state: once it has seen a flow, reading and writing take memory from the batch only.
 */
#include "allocations.h"
#include "json_fixture.h"

#define WARM_UP 200
#define RECORDS 5000

#define FIELDS                                                                                              \
	"{'type':'int32','field':'id'},{'type':'string','optional':true,'field':'name'},"                     \
	"{'type':'double','field':'ratio'},{'type':'float','field':'small'},{'type':'boolean','field':'on'}," \
	"{'type':'bytes','field':'raw'},{'type':'array','items':{'type':'string'},'field':'tags'},"           \
	"{'type':'map','keys':{'type':'string'},'values':{'type':'int64'},'field':'counts'},"                 \
	"{'type':'map','keys':{'type':'int32'},'values':{'type':'string'},'field':'numbers'},"                \
	"{'type':'bytes','name':'org.apache.kafka.connect.data.Decimal','version':1,"                         \
	"'parameters':{'scale':'2'},'field':'price'},"                                                        \
	"{'type':'int64','name':'org.apache.kafka.connect.data.Timestamp','version':1,'field':'at'},"         \
	"{'type':'struct','fields':[{'type':'int8','default':3,'field':'level'}],'optional':true,'field':'inner'}"
#define PAYLOAD                                                                                             \
	"{'id':1,'name':'\\u00e9 \\\"x\\\" \xf0\x9f\x98\x80','ratio':0.30000000000000004,'small':1.5,'on':true," \
	"'raw':'AAECAw==','tags':['a','b\\n'],'counts':{'x':1,'y':9007199254740993},'numbers':[[1,'one'],[2,'two']]," \
	"'price':12345.67,'at':1700000000000,'inner':{},'ignored':[1,2,{'deep':[null,1e300]}]}"

/* Documents of three schemas in turn, some of which have the schema last. */
static const char *const envelopes[] = {
	"{'schema':{'type':'struct','fields':[" FIELDS "],'optional':false},'payload':" PAYLOAD "}",
	"{'schema':{'type':'struct','name':'second','fields':[" FIELDS "]},'payload':" PAYLOAD "}",
	"{'payload':[1,2,3],'schema':{'type':'array','items':{'type':'int16'}}}",
};
static const char *const documents[] = {
	PAYLOAD,
	"[1,2,3,{'a':{'b':{'c':[]}}},'gr\xc3\xbc\xc3\x9f',123456789012345678901234567890,1.7976931348623157e308]",
	"{'k1':1,'k2':2,'k3':3,'k4':4,'k5':5,'k6':6,'k7':7,'k8':8,'k9':9,'k10':1,'k11':1,'k12':1,'k13':1,'k14':1,"
	"'k15':1,'k16':1,'k17':1,'k18':1,'k19':1,'k20':1,'k21':1,'k22':1,'k23':1,'k24':1,'k25':1,'k26':1,'k1':2}",
};

/* Allocations over RECORDS records that are read and written, after WARM_UP of them. */
static size_t count(const char *const *config, const char *const *texts, size_t n)
{
	struct cw_slice in[3];
	struct json json;
	size_t before = 0;

	CU_ASSERT_EQUAL_FATAL(json_start(&json, config), 0);
	for (size_t i = 0; i < n; i++)
		in[i] = json_quoted(texts[i], strlen(texts[i]));
	for (size_t i = 0; i < WARM_UP + RECORDS; i++) {
		struct cw_value value;
		struct cw_slice out;

		if (i == WARM_UP)
			before = cw_allocations();
		if (i % 100 == 0)
			cw_arena_reset(&json.arena);
		if (!json_read(&json, in[i % n], &value) || !json_write(&json, &value, &out)) {
			printf("\n%zu: %s\n", i % n, json.err.text);
			CU_FAIL_FATAL("see above");
		}
	}
	before = cw_allocations() - before;
	for (size_t i = 0; i < n; i++)
		json_free(in[i]);
	json_stop(&json);
	return before;
}

static void test_memory__is_not_allocated_for_documents(void)
{
	CU_ASSERT_EQUAL(count(JSON_PLAIN, documents, 3), 0);
}

static void test_memory__is_not_allocated_for_envelopes(void)
{
	CU_ASSERT_EQUAL(count(JSON_ENVELOPES, envelopes, 3), 0);
	CU_ASSERT_EQUAL(count(JSON_CONFIG("decimal.format", "NUMERIC"), envelopes, 3), 0);
}

/* Schemas that the cache has no room for are made in the batch. */
static void test_memory__is_not_allocated_when_the_cache_is_full(void)
{
	CU_ASSERT_EQUAL(count(JSON_CONFIG("schemas.cache.size", "1"), envelopes, 3), 0);
}

static void test_counting__works(void)
{
	size_t before = cw_allocations();

	free(cw_alloc(1));
	CU_ASSERT_EQUAL(cw_allocations() - before, CW_ALLOCATIONS_COUNT);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "counting works", test_counting__works },
		{ "memory: not for documents", test_memory__is_not_allocated_for_documents },
		{ "memory: not for envelopes", test_memory__is_not_allocated_for_envelopes },
		{ "memory: not when the cache is full", test_memory__is_not_allocated_when_the_cache_is_full },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "JsonConverter, memory", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
