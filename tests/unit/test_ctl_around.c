/* workerctl around its commands: workers that are not there, the command line, help, completion and the man page. */
#include <curl/curl.h>

#include "ctl/warnings.h"
#include "ctl_fixture.h"

/* ---- a worker that is not there, or is none ------------------------------------------------ */

static void test_unreachable__is_told_from_a_refusal_and_shows_no_password(void)
{
	struct run *r = begin();
	CW_AUTO_FREE char *line = cw_format("--url http://me:secret@127.0.0.1:%d pause a b", mini_http_free_port());
	CW_AUTO_FREE char *waiting = cw_format("--url http://127.0.0.1:%d wait a -t 0.01", mini_http_free_port());

	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(has(r->err, "workerctl: cannot reach http://127.0.0.1:"));
	CU_ASSERT_PTR_NULL(strstr(r->err, "secret"));
	/* Said once: the second name would fare no better. */
	CU_ASSERT_PTR_NULL(strstr(strstr(r->err, "cannot reach") + 1, "cannot reach"));
	run(r, waiting);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	end(r);
}

static void test_stranger__is_named(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 502, "<html>bad gateway</html>");
	run(r, "list");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "answered with HTTP status 502 and no message; is it a Kafka Connect worker?"));
	mini_http_answer(r->http, "GET", "/connectors", 500, "{\"error_code\":500,\"message\":\"a\\u001b[2Jb\\nc\"}");
	run(r, "list");
	CU_ASSERT_TRUE(is(r->err, "workerctl: a?[2Jb\nc\n"));
	mini_http_answer(r->http, "GET", "/connectors", 200, "<html>welcome</html>");
	run(r, "list");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "did not answer with JSON"));
	end(r);
}

static void test_credentials__go_with_the_request(void)
{
	struct run *r = begin();
	CW_AUTO_FREE char *line = cw_format("-u http://me:s%%20x@127.0.0.1:%d health", mini_http_port(r->http));

	mini_http_answer(r->http, "GET", "/health", 200, "{\"status\":\"healthy\",\"message\":\"\"}");
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	/* base64 of "me:s x" */
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), "Basic bWU6cyB4");
	end(r);
}

static void test_warnings__of_any_answer_are_said_once(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "{}");
	mini_http_warning(r->http, "299 connect-worker \"unknown key \\\"a\\\\b\\\" is\x1b ignored\", 110 proxy \"old\" "
				   "\"Sun, 06 Nov 1994 08:49:37 GMT\"");
	run(r, "list -n 3 --interval 0.01 -q");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(is(r->err, "workerctl: warning: unknown key \"a\\b\" is? ignored\nworkerctl: warning: old\n"));
	mini_http_warning(r->http, "no \"quotes");
	run(r, "get connectors nope");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(is(r->err, "workerctl: warning: no \"quotes\nworkerctl: Connector nope not found\n"
				  "Try 'workerctl get connectors'.\n"));
	end(r);
}

