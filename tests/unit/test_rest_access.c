/* Who asks and what he may: the parsers of REST's security, as tables. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/http_headers.h"
#include "rest/cors.h"
#include "rest/credentials.h"
#include "rest/lines.h"
#include "rest/roles.h"
#include "rest/tokens.h"
#include "rest/users.h"
#include "rest/verdicts.h"
#include "unit.h"

/* All of "correct horse", made cheap. */
#define BCRYPT "$2b$04$dWyl0RQOLeXmr8.fOjMvaOMZdooW3hBnbtDvIe6pqhUPgojcZ.qyS"
#define SHA512                                                   \
	"$6$rounds=1000$iWSHu8g08mAWHu.u$f0hAVGxrvXLVUioOEBNvb/" \
	"EI2mswVqgB0t.mamEgovZLaPQxyZYXbUozv2GgKqVRAIMhZoWW9SATeTs7X5Fqe1"
#define YESCRYPT "$y$j75$abcdefgh1234$lY4ZUTJDi.2K6hcfK3luM.RnKkbuxQIOZCvYnzgZZcD"

static void check(bool good, const char *row, const char *got)
{
	if (!good)
		fprintf(stderr, "\n%s: got %s\n", row, got ? got : "(none)");
	CU_ASSERT_TRUE(good);
}

