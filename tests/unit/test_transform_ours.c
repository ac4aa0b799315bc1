/* The transformations that Kafka Connect has not: ParseAccessLog, Regex, Sample. */
#include <stdlib.h>

#include "transform_fixture.h"
#include "unit.h"

#define SCHEMA_OPEN                                                                                                  \
	"value=@struct{ip:string?,host:string?,ident:string?,user:string?,timestamp:timestamp?,method:string?,"       \
	"endpoint:string?,protocol:string?,status:int32?,size:int64?,referrer:string?,user_agent:string?"
#define SCHEMA SCHEMA_OPEN "}#io.connectworker.AccessLog "
#define LINE "1.2.3.4 - - [Jan 21 2026, 22:23:40] \\\"GET /a?b=c HTTP/1.1\\\" 200 512 \\\"-\\\" \\\"curl/8\\\""
#define ARRIVED                                                                                                       \
	"{\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1769034220000},\"method\":\"GET\",\"endpoint\":\"/"        \
	"a?b=c\","                                                                                                    \
	"\"protocol\":\"HTTP/1.1\",\"status\":{\"$int32\":200},\"size\":512,\"user_agent\":\"curl/8\"}"

static void test_parse_access_log(void)
{
	static const struct cw_transform_row rows[] = {
		/* what comes out */
		{ "ParseAccessLog$Value", "", "\"" LINE "\"", "value=" ARRIVED },
		{ "ParseAccessLog$Value", "", "{\"$bytes\":\"" LINE "\"}", "value=" ARRIVED },
		{ "ParseAccessLog$Value", "", "\"" LINE "\\r\\n\"", "value=" ARRIVED },
		{ "ParseAccessLog$Value", "", "@string \"" LINE "\"",
		  SCHEMA
		  "{\"ip\":\"1.2.3.4\",\"host\":null,\"ident\":null,\"user\":null,\"timestamp\":1769034220000,"
		  "\"method\":\"GET\",\"endpoint\":\"/a?b=c\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":512,"
		  "\"referrer\":null,\"user_agent\":\"curl/8\"}" },
		{ "ParseAccessLog$Value", "output=map", "@bytes \"" LINE "\"", "value=" ARRIVED },
		{ "ParseAccessLog$Value", "output=struct", "\"" LINE "\"",
		  SCHEMA
		  "{\"ip\":\"1.2.3.4\",\"host\":null,\"ident\":null,\"user\":null,\"timestamp\":1769034220000,"
		  "\"method\":\"GET\",\"endpoint\":\"/a?b=c\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":512,"
		  "\"referrer\":null,\"user_agent\":\"curl/8\"}" },
		{ "ParseAccessLog$Key", "", "key=\"" LINE "\" ; value=1", "key=" ARRIVED },
		{ "ParseAccessLog$Value", "set.timestamp=true", "\"" LINE "\"",
		  "timestamp=1769034220000 ; value=" ARRIVED },
		{ "ParseAccessLog$Value", "", "null", "same" },
		{ "ParseAccessLog$Value", "", "@string? null", "same" },
		/* forms of lines */
		{ "ParseAccessLog$Value", "", "\"::1 - bob [21/Jan/2026:22:23:40 +0100] \\\"GET / HTTP/2\\\" 404 -\"",
		  "value={\"ip\":\"::1\",\"user\":\"bob\",\"timestamp\":{\"$timestamp\":1769030620000},\"method\":"
		  "\"GET\","
		  "\"endpoint\":\"/\",\"protocol\":\"HTTP/2\",\"status\":{\"$int32\":404}}" },
		{ "ParseAccessLog$Value", "", "\"web.example id - [21/Jan/2026:22:23:40 +0000] \\\"-\\\" - 007\"",
		  "value={\"host\":\"web.example\",\"ident\":\"id\",\"timestamp\":{\"$timestamp\":1769034220000},"
		  "\"size\":7}" },
		{ "ParseAccessLog$Value", "",
		  "\"1.2.3.4 - - [21/Jan/2026:22:23:40 +0000] \\\"GET /\\\\\\\"x\\\\\\\" HTTP/1.0\\\" 200 1 "
		  "\\\"\\\\xc3\\\\xa9\\\" "
		  "\\\"\\\\xff\\\"\"",
		  "value={\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1769034220000},\"method\":\"GET\","
		  "\"endpoint\":\"/\\\"x\\\"\",\"protocol\":\"HTTP/1.0\",\"status\":{\"$int32\":200},\"size\":1,"
		  "\"referrer\":\"\xc3\xa9\",\"user_agent\":\"\xef\xbf\xbd\"}" },
		/* times */
		{ "ParseAccessLog$Value", "timezone=+02:00",
		  "\"1.2.3.4 - - [Jan 21 2026, 22:23:40] \\\"GET / HTTP/1.1\\\" 200 1\"",
		  "value={\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1769027020000},\"method\":\"GET\","
		  "\"endpoint\":\"/\","
		  "\"protocol\":\"HTTP/1.1\",\"status\":{\"$int32\":200},\"size\":1}" },
		{ "ParseAccessLog$Value", "",
		  "\"1.2.3.4 - - [2026-01-21T22:23:40.123Z] \\\"GET / HTTP/1.1\\\" 200 1\"",
		  "value={\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1769034220123},\"method\":\"GET\","
		  "\"endpoint\":\"/\","
		  "\"protocol\":\"HTTP/1.1\",\"status\":{\"$int32\":200},\"size\":1}" },
		{ "ParseAccessLog$Value", "timezone=Mars/Olympus", "1",
		  "refused: Invalid value Mars/Olympus for configuration timezone: is no time zone: use UTC, an "
		  "offset such as "
		  "+02:00, or a name such as Europe/Berlin, for which the time zone database has to be installed "
		  "(Debian package: "
		  "tzdata)" },
		/* patterns */
		{ "ParseAccessLog$Value", "pattern=^(?<ip>\\S+) (?<status>\\d+) (?<zone>\\S+)", "\"1.2.3.4 200 eu\"",
		  "value={\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1000},\"status\":{\"$int32\":200},\"zone\":"
		  "\"eu\"}" },
		{ "ParseAccessLog$Value", "pattern=^(?<ip>\\S+)(?: (?<zone>\\S+))?$", "@string \"h\"",
		  SCHEMA_OPEN
		  ",zone:string?}#io.connectworker.AccessLog "
		  "{\"ip\":null,\"host\":\"h\",\"ident\":null,\"user\":null,\"timestamp\":1000,\"method\":null,"
		  "\"endpoint\":null,\"protocol\":null,\"status\":null,\"size\":null,\"referrer\":null,"
		  "\"user_agent\":null,\"zone\":null}" },
		{ "ParseAccessLog$Value", "pattern=(?<timestamp>\\d+-\\d+-\\d+) ; pattern.timestamp.format=%Y-%m-%d",
		  "\"on 2026-01-21\"", "value={\"timestamp\":{\"$timestamp\":1768953600000}}" },
		{ "ParseAccessLog$Value", "pattern=(", "1",
		  "refused: Invalid value ( for configuration pattern: is no regular expression: missing closing "
		  "parenthesis, at "
		  "character 2" },
		{ "ParseAccessLog$Value", "pattern=a", "1",
		  "refused: Invalid value a for configuration pattern: has no named group; write them as "
		  "(?<ip>\\S+)" },
		{ "ParseAccessLog$Value", "pattern.timestamp.format=%Q", "1",
		  "refused: Invalid value %Q for configuration pattern.timestamp.format: holds %Q, which is not "
		  "known; known are %Y "
		  "%y %m %d %e %j %H %M %S %T %F %b %B %h %f %z %Z %s %a %A and %%" },
		/* the raw line */
		{ "ParseAccessLog$Value", "include.raw=true ; pattern=^(?<ip>\\S+)", "\"1.2.3.4 x\"",
		  "value={\"ip\":\"1.2.3.4\",\"timestamp\":{\"$timestamp\":1000},\"raw\":\"1.2.3.4 x\"}" },
		/* what is no line */
		{ "ParseAccessLog$Value", "", "\"hello\"",
		  "error: The line is not understood: ip at character 1 is not an IP address, a host name, or -" },
		{ "ParseAccessLog$Value", "", "\"\"",
		  "error: The line is not understood: ip at character 1 is not an IP address, a host name, or -" },
		{ "ParseAccessLog$Value", "", "\"1.2.3.4 - - [yesterday] \\\"GET / HTTP/1.1\\\" 200 1\"",
		  "error: The line is not understood: timestamp at character 14 is not a time in a known form" },
		{ "ParseAccessLog$Value", "on.mismatch=keep", "\"hello\"", "same" },
		{ "ParseAccessLog$Value", "on.mismatch=drop", "\"hello\"", "drop" },
		{ "ParseAccessLog$Value", "on.mismatch=drop", "{\"a\":1}",
		  "error: Only strings and bytes supported for [parsing of access logs], found: java.util.HashMap" },
		{ "ParseAccessLog$Value", "on.mismatch=warn", "1",
		  "refused: Invalid value warn for configuration on.mismatch: String must be one of: fail, keep, "
		  "drop" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_regex(void)
{
	static const struct cw_transform_row rows[] = {
		/* the whole value */
		{ "Regex$Value", "pattern=(?<a>\\w+)=(?<b>\\w+)", "\"x=1\"", "value={\"a\":\"x\",\"b\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<a>\\w+)=(?<b>\\w+)", "\"say x=1 now\"",
		  "value={\"a\":\"x\",\"b\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<a>\\w+)=(?<b>\\w+)", "@string? \"x=1\"",
		  "value=@struct{a:string?,b:string?} {\"a\":\"x\",\"b\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<a>\\w+)=(?<b>\\w+) ; output=map", "@string \"x=1\"",
		  "value={\"a\":\"x\",\"b\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<a>x)(?<b>y)?", "\"x\"", "value={\"a\":\"x\"}" },
		{ "Regex$Value", "pattern=(?<a>x)(?<b>y)? ; output=struct", "\"x\"",
		  "value=@struct{a:string?,b:string?} {\"a\":\"x\",\"b\":null}" },
		{ "Regex$Value", "pattern=(?<b>.)(?<a>.)", "\"xy\"", "value={\"b\":\"x\",\"a\":\"y\"}" },
		{ "Regex$Value", "pattern=(?<user_agent>.*)", "{\"$bytes\":\"curl\"}",
		  "value={\"user_agent\":\"curl\"}" },
		{ "Regex$Key", "pattern=(?<a>.)", "key=\"x\" ; value=1", "key={\"a\":\"x\"}" },
		{ "Regex$Value", "pattern=(?<a>.)", "null", "same" },
		{ "Regex$Value", "pattern=(?<a>é+)", "\"caféé\"", "value={\"a\":\"éé\"}" },
		/* a field */
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "{\"m\":\"a1\",\"k\":2}", "value={\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; operation=add", "{\"m\":\"a1\",\"k\":2}",
		  "value={\"m\":\"a1\",\"k\":2,\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; operation=move", "{\"m\":\"a1\",\"k\":2}",
		  "value={\"k\":2,\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<k>\\d+) ; field=m ; operation=add", "{\"m\":\"a1\",\"k\":2}",
		  "value={\"m\":\"a1\",\"k\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<m>\\d+) ; field=m ; operation=move", "{\"m\":\"a1\",\"k\":2}",
		  "value={\"k\":2,\"m\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; operation=add",
		  "@struct{m:string,k:int32}#s%2? {\"m\":\"a1\",\"k\":2}",
		  "value=@struct{m:string,k:int32,n:string?}#s%2? {\"m\":\"a1\",\"k\":2,\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; operation=move",
		  "@struct{m:string,k:int32} {\"m\":\"a1\",\"k\":2}",
		  "value=@struct{k:int32,n:string?} {\"k\":2,\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<k>\\d+) ; field=m ; operation=add",
		  "@struct{m:string,k:int32} {\"m\":\"a1\",\"k\":2}",
		  "value=@struct{m:string,k:string?} {\"m\":\"a1\",\"k\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<m>\\d+) ; field=m ; operation=move",
		  "@struct{m:string,k:int32} {\"m\":\"a1\",\"k\":2}",
		  "value=@struct{m:string?,k:int32} {\"m\":\"1\",\"k\":2}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "@struct{m:string,k:int32} {\"m\":\"a1\",\"k\":2}",
		  "value=@struct{n:string?} {\"n\":\"1\"}" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; output=map", "@struct{m:string} {\"m\":\"a1\"}",
		  "value={\"n\":\"1\"}" },
		/* what does not match */
		{ "Regex$Value", "pattern=(?<n>\\d+)", "\"x\"",
		  "error: The text does not match the pattern (?<n>\\d+)" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; on.mismatch=keep", "\"x\"", "same" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; on.mismatch=drop", "\"x\"", "drop" },
		{ "Regex$Value", "pattern=(?<n>\\d+)", "5",
		  "error: Only strings and bytes supported for [matching a regular expression], found: "
		  "java.lang.Long" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "\"x\"",
		  "error: Only Map objects supported in absence of schema for [matching a regular expression], found: "
		  "java.lang.String" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "@string \"x\"",
		  "error: Only Struct objects supported for [matching a regular expression], found: "
		  "java.lang.String" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "{\"k\":1}", "error: Field does not exist: m" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "@struct{k:int8} {\"k\":1}",
		  "error: Field does not exist: m" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m", "{\"m\":null}",
		  "error: There is no text to match in field m" },
		{ "Regex$Value", "pattern=(?<n>\\d+) ; field=m ; on.mismatch=keep", "@struct{m:string?} {}", "same" },
		{ "Regex$Value", "pattern=(a+)+(a+)+(a+)+(?<n>b)",
		  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\"",
		  "error: The text does not match the pattern (a+)+(a+)+(a+)+(?<n>b)" },
		/* configuration */
		{ "Regex$Value", "", "1",
		  "refused: Missing required configuration \"pattern\" which has no default value." },
		{ "Regex$Value", "pattern=(?<n", "1",
		  "refused: Invalid value (?<n for configuration pattern: is no regular expression: syntax error in "
		  "subpattern name "
		  "(missing terminator?), at byte 4" },
		{ "Regex$Value", "pattern=(a)", "1",
		  "refused: Invalid value (a) for configuration pattern: has no named group; write them as "
		  "(?<name>\\S+)" },
		{ "Regex$Value", "pattern=(?<n>a) ; operation=add", "1",
		  "refused: operation=add needs field, the one that has the text" },
		{ "Regex$Value", "pattern=(?<n>a) ; operation=move", "1",
		  "refused: operation=move needs field, the one that has the text" },
	};

	CW_TRANSFORM_CHECK(rows);
}

/* How many of n records pass; they are told apart by their offset, and a key when there is one. */
static unsigned passing(const char *config, const char *key, unsigned n)
{
	struct cw_transform_run run;
	struct cw_error err = { 0 };
	unsigned passed = 0;

	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&run, "Sample", config, &err), 0);
	for (unsigned i = 0; i < n; i++) {
		struct cw_buf record = { 0 }, out = { 0 };

		cw_buf_printf(&record, "from=t ; offset=%u", i);
		if (key)
			cw_buf_printf(&record, " ; key=\"%s%u\"", key, i % 10);
		cw_transform_apply(&run, record.p, &out);
		CU_ASSERT(strcmp(out.p, "same") == 0 || strcmp(out.p, "drop") == 0);
		passed += strcmp(out.p, "same") == 0;
		cw_buf_free(&record);
		cw_buf_free(&out);
	}
	cw_transform_end(&run);
	return passed;
}

static void test_sample(void)
{
	static const struct {
		const char *config;
		unsigned least, most;
	} rows[] = {
		{ "", 10000, 10000 },
		{ "share=1", 10000, 10000 },
		{ "share=0", 0, 0 },
		{ "share=0.5", 4800, 5200 },
		{ "share=0.1", 900, 1100 },
		{ "share=0.01", 70, 130 },
		{ "one.of=1", 10000, 10000 },
		{ "one.of=2", 4800, 5200 },
		{ "one.of=10", 900, 1100 },
		{ "one.of=10 ; seed=7", 900, 1100 },
		{ "share=0.5 ; one.of=2", 2300, 2700 },
		{ "one.of=9223372036854775807", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned passed = passing(rows[i].config, NULL, 10000);

		if (passed < rows[i].least || passed > rows[i].most)
			fprintf(stderr, "Sample {%s}: %u pass\n", rows[i].config, passed);
		CU_ASSERT(passed >= rows[i].least && passed <= rows[i].most);
		CU_ASSERT_EQUAL(passing(rows[i].config, NULL, 10000), passed); /* again the same */
	}
	CU_ASSERT_EQUAL(passing("share=0.5 ; by=key", "k", 1000) % 100, 0); /* all of a key or none */
	CU_ASSERT(passing("share=0.5 ; by=record", "k", 1000) % 100 != 0);
	CU_ASSERT(passing("share=0.5 ; by=key", NULL, 1000) > 400); /* without a key by record */
}

/* The same records by another seed, and records of a source by their content. */
static void test_sample_choice(void)
{
	static const struct cw_transform_row rows[] = {
		{ "Sample", "share=2", "1",
		  "refused: Invalid value 2.0 for configuration share: Value must be no more than 1" },
		{ "Sample", "one.of=0", "1",
		  "refused: Invalid value 0 for configuration one.of: Value must be at least 1" },
		{ "Sample", "by=topic", "1",
		  "refused: Invalid value topic for configuration by: String must be one of: record, key" },
	};
	struct cw_transform_run one, two;
	struct cw_error err = { 0 };
	unsigned both = 0;

	CW_TRANSFORM_CHECK(rows);
	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&one, "Sample", "share=0.5 ; seed=1", &err), 0);
	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&two, "Sample", "share=0.5 ; seed=2", &err), 0);
	for (unsigned i = 0; i < 4000; i++) {
		struct cw_buf record = { 0 }, a = { 0 }, b = { 0 };

		cw_buf_printf(&record, "value={\"n\":%u}", i);
		cw_transform_apply(&one, record.p, &a);
		cw_transform_apply(&two, record.p, &b);
		both += strcmp(a.p, "same") == 0 && strcmp(b.p, "same") == 0;
		cw_buf_free(&record);
		cw_buf_free(&a);
		cw_buf_free(&b);
	}
	CU_ASSERT(both > 850 && both < 1150); /* a quarter: independent of each other */
	cw_transform_end(&one);
	cw_transform_end(&two);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "ParseAccessLog", test_parse_access_log },
		{ "Regex", test_regex },
		{ "Sample", test_sample },
		{ "Sample's choice", test_sample_choice },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "transformations of our own", NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