static void test_warnings__are_read_as_http_has_them(void)
{
	static const struct {
		const char *field, *texts[3];
	} cases[] = {
		{ "299 - \"a\"", { "a" } },
		{ " 299 h:1 \"a, b\" ,299 h \"\"", { "a, b", "" } },
		{ "299 h \"a\" \"date\"299 h \"b\"", { "a", "b" } },
		{ "", { NULL } },
		{ " ,, ", { NULL } },
		{ "299", { "299" } },
		{ "29 h \"a\"", { "29 h \"a\"" } },
		{ "299 h a", { "299 h a" } },
		{ "299 h \"a", { "299 h \"a" } },
		{ "299 h \"a\\", { "299 h \"a\\" } },
		{ "299 h \"a\" \"date", { "299 h \"a\" \"date" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = cases[i].field;

		for (size_t k = 0; k < 3; k++) {
			CW_AUTO_FREE char *text = cw_warning_next(&at);

			CU_ASSERT_EQUAL(!text, !cases[i].texts[k]);
			if (!text || !cases[i].texts[k])
				break;
			CU_ASSERT_TRUE(is(text, cases[i].texts[k]));
		}
	}
}

/* ---- the command line ---------------------------------------------------------------------- */

static void test_usage__one_sentence_for_each_mistake(void)
{
	static const struct {
		const char *line, *err;
	} cases[] = {
		{ "", "a command is needed" },
		{ "lits", "unknown command \"lits\"; did you mean \"list\"?" },
		{ "stat", "did you mean \"status\"?" },
		{ "frobnicate", "unknown command \"frobnicate\"" },
		{ "list x", "list: unexpected argument \"x\"" },
		{ "show", "show needs an argument: NAME" },
		{ "pause", "pause needs an argument: NAME…" },
		{ "list --wach", "unknown option --wach; did you mean --watch?" },
		{ "delete a --watch", "delete does not take --watch" },
		{ "delete a -w", "delete does not take -w" },
		{ "delete a -n 2", "delete does not take -n" },
		{ "-n 2 logs a", "before the command -n means --count, which logs does not take; behind it, it means --last" },
		{ "restart a --tial", "unknown option --tial" },
		{ "logs a --tial=3", "unknown option --tial; did you mean --tail?" },
		{ "offsets import a", "standard input:1:0: not valid JSON" },
		{ "dlq list a --lats=3", "unknown option --lats; did you mean --last?" },
		{ "logs a --lebel=INFO", "unknown option --lebel; did you mean --level?" },
		{ "get connectors --lin=3", "unknown option --lin" },
		{ "dlq list a -n 0", "-n 0 is not valid; it is a whole number, 1 or more" },
		{ "dlq list a --limit=x", "--limit=x is not valid; it is a whole number, 0 or more" },
		{ "dlq list a --last=1001", "--last 1001 is too many: a worker shows 1000 letters at most" },
		{ "preview a --last 0", "--last 0 is not valid" },
		{ "preview a -n 101", "-n 101 is too many: there are previews of at most 100 records" },
		{ "preview a --first=101", "--first 101 is too many" },
		{ "create nofile", "nofile: cannot be opened: No such file or directory\nTry 'workerctl create --help'." },
		{ "offsets", "offsets needs one of: get, set, shift, to-time, reset, export, import" },
		{ "offsets gett x", "unknown command \"offsets gett\"; did you mean \"offsets get\"?" },
		{ "context a b", "context needs one of: list, set, use, show, delete" },
		{ "list -x", "unknown option -x" },
		{ "list --url", "--url needs a value: URL" },
		{ "list -o", "-o needs a value: FORMAT" },
		{ "list -o xml", "-o xml is unknown; it is table, wide, json, yaml or name" },
		{ "list --output=xml", "--output=xml is unknown" },
		{ "help a b c", "help: unexpected argument \"c\"" },
		{ "list --quiet=yes", "--quiet takes no value" },
		{ "list --timeout=soon", "--timeout=soon is no time" },
		{ "list -t 0", "-t 0 is no time" },
		{ "list -tinf", "-t inf is no time" },
		{ "list --url ftp://x", "the worker's URL is not valid" },
		{ "list --url http://", "the worker's URL is not valid" },
		{ "status --count 0", "--count=0 is not valid; it is a whole number, 1 or more" },
		{ "status --interval x", "--interval=x is no time" },
		{ "restart a --task -1", "--task=-1 is not valid" },
		{ "wait a --for DONE",
		  "--for=DONE cannot be used here; there are RUNNING, PAUSED, STOPPED, COMPLETED, FAILED" },
		{ "create f --state COMPLETED", "there are RUNNING, PAUSED, STOPPED" },
		{ "pause", "pause needs an argument: NAME…" },
		{ "pause -l", "-l needs a value: LABELS" },
		{ "pause -l a,,b", "-l: \"a,,b\" asks for no label; it is such as team=search" },
		{ "pause --selector a===", "--selector: \"a===\" has a = too many; it is such as team=search" },
		{ "pause -l =x", "\"=x\" asks for no label" },
		{ "get conectors", "get knows no conectors; did you mean connectors?" },
		{ "get connectors -l _", "\"\" asks for no label" },
		{ "patch -l team=search", "patch needs an argument: NAME KEY=VALUE…" },
		{ "restart a --task 0 -l team=search", "--task restarts one task of one connector" },
		{ "apply x.json -l team=search", "-l says what --prune may delete, and means nothing without it" },
		{ "apply x.json --match=x", "--match says what --prune may delete" },
		{ "show a -l team=search", "show does not take -l" },
		{ "logs", "logs needs an argument: NAME" },
		{ "logs a --level loud", "--level=loud cannot be used here; there are ERROR, WARN, INFO, DEBUG" },
		{ "logs a -n some", "-n some is not valid" },
		{ "logs a --lines=some", "--lines=some is not valid" },
		{ "loggers", "loggers needs one of: get, set" },
		{ "loggers set root", "loggers set needs an argument: NAME LEVEL" },
		{ "loggers set root INFO --scope all", "there are worker, cluster" },
		{ "loggers set root LOUD", "LOUD is no level; there are OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL" },
		{ "offsets to-time k yesterday", "yesterday is no time; it is such as 2026-01-21T22:23:40Z" },
		{ "offsets to-time k -2y", "-2y is no time" },
		{ "topics", "topics needs one of: reset" },
		{ "show a -o name", "show has no names to print, and does not take -o name" },
		{ "describe a -q", "describe has no names to print, and does not take -q" },
		{ "-o name health", "health has no names to print, and does not take -o name" },
		{ "audit a --quiet", "audit has no names to print, and does not take --quiet" },
		{ "validate x.json --output=name", "validate has no names to print, and does not take --output name" },
		{ "help nope", "unknown command \"nope\"" },
	};
	struct run *r = begin();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(r, cases[i].line, CW_CTL_USAGE, "", "", cases[i].err);
	end(r);
}

static void test_help__names_every_command_option_and_exit_status(void)
{
	struct run *r = begin();

	run(r, "--help");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++)
		CU_ASSERT_TRUE(has(r->out, c->summary));
	for (const struct cw_ctl_option *o = cw_ctl_options; o->name; o++)
		CU_ASSERT_TRUE(!o->help || has(r->out, o->help));
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++)
		CU_ASSERT_TRUE(has(r->out, e->text));
	run(r, "help restart");
	CU_ASSERT_TRUE(has(r->out, "Usage: workerctl [OPTION]… restart NAME…\n"));
	CU_ASSERT_TRUE(has(r->out, "--only-failed"));
	CU_ASSERT_PTR_NULL(strstr(r->out, "--watch"));
	run(r, "restart --help");
	CU_ASSERT_TRUE(has(r->out, "Usage: workerctl [OPTION]… restart NAME…\n"));
	run(r, "--version");
	CU_ASSERT_TRUE(is(r->out, "workerctl " PACKAGE_VERSION "\n"));
	end(r);
}