static void test_credentials__are_read_or_broken(void)
{
	static const struct {
		const char *header;
		enum cw_credentials_kind kind;
		const char *user, *secret;
	} cases[] = {
		{ NULL, CW_CREDENTIALS_NONE, NULL, NULL },
		{ "Basic YWxpY2U6c2VjcmV0", CW_CREDENTIALS_BASIC, "alice", "secret" },
		{ "bAsIc   YWxpY2U6c2VjcmV0", CW_CREDENTIALS_BASIC, "alice", "secret" },
		{ "Basic YWxpY2U6YTpi", CW_CREDENTIALS_BASIC, "alice", "a:b" },
		{ "Basic YWxpY2U6", CW_CREDENTIALS_BASIC, "alice", "" },
		{ "Basic OmE=", CW_CREDENTIALS_BROKEN, NULL, NULL },	      /* ":a" */
		{ "Basic YWxpY2U=", CW_CREDENTIALS_BROKEN, NULL, NULL },      /* "alice" */
		{ "Basic YWxpY2U6AGE=", CW_CREDENTIALS_BROKEN, NULL, NULL },  /* "alice:\0a" */
		{ "Basic YWxpY2U6/w==", CW_CREDENTIALS_BROKEN, NULL, NULL },  /* no UTF-8 */
		{ "Basic !!!", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Basic ", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Basic", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Bearer abc.DEF-1~2+3/4==", CW_CREDENTIALS_BEARER, NULL, "abc.DEF-1~2+3/4==" },
		{ "bearer  x", CW_CREDENTIALS_BEARER, NULL, "x" },
		{ "Bearer a b", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Bearer =", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Bearer ", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "Digest username=\"x\"", CW_CREDENTIALS_BROKEN, NULL, NULL },
		{ "", CW_CREDENTIALS_BROKEN, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_credentials got;

		cw_credentials_parse(cases[i].header, &got);
		check(got.kind == cases[i].kind, cases[i].header, "another kind");
		check(cases[i].user ? got.user && strcmp(got.user, cases[i].user) == 0 : !got.user, cases[i].header,
		      got.user);
		check(cases[i].secret ? got.secret && strcmp(got.secret, cases[i].secret) == 0 : !got.secret,
		      cases[i].header, got.secret);
		cw_credentials_free(&got);
	}
}

static void test_lines__have_fields(void)
{
	static const struct {
		const char *line;
		int n;
		const char *fields[3];
	} cases[] = {
		{ "a", 1, { "a" } },
		{ "a\tb  c", 3, { "a", "b", "c" } },
		{ "\"a b\" c", 2, { "a b", "c" } },
		{ "a \"\" c", 3, { "a", "", "c" } },
		{ "a b c d", 4, { "a", "b", "c" } },
		{ "a \"b", -1, { "a" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *line = cw_strdup(cases[i].line);
		char *fields[3] = { 0 };

		CU_ASSERT_EQUAL(cw_line_fields(line, fields, 3), cases[i].n);
		for (int k = 0; k < 3 && cases[i].fields[k]; k++)
			check(fields[k] && strcmp(fields[k], cases[i].fields[k]) == 0, cases[i].line, fields[k]);
	}
}

static void test_users__take_slow_hashes_only(void)
{
	static const struct {
		const char *line, *part; /* NULL: it is taken */
	} cases[] = {
		{ "# comment\n\n  alice:" BCRYPT "  \r\n", NULL },
		{ "alice:" SHA512, NULL },
		{ "alice:" YESCRYPT, NULL },
		{ "alice:$2y$04$dWyl0RQOLeXmr8.fOjMvaOMZdooW3hBnbtDvIe6pqhUPgojcZ.qyS", NULL },
		{ "\nalice", ":2: a line is USER:HASH" },
		{ ":" BCRYPT, "a line is USER:HASH" },
		{ "alice:hunter2", "plain text" },
		{ "alice:", "plain text" },
		{ "alice:$apr1$hunter2$", "an MD5 hash" },
		{ "alice:$1$hunter2$", "an MD5 hash" },
		{ "alice:{SHA}hunter2=", "a SHA-1 hash" },
		{ "alice:$5$hunter2$", "a SHA-256 hash" },
		{ "alice:$2b$04$hunter2", "cut off" },
		{ "alice:$6$hunter2", "cut off" },
		{ "alice:$y$", "cut off" },
		{ "alice:" BCRYPT "\nalice:" BCRYPT, "f:2: user \"alice\" is there twice" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *text = cw_strdup(cases[i].line);
		struct cw_users users = { 0 };
		struct cw_error err = { 0 };
		int rc = cw_users_parse(text, "f", &users, &err);

		check(cases[i].part ? rc < 0 && strstr(err.text, cases[i].part) : rc == 0, cases[i].line, err.text);
		CU_ASSERT_PTR_NULL(strstr(err.text, "hunter2"));
		cw_users_free(&users);
	}
}

static void test_users__verify(void)
{
	static const char *const hashes[] = { BCRYPT, SHA512, YESCRYPT };

	for (size_t i = 0; i < 3; i++) {
		CW_AUTO_FREE char *text = cw_format("bob:%s\nalice:%s\n", BCRYPT, hashes[i]);
		struct cw_users users = { 0 };

		CU_ASSERT_EQUAL(cw_users_parse(text, "f", &users, NULL), 0);
		CU_ASSERT_TRUE(cw_users_verify(&users, "alice", "correct horse"));
		CU_ASSERT_FALSE(cw_users_verify(&users, "alice", "correct hors"));
		CU_ASSERT_FALSE(cw_users_verify(&users, "alice", ""));
		CU_ASSERT_FALSE(cw_users_verify(&users, "eve", "correct horse"));
		CU_ASSERT_FALSE(cw_users_verify(&users, "Alice", "correct horse"));
		cw_users_free(&users);
	}
	CU_ASSERT_FALSE(cw_users_verify(&(struct cw_users){ 0 }, "alice", "x"));
}

#define HASHED "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" /* of "test" */

static void test_tokens__are_read(void)
{
	static const struct {
		const char *text;
		bool shared;
		const char *part; /* NULL: it is taken */
		const char *token; /* whose user is u */
		int64_t until_ms;
	} cases[] = {
		{ "u " HASHED, true, NULL, "test", INT64_MAX },
		{ "u hunter2-hunter2-hunter2", false, NULL, "hunter2-hunter2-hunter2", INT64_MAX },
		{ "# x\nv abcdefghijklmnop\nu " HASHED " 1970-01-02", false, NULL, "test", 86400000 },
		{ "u " HASHED " 1970-01-01T00:00:01Z", true, NULL, "test", 1000 },
		{ "u hunter2-hunter2-hunter2", true, "chmod 600", NULL, 0 },
		{ "u hunter2", false, "shorter than 16", NULL, 0 },
		{ "u", false, "a line is USER TOKEN", NULL, 0 },
		{ "u " HASHED " 2027-01-01 x", false, "a line is USER TOKEN", NULL, 0 },
		{ "u " HASHED " tomorrow", false, "2027-01-31", NULL, 0 },
		{ "u " HASHED " 2027-01-01T00:00:00", false, "2027-01-31", NULL, 0 },
		{ "u sha256:9f86", false, "64 hexadecimal digits", NULL, 0 },
		{ "u " HASHED "00", false, "64 hexadecimal digits", NULL, 0 },
		{ "u sha256:zz86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false,
		  "64 hexadecimal digits", NULL, 0 },
		{ "\"\" " HASHED, false, "no user", NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *text = cw_strdup(cases[i].text);
		struct cw_tokens tokens = { 0 };
		struct cw_error err = { 0 };
		int rc = cw_tokens_parse(text, "f", cases[i].shared, &tokens, &err);
		const struct cw_token *found = rc == 0 ? cw_tokens_find(&tokens, cases[i].token) : NULL;

		check(cases[i].part ? rc < 0 && strstr(err.text, cases[i].part) : rc == 0, cases[i].text, err.text);
		CU_ASSERT_PTR_NULL(strstr(err.text, "hunter2"));
		if (!cases[i].part) {
			CU_ASSERT_PTR_NOT_NULL_FATAL(found);
			CU_ASSERT_STRING_EQUAL(found->name, "u");
			CU_ASSERT_EQUAL(found->until_epoch_ms, cases[i].until_ms);
			CU_ASSERT_PTR_NULL(cw_tokens_find(&tokens, "tes"));
			CU_ASSERT_PTR_NULL(cw_tokens_find(&tokens, HASHED));
		}
		cw_tokens_free(&tokens);
	}
}

static const char roles_text[] = "# who what which\n"
				 "alice   admin    *\n"
				 "airflow operate  logs-* \"two words\"\n"
				 "airflow read     clicks-?\n"
				 "graf*   READ     *\n"
				 "\"CN=ops,O=Acme Inc\" admin logs-[ab]\n";

static void test_roles__decide(void)
{
	static const struct {
		const char *user, *connector;
		enum cw_role role;
	} cases[] = {
		{ "alice", "x", CW_ROLE_ADMIN },
		{ "alice", NULL, CW_ROLE_ADMIN },
		{ "Alice", "x", CW_ROLE_ANYBODY },
		{ "airflow", "logs-a", CW_ROLE_OPERATOR },
		{ "airflow", "two words", CW_ROLE_OPERATOR },
		{ "airflow", "clicks-1", CW_ROLE_VIEWER },
		{ "airflow", "clicks-12", CW_ROLE_ANYBODY },
		{ "airflow", "my-logs-a", CW_ROLE_ANYBODY },
		{ "airflow", NULL, CW_ROLE_OPERATOR },
		{ "grafana", "x", CW_ROLE_VIEWER },
		{ "CN=ops,O=Acme Inc", "logs-a", CW_ROLE_ADMIN },
		{ "CN=ops,O=Acme Inc", "logs-c", CW_ROLE_ANYBODY },
		{ "CN=ops,O=Acme", "logs-a", CW_ROLE_ANYBODY },
		{ "eve", "x", CW_ROLE_ANYBODY },
		{ "eve", NULL, CW_ROLE_ANYBODY },
		{ "", "x", CW_ROLE_ANYBODY },
		{ NULL, "x", CW_ROLE_ADMIN }, /* nobody was asked */
	};
	CW_AUTO_FREE char *text = cw_strdup(roles_text);
	struct cw_roles roles = { 0 };

	CU_ASSERT_EQUAL(cw_roles_parse(text, "f", &roles, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cw_roles_of(&roles, cases[i].user, cases[i].connector) == cases[i].role, cases[i].user,
		      cases[i].connector);
	cw_roles_free(&roles);
	CU_ASSERT_EQUAL(cw_roles_of(&roles, "eve", "x"), CW_ROLE_ADMIN); /* no file: every user may do everything */
}

static void test_roles__filter_lists_and_objects(void)
{
	static const struct {
		const char *user, *in, *out;
	} cases[] = {
		{ "airflow", "[\"logs-a\",\"x\",\"clicks-1\"]", "[\"logs-a\",\"clicks-1\"]" },
		{ "airflow", "{\"logs-a\":1,\"x\":2}", "{\"logs-a\":1}" },
		{ "eve", "[\"logs-a\"]", "[]" },
		{ "alice", "{\"x\":2}", "{\"x\":2}" },
	};
	CW_AUTO_FREE char *text = cw_strdup(roles_text);
	struct cw_roles roles = { 0 };

	CU_ASSERT_EQUAL(cw_roles_parse(text, "f", &roles, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *in = json_loads(cases[i].in, 0, NULL), *out = cw_roles_filter(&roles, cases[i].user, in);
		CW_AUTO_FREE char *got = json_dumps(out, JSON_COMPACT);

		check(strcmp(got, cases[i].out) == 0, cases[i].in, got);
		json_decref(in);
		json_decref(out);
	}
	cw_roles_free(&roles);
}

static void test_roles__refuse_with_the_line(void)
{
	static const char *const cases[][2] = {
		{ "alice", "f:1: a line is USER ROLE CONNECTOR" },
		{ "alice admin", "f:1: a line is USER ROLE CONNECTOR" },
		{ "\n\nalice root *", "f:3: the roles are read, operate and admin, not \"root\"" },
		{ "alice anybody *", "the roles are" },
		{ "\"alice admin *", "quote" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *text = cw_strdup(cases[i][0]);
		struct cw_roles roles = { 0 };
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_roles_parse(text, "f", &roles, &err), -1);
		check(strstr(err.text, cases[i][1]), cases[i][0], err.text);
		cw_roles_free(&roles);
	}
}

static void test_verdicts__are_remembered_for_a_while(void)
{
	static char alice[] = "alice", secret[] = "secret", other[] = "secrets";
	struct cw_credentials right = { CW_CREDENTIALS_BASIC, alice, secret },
			      wrong = { CW_CREDENTIALS_BASIC, alice, other };
	struct cw_verdicts *verdicts = cw_verdicts_new();
	bool good;

	CU_ASSERT_FALSE(cw_verdicts_find(verdicts, 1, &right, 1000, &good));
	cw_verdicts_add(verdicts, 1, &right, 1000, true);
	CU_ASSERT_TRUE(cw_verdicts_find(verdicts, 1, &right, 1000 + CW_VERDICT_GOOD_MS - 1, &good));
	CU_ASSERT_TRUE(good);
	CU_ASSERT_FALSE(cw_verdicts_find(verdicts, 1, &right, 1000 + CW_VERDICT_GOOD_MS, &good));
	CU_ASSERT_FALSE(cw_verdicts_find(verdicts, 2, &right, 1000, &good));
	CU_ASSERT_FALSE(cw_verdicts_find(verdicts, 1, &wrong, 1000, &good));
	cw_verdicts_add(verdicts, 1, &wrong, 1000, false);
	CU_ASSERT_TRUE(cw_verdicts_find(verdicts, 1, &wrong, 1001, &good));
	CU_ASSERT_FALSE(good);
	CU_ASSERT_FALSE(cw_verdicts_find(verdicts, 1, &wrong, 1000 + CW_VERDICT_BAD_MS, &good));
	cw_verdicts_free(verdicts);
}

/* However many are guessed, one that is known to be right stays so. */
static void test_verdicts__guesses_push_nothing_out(void)
{
	static char alice[] = "alice", secret[] = "secret";
	struct cw_credentials right = { CW_CREDENTIALS_BASIC, alice, secret };
	struct cw_verdicts *verdicts = cw_verdicts_new();
	bool good;

	cw_verdicts_add(verdicts, 1, &right, 1000, true);
	for (int i = 0; i < 5000; i++) {
		char guess[16];

		snprintf(guess, sizeof(guess), "%d", i);
		cw_verdicts_add(verdicts, 1, &(struct cw_credentials){ CW_CREDENTIALS_BASIC, alice, guess }, 1001,
				false);
	}
	CU_ASSERT_TRUE(cw_verdicts_find(verdicts, 1, &right, 1002, &good));
	CU_ASSERT_TRUE(good);
	cw_verdicts_free(verdicts);
}

static void test_headers__are_parsed_as_kafkas(void)
{
	static const char text[] = " set X-Frame-Options: DENY, \"add Cache-Control: no-cache, no-store\" ,setDate "
				   "Expires: 86400000,"
				   "ADDDATE X-Date:-1";
	struct cw_header_rules rules = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_header_rules_parse(text, &rules, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(rules.n, 4);
	CU_ASSERT_STRING_EQUAL(rules.items[0].name, "X-Frame-Options");
	CU_ASSERT_STRING_EQUAL(rules.items[0].value, "DENY");
	CU_ASSERT_FALSE(rules.items[0].add);
	CU_ASSERT_STRING_EQUAL(rules.items[1].value, "no-cache, no-store");
	CU_ASSERT_TRUE(rules.items[1].add);
	CU_ASSERT_PTR_NULL(rules.items[2].value);
	CU_ASSERT_EQUAL(rules.items[2].offset_ms, 86400000);
	CU_ASSERT_TRUE(rules.items[3].add);
	CU_ASSERT_EQUAL(rules.items[3].offset_ms, -1);
	cw_header_rules_free(&rules);
}

static void test_cors__origins(void)
{
	static const struct {
		const char *origins, *origin, *allowed;
		bool credentials;
	} cases[] = {
		{ NULL, "https://a", NULL, false },
		{ "", "https://a", NULL, false },
		{ "*", "https://a", "*", false },
		{ "*", NULL, NULL, false },
		{ "https://a", "https://a", "https://a", true },
		{ "https://a", "https://b", NULL, false },
		{ "https://b, https://a", "https://a", "https://a", true },
		{ "https://*.example.com", "https://x.example.com", "https://x.example.com", true },
		{ "https://*.example.com", "https://example.com.evil", NULL, false },
		{ "https://*.example.com", "https://x.example.org", NULL, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_cors cors = { cases[i].origins, NULL };
		bool credentials;
		const char *got = cw_cors_origin(&cors, cases[i].origin, &credentials);

		check(cases[i].allowed ? got && strcmp(got, cases[i].allowed) == 0 : !got, cases[i].origins, got);
		CU_ASSERT_EQUAL(credentials, cases[i].credentials);
	}
	CU_ASSERT_STRING_EQUAL(cw_cors_methods(&(struct cw_cors){ 0 }), "GET,POST,HEAD");
	CU_ASSERT_STRING_EQUAL(cw_cors_methods(&(struct cw_cors){ NULL, "GET" }), "GET");
}

static void test_areas(void)
{
	static const struct {
		const char *path;
		bool main, admin;
	} cases[] = {
		{ "/", true, true },
		{ "/health", true, true },
		{ "/metrics/", true, true },
		{ "/openapi.json", true, true },
		{ "/connectors", true, false },
		{ "/connectors/admin", true, false },
		{ "/admin", false, true },
		{ "/admin/loggers", false, true },
		{ "/administer", true, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_uri uri = { 0 };

		CU_ASSERT_EQUAL(cw_uri_parse(cases[i].path, &uri, NULL), 0);
		check(cw_area_has(CW_AREA_ALL, &uri), cases[i].path, "not everywhere");
		check(cw_area_has(CW_AREA_MAIN, &uri) == cases[i].main, cases[i].path, "main");
		check(cw_area_has(CW_AREA_ADMIN, &uri) == cases[i].admin, cases[i].path, "admin");
		cw_uri_free(&uri);
	}
}

/* Random texts, of characters that mean something, through every parser: for the sanitizers. */
static void test_parsers__survive_anything(void)
{
	static const char alphabet[] = "ab:* \t\n\r\"#$%,=/\\.-2569yx{}[]\xc3\xbc\x01";
	static const char *const heads[] = { "Basic ", "Bearer ", "",	     "u sha256:", "a:$2b$",
					     "a:$6$",  "a:$y$",	  "set A: ", "a admin " };
	uint64_t random = 88172645463325252u;

	for (int i = 0; i < 30000; i++) {
		struct cw_credentials credentials;
		struct cw_users users = { 0 };
		struct cw_tokens tokens = { 0 };
		struct cw_roles roles = { 0 };
		struct cw_header_rules rules = { 0 };
		struct cw_cors cors;
		bool allowed;
		char text[80], copy[80];
		size_t n = (size_t)snprintf(text, 20, "%s", heads[i % 9]), end = n + (size_t)i % 50;

		for (; n < end; n++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			text[n] = alphabet[random % (sizeof(alphabet) - 1)];
		}
		text[n] = '\0';
		cors = (struct cw_cors){ text, NULL };
		cw_credentials_parse(text, &credentials);
		cw_header_rules_parse(text, &rules, NULL);
		cw_cors_origin(&cors, "https://a", &allowed);
		cw_users_parse(memcpy(copy, text, n + 1), "f", &users, NULL);
		cw_tokens_parse(memcpy(copy, text, n + 1), "f", i % 2, &tokens, NULL);
		cw_roles_parse(memcpy(copy, text, n + 1), "f", &roles, NULL);
		cw_roles_of(&roles, text, text);
		cw_credentials_free(&credentials);
		cw_header_rules_free(&rules);
		cw_users_free(&users);
		cw_tokens_free(&tokens);
		cw_roles_free(&roles);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "credentials", test_credentials__are_read_or_broken },
		{ "fields of a line", test_lines__have_fields },
		{ "hashes of passwords", test_users__take_slow_hashes_only },
		{ "passwords", test_users__verify },
		{ "tokens", test_tokens__are_read },
		{ "roles", test_roles__decide },
		{ "what a user may read", test_roles__filter_lists_and_objects },
		{ "wrong roles", test_roles__refuse_with_the_line },
		{ "verdicts", test_verdicts__are_remembered_for_a_while },
		{ "guesses", test_verdicts__guesses_push_nothing_out },
		{ "response headers", test_headers__are_parsed_as_kafkas },
		{ "CORS", test_cors__origins },
		{ "admin endpoints", test_areas },
		{ "random texts", test_parsers__survive_anything },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest access", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
