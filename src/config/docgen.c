/*
 * docgen - prints what the tables of this folder document: the example of a worker's file, and the man
 * page of worker and connector keys. Run by make; not installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/connector_config.h"
#include "config/topic_groups.h"
#include "config/worker_config.h"
#include "config/worker_keys.h"

#define EXAMPLE_WIDTH 98

/* A row that this version only accepts belongs with the keys without effect. */
static bool has_effect(const char *key)
{
	const struct cw_worker_key *known = cw_worker_key_find(key);

	return !known || strcmp(known->name, key) != 0 || known->kind != CW_KEY_NO_EFFECT;
}

/* ---- the example ----------------------------------------------------------------------------- */

/* Words in lines that begin with "# ". */
static void print_comment(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column == 0 || column + 1 + n > EXAMPLE_WIDTH)
			column = (size_t)printf("%s#", column ? "\n" : "");
		column += (size_t)printf(" %.*s", (int)n, text);
		text += n + strspn(text + n, " ");
	}
	putchar('\n');
}

static void print_title(const char *title)
{
	size_t n = (size_t)printf("\n# ---- %s ", title);

	while (n++ < EXAMPLE_WIDTH)
		putchar('-');
	putchar('\n');
}

static void print_example_key(const struct cw_config_def *def)
{
	putchar('\n');
	print_comment(def->doc);
	if (def->choices)
		printf("# One of: %s\n", def->choices);
	printf("#%s=%s\n", def->name, def->default_value ? def->default_value : "");
}

static void print_example(void)
{
	struct cw_config_table table = cw_worker_table();
	struct cw_config_def def;
	const char *group = "";
	size_t n;
	const struct cw_worker_key *keys = cw_worker_keys(&n);

	print_comment("Configuration of connect-worker: KEY=VALUE lines, as in any Java .properties file. Every key "
		      "is optional; the lines below show the defaults. See connect-worker.properties(5).");
	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		if (!has_effect(def.name))
			continue;
		if (strcmp(def.group, group) != 0)
			print_title(def.group);
		group = def.group;
		print_example_key(&def);
	}
	print_title("Kafka clients");
	putchar('\n');
	print_comment("These go to the Kafka clients of connectors. A name that ends in * stands for all that begin "
		      "so.");
	for (size_t i = 0; i < n; i++)
		if (keys[i].kind == CW_KEY_CLIENT) {
			bool prefix = keys[i].name[strlen(keys[i].name) - 1] == '.';

			putchar('\n');
			print_comment(keys[i].doc);
			printf("# %s%s\n", keys[i].name, prefix ? "*" : "=");
		}
}

/* ---- the man page ---------------------------------------------------------------------------- */

/* Text for roff: nothing in it is taken as a request or an escape. */
static void print_roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		switch (*text) {
		case '\\': fputs("\\e", stdout); break;
		case '-': fputs("\\-", stdout); break;
		default: putchar(*text);
		}
}

static void print_choices(const char *choices)
{
	CW_AUTO_FREE char *copy = cw_strdup(choices);
	char *rest = copy, *choice;
	const char *separator = "One of ";

	while ((choice = strsep(&rest, ",")) != NULL) {
		fputs(separator, stdout);
		print_roff(choice);
		separator = rest && !strchr(rest, ',') ? " or " : ", ";
	}
	puts(".");
}

static void print_man_key(const struct cw_config_def *def)
{
	printf(".TP\n.B ");
	print_roff(def->name);
	printf("\n(%s", cw_config_type_name(def->type));
	if (def->flags & CW_CONFIG_REQUIRED)
		fputs(", required", stdout);
	if (def->default_value && *def->default_value) {
		fputs(", default ", stdout);
		print_roff(def->default_value);
	}
	if (def->flags & CW_CONFIG_RANGE && def->max < INT32_MAX)
		printf(", %lld to %lld", (long long)def->min, (long long)def->max);
	else if (def->flags & CW_CONFIG_RANGE)
		printf(", at least %lld", (long long)def->min);
	puts(")\n.br");
	print_roff(def->doc);
	putchar('\n');
	if (def->choices)
		print_choices(def->choices);
}

static void print_other_keys(enum cw_key_kind kind)
{
	size_t n;
	const struct cw_worker_key *keys = cw_worker_keys(&n);

	for (size_t i = 0; i < n; i++) {
		bool prefix = keys[i].name[strlen(keys[i].name) - 1] == '.';

		if (keys[i].kind != kind)
			continue;
		fputs(".TP\n.B ", stdout);
		print_roff(keys[i].name);
		puts(prefix ? "*" : "");
		print_roff(keys[i].doc);
		puts(kind == CW_KEY_CLIENT || kind == CW_KEY_PLUGIN || kind == CW_KEY_HTTPS ? "" : ".");
	}
}

