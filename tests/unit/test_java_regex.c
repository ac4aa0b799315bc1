/* Java's regular expressions and replacements, and field paths: as Java and Kafka Connect have them, and with damage.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "transform/field_path.h"
#include "transform/java_regex.h"
#include "unit.h"

/* ---- what Java made of them --------------------------------------------------------------------- */

static struct cw_slice slice_of(const json_t *text)
{
	return cw_slice(json_string_value(text), json_string_length(text));
}

static bool same_group(struct cw_java_regex *regex, unsigned group, const json_t *expected)
{
	struct cw_slice is = cw_java_regex_group(regex, group);

	if (json_is_null(expected) || !is.p)
		return json_is_null(expected) && !is.p;
	return cw_slice_equal(is, slice_of(expected));
}

/* expected: [whole, group 0, …]; without groups nothing is found. */
static bool same_match(struct cw_java_regex *regex, struct cw_slice text, const json_t *expected)
{
	size_t n = json_array_size(expected);
	struct cw_error err = { 0 };

	if (cw_java_regex_matches(regex, text, &err) != json_is_true(json_array_get(expected, 0)) ||
	    cw_java_regex_find(regex, text, &err) != (n > 1))
		return false;
	if (n > 1 && cw_java_regex_groups(regex) + 2 != n)
		return false;
	for (size_t i = 1; i < n; i++)
		if (!same_group(regex, (unsigned)i - 1, json_array_get(expected, i)))
			return false;
	return true;
}

static void check_matches(const char *pattern, struct cw_java_regex *regex, const json_t *texts, const json_t *expected)
{
	size_t i;
	json_t *text;

	json_array_foreach(texts, i, text) {
		struct cw_error err = { 0 };
		bool same;

		if (json_is_string(expected))
			same = cw_java_regex_matches(regex, slice_of(text), &err) ==
			       json_string_value(expected)[i] - '0';
		else
			same = same_match(regex, slice_of(text), json_array_get(expected, i));
		if (same)
			continue;
		fprintf(stderr, "%s on text %zu, %s\n", pattern, i, json_string_value(text));
		CU_FAIL("a match that is not Java's");
	}
}

static void check_refusal(const char *pattern, const struct cw_error *err, const char *expected)
{
	const char *place = strstr(expected, " near index ");
	size_t n = place ? (size_t)(place - expected) : strlen(expected);

	/* the place can be one off */
	if (strncmp(err->text, expected, n) == 0 && (err->text[n] == ' ' || err->text[n] == '\n'))
		return;
	fprintf(stderr, "%s\n  is   %s\n  want %s\n", pattern, err->text, expected);
	CU_FAIL("a refusal that is not Java's");
}

static void check_line(const json_t *head, const json_t *line)
{
	const json_t *texts = json_array_get(line, 0), *expected = json_array_get(line, 2);
	const char *pattern = json_string_value(json_array_get(line, 1));
	struct cw_error err = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile(pattern, &err);

	if (json_is_string(texts))
		texts = json_object_get(head, json_string_value(texts));
	if (json_is_null(texts) && !regex) {
		check_refusal(pattern, &err, json_string_value(expected));
	} else if (json_is_null(texts) || !regex) {
		fprintf(stderr, "%s: %s\n", pattern, regex ? "is not refused" : err.text);
		CU_FAIL("a refusal");
	} else {
		check_matches(pattern, regex, texts, expected);
	}
	cw_java_regex_free(regex);
}

static void test_recorded(void)
{
	FILE *file = fopen(CASES, "r");
	json_t *head = NULL;
	char *line = NULL;
	size_t cap = 0, lines = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (getline(&line, &cap, file) > 0) {
		json_t *json = json_loads(line, JSON_ALLOW_NUL, NULL);

		CU_ASSERT_PTR_NOT_NULL_FATAL(json);
		if (!head) {
			head = json;
			continue;
		}
		check_line(head, json);
		json_decref(json);
		lines++;
	}
	CU_ASSERT(lines > 500);
	json_decref(head);
	free(line);
	fclose(file);
}

/* ---- what is refused for PCRE2's sake ----------------------------------------------------------- */