/* Lines that are broken by the terminal cannot be read; what is no terminal gets one for each. */
static void test_help__fits_a_terminal(void)
{
	static const char *const lines[] = { "--help", "help describe", "help apply", "offsets --help" };
	struct run *r = begin();

	r->tty = true;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(r, lines[i]);
		CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
		for (char *line = strtok(r->out, "\n"); line; line = strtok(NULL, "\n"))
			if (cw_text_width(line) > 80) {
				fprintf(stderr, "\n%s: %s\n", lines[i], line);
				CU_FAIL("a line is too long");
			}
	}
	run(r, "help describe");
	CU_ASSERT_TRUE(has(r->out, "\nTell everything about a connector: state, configuration, tasks, rates, offsets,\nevents, "
				   "what went wrong.\n"));
	end(r);
}

static void test_help__of_commands_of_two_words(void)
{
	static const char *const lines[] = { "dlq --help", "dlq -h", "help dlq" };
	struct run *r = begin();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(r, lines[i]);
		CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
		CU_ASSERT_TRUE(has(r->out, "Commands:\n  dlq list NAME               List the newest records"));
		CU_ASSERT_TRUE(has(r->out, "\n  dlq replay NAME…            Put those"));
		CU_ASSERT_TRUE(has(r->out, "'workerctl dlq COMMAND --help' explains one"));
	}
	run(r, "nope --help");
	CU_ASSERT_EQUAL(r->status, CW_CTL_USAGE);
	end(r);
}

static void test_help__every_command_has_an_example_of_itself(void)
{
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *own = cw_format("workerctl %s", c->name);

		CU_ASSERT_TRUE(has(c->example, own));
	}
}

