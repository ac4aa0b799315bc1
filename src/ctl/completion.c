/*
 * Completion: the shells' scripts only ask "workerctl __complete WORD…" what may come next, so that the tables
 * say it once and the worker's own names are completed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/labels.h"
#include "ctl/context.h"

#define FILES ":files"
#define LOGGERS "/admin/loggers"
#define ASK_MS 2000 /* nobody waits longer for a completion */

struct completing {
	struct cw_ctl *ctl;
	const char *prefix; /* what every candidate begins with, before what is completed: "--for=" */
	const char *typed;  /* what a candidate must begin with, after the prefix */
};

static void offer(const struct completing *c, const char *word, const char *end)
{
	if (strncmp(word, c->typed, strlen(c->typed)) == 0 && !strpbrk(word, "\r\n"))
		fprintf(c->ctl->io.out, "%s%s%s\n", c->prefix, word, end);
}

static void offer_words(const struct completing *c, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		offer(c, words[i], "");
}

/* ---- names that the worker or the contexts have -------------------------------------------- */

/* The answer of GET path; NULL: there is none. New. */
static json_t *ask_worker(const struct completing *c, const char *path)
{
	struct cw_reply reply;
	json_t *answer = NULL;

	if (!c->ctl->client) {
		c->ctl->timeout_ms = ASK_MS;
		c->ctl->io.in_tty = false;
		if (cw_ctl_connect(c->ctl) != CW_CTL_OK)
			return NULL;
	}
	if (cw_client_call(c->ctl->client, "GET", path, NULL, &reply) == 0)
		answer = json_incref(reply.body);
	cw_reply_free(&reply);
	return answer;
}

/* Unless the command line has it already. */
static void offer_new(const struct completing *c, const char *word)
{
	for (int i = 0; i < c->ctl->n_args; i++)
		if (strcmp(c->ctl->args[i], word) == 0)
			return;
	offer(c, word, "");
}

/* The texts of a list; of an object its keys. */
static void offer_from_worker(const struct completing *c, const char *path)
{
	json_t *answer = ask_worker(c, path), *entry;
	const char *own;
	size_t i;

	json_array_foreach(answer, i, entry)
		if (json_is_string(entry))
			offer_new(c, json_string_value(entry));
	json_object_foreach(answer, own, entry)
		offer_new(c, own);
	json_decref(answer);
}

/* "team=search", each once. */
static void offer_labels(const struct completing *c)
{
	json_t *connectors = ask_worker(c, "/connectors?expand=info"), *labels = json_object(), *entry, *value;
	size_t prefix = strlen(CW_LABEL_PREFIX);
	const char *name, *key;

	json_object_foreach(connectors, name, entry)
		json_object_foreach(json_object_get(json_object_get(entry, "info"), "config"), key, value)
			if (strncmp(key, CW_LABEL_PREFIX, prefix) == 0) {
				CW_AUTO_FREE char *label = cw_format("%s=%s", key + prefix, json_string_value(value));

				json_object_set_new(labels, label, json_null());
			}
	json_object_foreach(labels, key, value)
		offer(c, key, "");
	json_decref(labels);
	json_decref(connectors);
}

/* Classes, and what people write of them for who has typed a part of that: of a class within another it is all of it. */
static void offer_plugins(const struct completing *c)
{
	json_t *plugins = ask_worker(c, "/connector-plugins?connectorsOnly=false"), *plugin;
	size_t i;

	json_array_foreach(plugins, i, plugin) {
		const char *class_name = cw_json_text(plugin, "class");

		if (!class_name)
			continue;
		offer(c, class_name, "");
		if (*c->typed && strchr(class_name, '.') && !strchr(class_name, '$'))
			offer(c, cw_ctl_simple_name(class_name), "");
	}
	json_decref(plugins);
}

static void offer_contexts(const struct completing *c)
{
	struct cw_map contexts = { 0 };
	json_t *names, *name;
	size_t i;

	if (cw_context_load(c->ctl, &contexts) != CW_CTL_OK)
		return;
	names = cw_context_names(&contexts);
	json_array_foreach(names, i, name)
		offer(c, json_string_value(name), "");
	json_decref(names);
	cw_map_free(&contexts);
}

/* ---- options and commands ------------------------------------------------------------------ */

static void offer_value(const struct completing *c, const struct cw_ctl_option *option)
{
	if (option->choices)
		offer_words(c, option->choices);
	switch (option->bit) {
	case CW_O_CONTEXT: offer_contexts(c); break;
	case CW_O_SELECTOR: offer_labels(c); break;
	case CW_O_FILE:
	case CW_O_RECORD:
	case CW_O_CA:
	case CW_O_CERT:
	case CW_O_KEY: fputs(FILES "\n", c->ctl->io.out); break;
	default: break;
	}
}

static void offer_options(const struct completing *c)
{
	uint64_t bits = CW_O_GLOBAL | (c->ctl->command ? c->ctl->command->options : 0);

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++) {
		CW_AUTO_FREE char *word = cw_format("--%s", option->name);

		if (option->bit & bits && option->help)
			offer(c, word, option->value ? "=" : "");
	}
}