static void print_man_table(struct cw_config_table table, size_t from)
{
	struct cw_config_def def;

	for (size_t i = from; i < table.n; i++)
		print_man_key(cw_config_table_at(table, i, &def));
}

static void print_man_head(void)
{
	puts(".TH CONNECT\\-WORKER.PROPERTIES 5 \"\" \"connect\\-worker\" \"File formats\"\n.nh\n.ad l\n"
	     ".SH NAME\n"
	     "connect\\-worker.properties \\- configuration of connect\\-worker and of connectors\n"
	     ".SH DESCRIPTION\n"
	     "A worker's file is a Java .properties file with the keys of Kafka Connect:\n"
	     "lines of\n.IR KEY = VALUE ,\ncomments that begin with # or !, a backslash at the end of a line to go "
	     "on in the\n"
	     "next one, and \\eu and four hexadecimal digits for a character. The last of two equal keys counts.\n"
	     "Every key is optional.\n"
	     ".PP\n"
	     "A file with an error is refused: each error is one line with the place and what would be right.\n"
	     "A key that is not known, or has no effect, gets a warning.\n"
	     ".PP\n"
	     "A connector's file is either such a file or JSON: an object of keys and values, or\n"
	     "{\"name\": \\fINAME\\fP, \"config\": {...}} as POST /connectors takes it.");
}

static void print_man_worker(void)
{
	struct cw_config_table table = cw_worker_table();
	struct cw_config_def def;
	const char *group = "";

	puts(".SH WORKER KEYS");
	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		if (!has_effect(def.name))
			continue;
		if (strcmp(def.group, group) != 0)
			printf(".SS %s\n", def.group);
		group = def.group;
		print_man_key(&def);
	}
	print_other_keys(CW_KEY_HTTPS);
	puts(".SS Settings of plugins\n"
	     "These go to the converters of connectors that name none of their own, and to config providers; GET\n"
	     "/connector\\-plugins/\\fICLASS\\fP/config lists those of a class.");
	print_other_keys(CW_KEY_PLUGIN);
	puts(".SS Kafka clients\n"
	     "These go to the Kafka clients of connectors.");
	print_other_keys(CW_KEY_CLIENT);
	puts(".SS Without effect\n"
	     "Kafka Connect's other keys are accepted with a warning:");
	print_other_keys(CW_KEY_NO_EFFECT);
	puts(".SS Refused\n"
	     "With these a worker does not start, because running on without them would be wrong or unsafe:");
	print_other_keys(CW_KEY_UNSUPPORTED);
}

/* What the keys of a group of topics are. */
static void print_man_group(void)
{
	puts(".RS");
	print_man_table(cw_topic_group_table(false), 0);
	puts(".RE");
}

static void print_man_connectors(void)
{
	struct cw_config_table common = cw_connector_table((enum cw_plugin_kind)0);

	puts(".SH CONNECTOR KEYS\n"
	     "These are the same for all connectors; each has its own besides, which\n"
	     "GET /connector\\-plugins/\\fICLASS\\fP/config lists.\n"
	     ".SS All connectors");
	print_man_table(common, 0);
	puts(".SS Sink connectors");
	print_man_table(cw_connector_table(CW_PLUGIN_SINK), common.n);
	puts(".TP\n.BI consumer.override. SETTING\nA setting of this connector's consumer, where the worker's\n"
	     "connector.client.config.override.policy allows it.\n"
	     ".SS Source connectors");
	print_man_table(cw_connector_table(CW_PLUGIN_SOURCE), common.n);
	puts(".TP\n.BI topic.creation. GROUP .include\n.TQ\n.BI topic.creation. GROUP .exclude\n.TQ\n"
	     ".BI topic.creation. GROUP .replication.factor\n.TQ\n.BI topic.creation. GROUP .partitions\n.TQ\n"
	     ".BI topic.creation. GROUP . SETTING\n"
	     "For GROUP default and each of topic.creation.groups:");
	print_man_group();
	puts("Any other SETTING is one of the topics, as in topic.creation.default.retention.ms.");
	puts(".TP\n.BI producer.override. SETTING\nA setting of this connector's producer, likewise.\n"
	     ".TP\n.BI admin.override. SETTING\nA setting of the client that creates topics for this connector, likewise.\n"
	     ".SH SEE ALSO\n.BR connect\\-worker (8),\n.BR workerctl (1)");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "example") == 0) {
		print_example();
	} else if (argc == 2 && strcmp(argv[1], "man") == 0) {
		print_man_head();
		print_man_worker();
		print_man_connectors();
	} else {
		fprintf(stderr, "usage: docgen example|man\n");
		return EXIT_FAILURE;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("docgen: standard output");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