static void test_completion__offers_what_fits(void)
{
	static const struct {
		const char *line, *out; /* "_": the empty word */
	} cases[] = {
		{ "__complete pau", "pause\n" },
		{ "__complete p", "patch\npause\nplugins\npreview\nplugin\n" },
		{ "__complete offsets s", "set\nshift\n" },
		{ "__complete offsets to-time s", "search\n" },
		{ "__complete plugins _", "list\ndescribe\n" },
		{ "__complete pause _", "logs\nsearch\nwith space\n" },
		{ "__complete pause s", "search\n" },
		{ "__complete pause a l", "logs\n" },
		{ "__complete pause logs _", "search\nwith space\n" }, /* not once more */
		{ "__complete status logs s", "search\n" },
		{ "__complete show a l", "" },
		{ "__complete -o json describe w", "with space\n" },
		{ "__complete get _", "connectors\ntasks\noffsets\ntopics\nplugins\nloggers\n" },
		{ "__complete get tasks s", "search\n" },
		{ "__complete get loggers c", "connectors.logs\n" },
		{ "__complete loggers s", "set\n" },
		{ "__complete loggers set _", "root\nconnectors.logs\n" },
		{ "__complete loggers set root D", "DEBUG\n" },
		{ "__complete loggers set root DEBUG _", "" },
		{ "__complete loggers set --scope _", "worker\ncluster\n" },
		{ "__complete logs -f s", "search\n" },
		{ "__complete logs search --le", "--level=\n" },
		{ "__complete logs search --level=W", "--level=WARN\n" },
		{ "__complete topics reset l", "logs\n" },
		{ "__complete plugins describe _", "io.x.Sink\nio.x.Cast$Value\n" },
		{ "__complete plugins describe Si", "Sink\n" },
		{ "__complete plugins describe io.", "io.x.Sink\nio.x.Cast$Value\n" },
		{ "__complete plugins describe Ca", "" },
		{ "__complete completion _", "bash\nzsh\nfish\n" },
		{ "__complete help offsets g", "get\n" },
		{ "__complete wait a --for=P", "--for=PAUSED\n" },
		{ "__complete wait a --for P", "PAUSED\n" },
		{ "__complete get -o y", "yaml\n" },
		{ "__complete logs --ta", "" }, /* one of its names is offered */
		{ "__complete restart --ta", "--tasks\n--task=\n" },
		{ "__complete dlq list a --l", "--last=\n" },
		{ "__complete dlq replay a --y", "--yes\n" },
		{ "__complete apply -f x", ":files\n" },
		{ "__complete apply --file=x", ":files\n" },
		{ "__complete apply x", ":files\n" },
		{ "__complete frobnicate x", "" },
		{ "__complete health x", "" },
		{ "__complete pause --timeout=", "" },
	};
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"logs\",\"search\",\"with space\",\"l\\nb\"]");
	mini_http_answer(r->http, "GET", "/connector-plugins", 200, "[{\"class\":\"io.x.Sink\",\"type\":\"sink\"},{\"class\":\"io.x.Cast$Value\"}]");
	mini_http_answer(r->http, "GET", "/admin/loggers", 200, "{\"root\":{},\"connectors.logs\":{}}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CW_AUTO_FREE char *line = cw_strdup(cases[i].line);

		run(r, line);
		CU_ASSERT_TRUE(is(r->out, cases[i].out));
		CU_ASSERT_TRUE(is(r->err, ""));
	}
	for (size_t i = 0; i < 3; i++) {
		static const char *const lines[] = { "completion", "completion zsh", "completion fish" };

		run(r, lines[i]);
		CU_ASSERT_TRUE(has(r->out, " __complete "));
	}
	expect(r, "completion tcsh", CW_CTL_USAGE, "", "", "only for bash, zsh and fish");
	end(r);
}

/* The text of a man page without what its language adds: "\-" is "-". */
static char *man_page(const char *name)
{
	const char *folder = getenv("srcdir");
	CW_AUTO_FREE char *path = cw_format("%s/man/%s", folder ? folder : ".", name);
	FILE *file = fopen(path, "r");
	struct cw_buf out = { 0 };
	int c;

	while (file && (c = fgetc(file)) != EOF)
		if (c != '\\') {
			char byte = (char)c;

			cw_buf_append(&out, &byte, 1);
		}
	if (file)
		fclose(file);
	return cw_buf_take(&out);
}

static void test_man_page__describes_every_command_option_and_exit_status(void)
{
	CW_AUTO_FREE char *page = man_page("workerctl.1");

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *head = cw_format("\n.B %s", c->name);

		CU_ASSERT_TRUE(has(page, head));
	}
	for (const struct cw_ctl_option *o = cw_ctl_options; o->name; o++) {
		CW_AUTO_FREE char *part = cw_format("--%s", o->name);

		CU_ASSERT_TRUE(has(page, part));
	}
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++) {
		CW_AUTO_FREE char *part = cw_format(".B %d\n", (int)e->code);

		CU_ASSERT_TRUE(has(page, part));
	}
	for (size_t i = 0; cw_ctl_variables[i][0]; i++)
		CU_ASSERT_TRUE(has(page, cw_ctl_variables[i][0]));
}

int main(void)
{
	CU_TestInfo around[] = {
		{ "unreachable", test_unreachable__is_told_from_a_refusal_and_shows_no_password },
		{ "no worker", test_stranger__is_named },
		{ "credentials", test_credentials__go_with_the_request },
		{ "warnings", test_warnings__of_any_answer_are_said_once },
		{ "warnings' texts", test_warnings__are_read_as_http_has_them },
		{ "usage", test_usage__one_sentence_for_each_mistake },
		{ "help", test_help__names_every_command_option_and_exit_status },
		{ "help fits", test_help__fits_a_terminal },
		{ "help of families", test_help__of_commands_of_two_words },
		{ "examples", test_help__every_command_has_an_example_of_itself },
		{ "completion", test_completion__offers_what_fits },
		{ "man page", test_man_page__describes_every_command_option_and_exit_status },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "around the commands", .pTests = around }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