/* The first words of commands, each once. */
static void offer_commands(const struct completing *c)
{
	json_t *seen = json_object();

	for (const struct cw_ctl_command *command = cw_ctl_commands; command->name; command++) {
		CW_AUTO_FREE char *word = cw_strndup(command->name, strcspn(command->name, " "));

		if (!json_object_get(seen, word))
			offer(c, word, "");
		json_object_set_new(seen, word, json_null());
	}
	json_decref(seen);
}

/* Behind "offsets": get, set, … */
static void offer_second_words(const struct completing *c, const char *first)
{
	size_t n = strlen(first);

	for (const struct cw_ctl_command *command = cw_ctl_commands; command->name; command++)
		if (strncmp(command->name, first, n) == 0 && command->name[n] == ' ')
			offer(c, command->name + n + 1, "");
}

/* ---- arguments ----------------------------------------------------------------------------- */

static bool has_many(const struct cw_ctl_command *command)
{
	return strstr(command->args, "NAME…") != NULL;
}

static void offer_arguments(const struct completing *c)
{
	static const char *const shells[] = { "bash", "zsh", "fish", NULL };
	const struct cw_ctl_command *command = c->ctl->command;
	int n = c->ctl->n_args;

	switch (command->completes) {
	case CW_COMPLETES_CONNECTORS:
		if (n == 0 || has_many(command))
			offer_from_worker(c, "/connectors");
		break;
	case CW_COMPLETES_KINDS:
		if (n == 0)
			offer_words(c, cw_ctl_kinds);
		else if (strncmp(c->ctl->args[0], "logger", 6) == 0)
			offer_from_worker(c, LOGGERS);
		else if (strncmp(c->ctl->args[0], "plugin", 6) != 0)
			offer_from_worker(c, "/connectors");
		break;
	case CW_COMPLETES_LOGGERS:
		if (n == 0 || has_many(command))
			offer_from_worker(c, LOGGERS);
		else if (n == 1)
			offer_words(c, cw_ctl_levels);
		break;
	case CW_COMPLETES_PLUGINS:
		if (n == 0)
			offer_plugins(c);
		break;
	case CW_COMPLETES_CONTEXTS:
		if (n == 0)
			offer_contexts(c);
		break;
	case CW_COMPLETES_SHELLS:
		if (n == 0)
			offer_words(c, shells);
		break;
	case CW_COMPLETES_COMMANDS:
		if (n == 0)
			offer_commands(c);
		else if (n == 1)
			offer_second_words(c, c->ctl->args[0]);
		break;
	case CW_COMPLETES_FILES: fputs(FILES "\n", c->ctl->io.out); break;
	case CW_COMPLETES_NOTHING: break;
	}
}

static void offer_words_and_arguments(const struct completing *c)
{
	const struct cw_ctl *ctl = c->ctl;
	const char *first = ctl->command ? ctl->command->name : ctl->n_args ? ctl->args[0] : NULL;

	if (!first) {
		offer_commands(c);
		return;
	}
	if (!strchr(first, ' ') && ctl->n_args == (ctl->command ? 0 : 1))
		offer_second_words(c, first);
	if (ctl->command)
		offer_arguments(c);
}

/* ---- the whole ----------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_complete(struct cw_ctl *ctl, int argc, char *const *argv)
{
	const char *last = argc > 1 ? argv[argc - 1] : "", *before = argc > 2 ? argv[argc - 2] : "";
	const struct cw_ctl_option *option;
	const char *equals = strncmp(last, "--", 2) == 0 ? strchr(last, '=') : NULL;
	CW_AUTO_FREE char *named = equals ? cw_strndup(last, (size_t)(equals - last)) : NULL;
	CW_AUTO_FREE char *prefix = equals ? cw_format("%s=", named) : cw_strdup("");
	struct completing c = { .ctl = ctl, .prefix = prefix, .typed = equals ? equals + 1 : last };

	cw_ctl_parse_part(ctl, argc > 1 ? argc - 1 : 1, argv);
	if (!ctl->io.err)
		return CW_CTL_REFUSED;
	option = cw_ctl_find_option(ctl, equals ? named : before);
	if (option && option->value)
		offer_value(&c, option);
	else if (!equals && *last == '-')
		offer_options(&c);
	else if (!equals)
		offer_words_and_arguments(&c);
	fclose(ctl->io.err);
	return CW_CTL_OK;
}

/* ---- the scripts --------------------------------------------------------------------------- */

/*
 * The line is split here as the shell would, since bash splits it at ":" and "=" too; what it will not replace (`have`)
 * is taken off the candidates again. They are quoted, as the word is that is typed, and never evaluated: a connector may
 * have any name.
 */