static void test_refused(void)
{
	static const struct {
		const char *pattern, *why;
	} rows[] = {
		{ "\\N{LATIN SMALL LETTER A}",
		  "\\N{…}, a character's name, is Java's, and cannot be carried over to PCRE2, near index 1" },
		{ "a\\b{g}",
		  "\\b{g}, the boundary of a grapheme, is Java's, and cannot be carried over to PCRE2, near index 2" },
		{ "(?c)a",
		  "(?c), canonical equivalence, is Java's, and cannot be carried over to PCRE2, near index 1" },
		{ "\\p{InGreek}",
		  "\\p{InGreek} names a Unicode block, which PCRE2 does not know; write the range of characters, or a "
		  "script as in \\p{IsGreek}" },
		{ "\\p{blk=Greek}",
		  "\\p{blk=Greek} names a Unicode block, which PCRE2 does not know; write the range of characters, "
		  "or a script as in \\p{IsGreek}" },
		{ "[\\P{block=Greek}]",
		  "\\p{block=Greek} names a Unicode block, which PCRE2 does not know; write the range of "
		  "characters, or a script as in \\p{IsGreek}" },
		{ "(?i)(a)\\1", "a back reference under (?i) without (?u) is Java's, and cannot be carried over to "
				"PCRE2, near index 8" },
		{ "(?<=a|bc*)d",
		  "a look-behind of varying length is Java's, and cannot be carried over to PCRE2; write one for each "
		  "length, (?<=a)|(?<=bc)" },
		{ "(?<=a{1,2})b",
		  "a look-behind of varying length is Java's, and cannot be carried over to PCRE2; write one for each "
		  "length, (?<=a)|(?<=bc)" },
		{ "[a-z&&]", "an intersection && with nothing on its right side is Java's, and cannot be carried over "
			     "to PCRE2, near "
			     "index 5" },
		{ "[a&&&&b]", "an intersection && with nothing on its right side is Java's, and cannot be carried "
			      "over to PCRE2, near "
			      "index 3" },
		{ "a{65536}",
		  "a repetition of more than 65535 is Java's, and cannot be carried over to PCRE2, near index 6" },
		{ "\\uD83D", "half of a surrogate pair is Java's, and cannot be carried over to PCRE2, near index 5" },
		{ "\xff", "is no valid UTF-8 at byte 0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_PTR_NULL(cw_java_regex_compile(rows[i].pattern, &err));
		if (strcmp(err.text, rows[i].why) != 0)
			fprintf(stderr, "%s\n  is   %s\n  want %s\n", rows[i].pattern, err.text, rows[i].why);
		CU_ASSERT_STRING_EQUAL(err.text, rows[i].why);
	}
}

/* Unicode case is Java's with (?iu), also for references. */
static void test_references(void)
{
	static const struct {
		const char *pattern, *text;
		int whole;
	} rows[] = {
		{ "(?iu)(é)\\1", "éÉ", 1 },       { "(a)\\1", "aA", 0 },  { "(?<n>a)\\k<n>", "aa", 1 },
		{ "(a)|b\\1", "b", 0 },           { "\\2(a)(b)", "ab", 0 }, { "(a)(b)\\2\\1", "abba", 1 },
		{ "(?<!a)(b)", "b", 1 },          { "(a)\\10", "aa0", 1 }, { "(a)\\11", "aa1", 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_error err = { 0 };
		struct cw_java_regex *regex = cw_java_regex_compile(rows[i].pattern, &err);

		CU_ASSERT_PTR_NOT_NULL_FATAL(regex);
		CU_ASSERT_EQUAL(cw_java_regex_matches(regex, cw_slice_str(rows[i].text), &err), rows[i].whole);
		cw_java_regex_free(regex);
	}
}

/* Bytes that are no UTF-8 match nothing, not even a dot, and do no harm. */
static void test_broken_text(void)
{
	static const char *const texts[] = { "\xff",
					     "a\xff",
					     "\xc3",
					     "\xed\xa0\x80",
					     "\xf4\x90\x80\x80",
					     "a\xc0\x80"
					     "b" };
	struct cw_error err = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile("(?s).*", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(regex);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_EQUAL(cw_java_regex_matches(regex, cw_slice_str(texts[i]), &err), 0);
	cw_java_regex_free(regex);
}

/* A long text needs more stack than JIT code has; it is matched all the same. */
static void test_long_text(void)
{
	struct cw_error err = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile("(?:(a)|(b))*c", &err);
	struct cw_buf text = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(regex);
	for (unsigned i = 0; i < 100000; i++)
		cw_buf_puts(&text, i % 3 ? "a" : "b");
	cw_buf_puts(&text, "c");
	CU_ASSERT_EQUAL(cw_java_regex_matches(regex, cw_slice(text.p, text.n), &err), 1);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	cw_buf_free(&text);
	cw_java_regex_free(regex);
}

/* Patterns that try too many ways end in an error, not in an hour. */
static void test_effort(void)
{
	struct cw_error err = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile("(a+)+(a+)+(a+)+b", &err);
	char text[201];

	CU_ASSERT_PTR_NOT_NULL_FATAL(regex);
	memset(text, 'a', 200);
	text[200] = 'c';
	CU_ASSERT(cw_java_regex_matches(regex, cw_slice(text, 201), &err) <= 0);
	cw_java_regex_free(regex);
}

/* ---- replacements ------------------------------------------------------------------------------- */

static void test_replacements(void)
{
	static const struct {
		const char *pattern, *replacement, *text, *expected;
	} rows[] = {
		{ "b", "x", "abc", "axc" },
		{ "b", "x", "acd", "acd" },
		{ "b", "", "abc", "ac" },
		{ "^", "x", "abc", "xabc" },
		{ "$", "x", "abc", "abcx" },
		{ "(a)(b)", "$2$1", "ab-ab", "ba-ab" },
		{ "(a)(b)", "$0$0", "ab", "abab" },
		{ "(a)(b)", "$12", "ab", "a2" },
		{ "(a)(b)", "$1\\2", "ab", "a2" },
		{ "(a)(b)?", "[$2]", "ac", "[]c" },
		{ "(?<x>a)(?<y>b)", "${y}${x}", "ab", "ba" },
		{ "(?<x>a)", "${x}1", "a", "a1" },
		{ "a", "\\$1", "a", "$1" },
		{ "a", "\\\\", "a", "\\" },
		{ "a", "\\x", "a", "x" },
		{ "a", "é", "a", "é" },
		{ "(é)", "<$1>", "aéb", "a<é>b" },
		{ "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$11$1", "abcdefghijk", "ka" },
		{ "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)", "$11", "abcdefghij", "a1" },
		{ "(a)", "$01", "a", "a" },
		{ "a", "$1", "a", "!No group 1" },
		{ "a", "$", "a", "!Illegal group reference: group index is missing" },
		{ "a", "x$", "a", "!Illegal group reference: group index is missing" },
		{ "a", "$a", "a", "!Illegal group reference" },
		{ "a", "$ ", "a", "!Illegal group reference" },
		{ "a", "${", "a", "!named capturing group has 0 length name" },
		{ "a", "${}", "a", "!named capturing group has 0 length name" },
		{ "(a)", "$22", "a", "!No group 2" },
		{ "a", "${x", "a", "!named capturing group is missing trailing '}'" },
		{ "a", "${x-y}", "a", "!named capturing group is missing trailing '}'" },
		{ "a", "${1x}", "a", "!capturing group name {1x} starts with digit character" },
		{ "a", "${x}", "a", "!No group with name {x}" },
		{ "a", "x\\", "a", "!character to be escaped is missing" },
		{ "a", "$9\\", "a", "!No group 9" },
		{ "a", "$9", "b", "b" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_error err = { 0 };
		struct cw_java_regex *regex = cw_java_regex_compile(rows[i].pattern, &err);
		struct cw_java_replacement *replacement;
		struct cw_buf out = { 0 };

		CU_ASSERT_PTR_NOT_NULL_FATAL(regex);
		replacement = cw_java_replacement_new(regex, rows[i].replacement);
		if (cw_java_replace_first(regex, replacement, cw_slice_str(rows[i].text), &out, &err) < 0) {
			cw_buf_free(&out);
			cw_buf_printf(&out, "!%s", err.text);
		}
		CU_ASSERT_STRING_EQUAL(out.p, rows[i].expected);
		cw_buf_free(&out);
		cw_java_replacement_free(replacement);
		cw_java_regex_free(regex);
	}
}

/* ---- field paths -------------------------------------------------------------------------------- */

#define INCOMPLETE(path, at)                                                                                         \
	"!Incomplete backtick pair in path: [" path "], consider adding a backslash before backtick at position " at \
	" to escape it"

/* Steps in brackets. */
static void print_path(struct cw_buf *out, const struct cw_field_path *path)
{
	cw_buf_append(out, "", 0);
	for (size_t i = 0; i < path->n; i++)
		cw_buf_printf(out, "[%.*s]", (int)path->steps[i].n, path->steps[i].p);
}

static void test_field_paths(void)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "a", "[a]" },
		{ "a.b", "[a][b]" },
		{ "a.b.c", "[a][b][c]" },
		{ ".", "[][]" },
		{ "..", "[][][]" },
		{ "a.", "[a][]" },
		{ ".a", "[][a]" },
		{ "a..b", "[a][][b]" },
		{ "`a.b`", "[a.b]" },
		{ "`a.b`.c", "[a.b][c]" },
		{ "c.`a.b`", "[c][a.b]" },
		{ "`a`.`b`", "[a][b]" },
		{ "`a`.", "[a][]" },
		{ "``", "[]" },
		{ "``.a", "[][a]" },
		{ "a`b", "[a`b]" },
		{ "a`.b", "[a`][b]" },
		{ "a.b`", "[a][b`]" },
		{ "`a`b`", "[a`b]" },
		{ "`a`b`.c", "[a`b][c]" },
		{ "`a\\`.b`", "[a`.b]" },
		{ "`a\\`.b\\`.c`.d", "[a`.b`.c][d]" },
		{ "`a\\`b`", "[a\\`b]" },
		{ "`a\\b`", "[a\\b]" },
		{ "`é.ü`.ö", "[é.ü][ö]" },
		{ "`", INCOMPLETE("`", "0") },
		{ "`a", INCOMPLETE("`a", "0") },
		{ "`a.b", INCOMPLETE("`a.b", "0") },
		{ "a.`b", INCOMPLETE("a.`b", "2") },
		{ "`a`b", INCOMPLETE("`a`b", "0") },
		{ "`a\\`", INCOMPLETE("`a\\`", "0") },
		{ "`a\\`.b", INCOMPLETE("`a\\`.b", "0") },
		{ "`a`.`b", INCOMPLETE("`a`.`b", "4") },
		{ "é.`b", INCOMPLETE("é.`b", "2") },
		{ "😀.`b", INCOMPLETE("😀.`b", "3") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_field_path path;
		struct cw_error err = { 0 };
		struct cw_buf out = { 0 };

		if (cw_field_path_parse(&path, rows[i].text, true, &err) < 0)
			cw_buf_printf(&out, "!%s", err.text);
		else
			print_path(&out, &path);
		CU_ASSERT_STRING_EQUAL(out.p, rows[i].expected);
		cw_buf_free(&out);
		cw_field_path_free(&path);
		CU_ASSERT_EQUAL(cw_field_path_parse(&path, rows[i].text, false, &err), 0);
		CU_ASSERT_EQUAL(path.n, 1);
		CU_ASSERT(cw_slice_equal(path.steps[0], cw_slice_str(rows[i].text)));
		cw_field_path_free(&path);
	}
}

/* ---- damage ------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* Some characters of the text go, come or become others. */
static void damage(char *text, size_t room, uint64_t *random)
{
	static const char alphabet[] = "()[]{}*+?|\\^$.-&,=!<>:0129abxpPukQEcN#` \xc3\xa9\xff";

	for (unsigned n = 1 + (unsigned)(next_random(random) % 4); n > 0; n--) {
		size_t length = strlen(text), at = next_random(random) % (length + 1);
		char c = alphabet[next_random(random) % (sizeof(alphabet) - 1)];

		switch (next_random(random) % 3) {
		case 0:
			memmove(text + at, text + at + (at < length), length - at + (at == length));
			break;
		case 1:
			if (at < length)
				text[at] = c;
			break;
		default:
			if (length + 2 > room)
				break;
			memmove(text + at + 1, text + at, length - at + 1);
			text[at] = c;
		}
	}
}

static void use_pattern(const char *pattern, const char *replacement_text)
{
	struct cw_error err = { 0 }, why = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile(pattern, &err);
	struct cw_java_replacement *replacement;
	struct cw_buf out = { 0 };

	CU_ASSERT((regex != NULL) == (err.code == CW_ERR_NONE));
	if (!regex)
		return;
	replacement = cw_java_replacement_new(regex, replacement_text);
	cw_java_regex_matches(regex, cw_slice_str(pattern), &why);
	cw_java_replace_first(regex, replacement, cw_slice_str("dm.155.orders \xc3\xa9\r\n\xff"), &out, &why);
	cw_buf_free(&out);
	cw_java_replacement_free(replacement);
	cw_java_regex_free(regex);
}

static void test_damaged_patterns(void)
{
	static const char *const patterns[] = {
		"dm\\.(\\d+)\\.(.*)",
		"(?<topic>[^.]+)\\.(?<rest>.*)\\k<rest>",
		"[a-z&&[^aeiou]&&\\w]+(?i:x|[y-z])*+",
		"(?x) a # b\n [ c ] {2,3}?",
		"\\p{javaLowerCase}\\P{IsAlphabetic}[\\p{sc=Latin}\\x{41}-\\u00e9]",
		"\\Qa.b\\E{2}|^$|\\b\\R",
		"(?<=ab|cd)(?!e)(?>f)\\1\\12",
		"((((a){1,2}){1,2}){1,2}){1,2}",
	};
	static const char *const replacements[] = { "$1-$2", "${rest}\\$${topic}", "$12$0\\\\", "x" };
	uint64_t random = 4;

	for (unsigned i = 0; i < 20000; i++) {
		char pattern[128], replacement[64];

		snprintf(pattern, sizeof(pattern), "%s", patterns[i % (sizeof(patterns) / sizeof(patterns[0]))]);
		snprintf(replacement, sizeof(replacement), "%s", replacements[i % 4]);
		damage(pattern, sizeof(pattern), &random);
		damage(replacement, sizeof(replacement), &random);
		use_pattern(pattern, replacement);
	}
	CU_PASS("nothing was harmed");
}

static void test_damaged_paths(void)
{
	static const char *const paths[] = { "a.b.c", "`a.b`.c", "`a\\`.b`.`c`", "a.``.`b", "``" };
	uint64_t random = 5;

	for (unsigned i = 0; i < 20000; i++) {
		struct cw_field_path path;
		struct cw_error err = { 0 };
		char text[64];

		snprintf(text, sizeof(text), "%s", paths[i % (sizeof(paths) / sizeof(paths[0]))]);
		damage(text, sizeof(text), &random);
		if (cw_field_path_parse(&path, text, true, &err) == 0)
			CU_ASSERT(path.n <= strlen(text) + 1);
		cw_field_path_free(&path);
	}
	CU_PASS("nothing was harmed");
}

/* Groups and classes without end are refused. */
static void test_deep_patterns(void)
{
	static const char *const opening[] = { "(", "(?:", "[a", "[a&&", "(?=", "(?<n>" };

	for (size_t i = 0; i < sizeof(opening) / sizeof(opening[0]); i++) {
		struct cw_buf pattern = { 0 };
		struct cw_error err = { 0 };

		for (unsigned k = 0; k < 100000; k++)
			cw_buf_puts(&pattern, opening[i]);
		CU_ASSERT_PTR_NULL(cw_java_regex_compile(pattern.p, &err));
		cw_buf_free(&pattern);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "as Java 17", test_recorded },
		{ "refused", test_refused },
		{ "references", test_references },
		{ "broken text", test_broken_text },
		{ "long text", test_long_text },
		{ "too much effort", test_effort },
		{ "replacements", test_replacements },
		{ "field paths", test_field_paths },
		{ "damaged patterns", test_damaged_patterns },
		{ "damaged paths", test_damaged_paths },
		{ "deep patterns", test_deep_patterns },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "Java's regular expressions", NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