static const char bash_script[] =
	"# bash completion for workerctl\n"
	"_workerctl_split() {\n"
	"\tlocal line=$1 word= char\n"
	"\tlocal -i i\n"
	"\twords=() quote=\n"
	"\tfor ((i = 0; i < ${#line}; i++)); do\n"
	"\t\tchar=${line:i:1}\n"
	"\t\tif [[ $char == \"$quote\" ]]; then\n"
	"\t\t\tquote=\n"
	"\t\telif [[ $quote == \"'\" || ( $quote == '\"' && $char != \\\\ ) ]]; then\n"
	"\t\t\tword+=$char\n"
	"\t\telif [[ $quote == '\"' && ${line:i+1:1} != [\\\"\\\\\\$\\`] ]]; then\n"
	"\t\t\tword+=$char\n"
	"\t\telif [[ $char == \\\\ ]]; then\n"
	"\t\t\ti+=1\n"
	"\t\t\tword+=${line:i:1}\n"
	"\t\telif [[ $char == [\\'\\\"] ]]; then\n"
	"\t\t\tquote=$char\n"
	"\t\telif [[ $char == [[:blank:]] ]]; then\n"
	"\t\t\t[[ -n $word ]] && words+=(\"$word\")\n"
	"\t\t\tword=\n"
	"\t\telse\n"
	"\t\t\tword+=$char\n"
	"\t\tfi\n"
	"\tdone\n"
	"\twords+=(\"$word\")\n"
	"}\n"
	"_workerctl() {\n"
	"\tlocal cur have candidate quote words word=${COMP_WORDS[COMP_CWORD]}\n"
	"\t[[ $word == [=:] ]] && word=\n"
	"\t_workerctl_split \"$word\"\n"
	"\tword=${words[0]}\n"
	"\t_workerctl_split \"${COMP_LINE:0:COMP_POINT}\"\n"
	"\tcur=${words[${#words[@]} - 1]}\n"
	"\thave=${cur%\"$word\"}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r candidate; do\n"
	"\t\tif [[ $candidate == :files ]]; then\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"${cur#--*=}\")\n"
	"\t\telse\n"
	"\t\t\tcandidate=${candidate#\"$have\"}\n"
	"\t\t\tcase $quote in\n"
	"\t\t\t\\') candidate=${candidate//\\'/\\'\\\\\\'\\'} ;;\n"
	"\t\t\t\\\") candidate=$(sed 's/[\"\\\\$`]/\\\\&/g' <<<\"$candidate\") ;;\n"
	"\t\t\t*) printf -v candidate %q \"$candidate\" ;;\n"
	"\t\t\tesac\n"
	"\t\t\tCOMPREPLY+=(\"$candidate\")\n"
	"\t\tfi\n"
	"\tdone < <(\"${COMP_WORDS[0]}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
	"\t[[ ${COMPREPLY-} == *= ]] && compopt -o nospace 2>/dev/null\n"
	"\treturn 0\n"
	"}\n"
	"complete -F _workerctl workerctl\n";

static const char zsh_script[] =
	"#compdef workerctl\n"
	"# zsh completion for workerctl\n"
	"_workerctl() {\n"
	"\tlocal candidate files=\n"
	"\tlocal -a whole open\n"
	"\twhile IFS= read -r candidate; do\n"
	"\t\tcase $candidate in\n"
	"\t\t:files) files=1 ;;\n"
	"\t\t*=) open+=(\"$candidate\") ;;\n"
	"\t\t*) whole+=(\"$candidate\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${words[1]}\" __complete \"${(@Q)words[2,CURRENT-1]}\" \"${(Q)PREFIX}\" 2>/dev/null)\n"
	"\t(( ${#whole} )) && compadd -- \"${whole[@]}\"\n"
	"\t(( ${#open} )) && compadd -S '' -- \"${open[@]}\"\n"
	"\tif [[ -n $files ]]; then\n"
	"\t\tcompset -P '--*='\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"if (( ! $+functions[compdef] )); then\n"
	"\tautoload -Uz compinit && compinit\n"
	"fi\n"
	"compdef _workerctl workerctl\n";

static const char fish_script[] =
	"# fish completion for workerctl\n"
	"function __workerctl_complete\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l cur (commandline -ct)\n"
	"\tfor candidate in (workerctl __complete $words[2..-1] \"$cur\" 2>/dev/null)\n"
	"\t\tif test \"$candidate\" = :files\n"
	"\t\t\t__fish_complete_path (string replace -r -- '^--[a-z]*=' '' \"$cur\")\n"
	"\t\telse\n"
	"\t\t\techo -- $candidate\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"complete -c workerctl -f -a '(__workerctl_complete)'\n";

enum cw_ctl_exit cw_ctl_completion(struct cw_ctl *ctl)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = { { "bash", bash_script }, { "zsh", zsh_script }, { "fish", fish_script } };
	const char *shell = ctl->n_args ? ctl->args[0] : "bash";

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (strcmp(shell, scripts[i].shell) == 0) {
			fputs(scripts[i].script, ctl->io.out);
			return CW_CTL_OK;
		}
	cw_ctl_complain(ctl, "there is no completion for %s, only for bash, zsh and fish", shell);
	cw_ctl_advise(ctl, "workerctl completion --help");
	return CW_CTL_USAGE;
}
