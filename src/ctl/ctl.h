/*
 * ctl - workerctl: its command line, its commands, and what they share.
 *
 * One table has every command and one every option: parsing, --help, completion and the test of the man
 * page read them.
 */
#ifndef CW_CTL_CTL_H
#define CW_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/map.h"
#include "ctl/client.h"
#include "ctl/table.h"

enum cw_ctl_exit {
	CW_CTL_OK = 0,
	CW_CTL_REFUSED = 1,	/* the worker said no */
	CW_CTL_USAGE = 2,	/* the command line or a file is wrong */
	CW_CTL_NOT_FOUND = 3,	/* no such connector, plugin, task, letter, context */
	CW_CTL_CONFLICT = 4,	/* it exists already, or was changed by somebody else */
	CW_CTL_TIMEOUT = 5,	/* waiting: not in this time */
	CW_CTL_UNREACHABLE = 6, /* no answer from the worker */
	CW_CTL_DENIED = 7,	/* credentials are missing or wrong, or do not suffice */
	CW_CTL_FAILED = 8	/* status, describe, wait, restart: something is FAILED; preview: a record fails */
};

/* Bits of cw_ctl_command.options; those from CW_O_SERVER on are good for every command. */
#define CW_O_BIT(n) (UINT64_C(1) << (n))
#define CW_O_WATCH CW_O_BIT(0)
#define CW_O_INTERVAL CW_O_BIT(1)
#define CW_O_COUNT CW_O_BIT(2)
#define CW_O_TASKS CW_O_BIT(3)
#define CW_O_FAILED CW_O_BIT(4)
#define CW_O_TASK CW_O_BIT(5)
#define CW_O_FOR CW_O_BIT(6)
#define CW_O_STATE CW_O_BIT(7)
#define CW_O_FILE CW_O_BIT(8)
#define CW_O_PRUNE CW_O_BIT(9)
#define CW_O_MATCH CW_O_BIT(10)
#define CW_O_DIFF CW_O_BIT(11)
#define CW_O_DRY_RUN CW_O_BIT(12)
#define CW_O_WAIT CW_O_BIT(13)
#define CW_O_YES CW_O_BIT(14)
#define CW_O_IGNORE_MISSING CW_O_BIT(15)
#define CW_O_PASSWORD_STDIN CW_O_BIT(16)
#define CW_O_TOKEN_STDIN CW_O_BIT(17)
#define CW_O_SELECTOR CW_O_BIT(18)
#define CW_O_FOLLOW CW_O_BIT(19)
#define CW_O_LEVEL CW_O_BIT(20)
#define CW_O_SCOPE CW_O_BIT(22)
#define CW_O_TOPIC CW_O_BIT(30)
#define CW_O_LAST CW_O_BIT(31)
#define CW_O_FIRST CW_O_BIT(32)
#define CW_O_RECORD CW_O_BIT(33)
#define CW_O_NO_NAMES CW_O_BIT(34) /* no option: the command has no names to print, and takes no "-o name" */
#define CW_O_NO_QUIET CW_O_BIT(35) /* the same: nothing is left of it with -q, which it does not take */
#define CW_O_SERVER CW_O_BIT(40)
#define CW_O_CONTEXT CW_O_BIT(41)
#define CW_O_USER CW_O_BIT(42)
#define CW_O_CA CW_O_BIT(43)
#define CW_O_CERT CW_O_BIT(44)
#define CW_O_KEY CW_O_BIT(45)
#define CW_O_INSECURE CW_O_BIT(46)
#define CW_O_OUTPUT CW_O_BIT(47)
#define CW_O_QUIET CW_O_BIT(48)
#define CW_O_NO_COLOR CW_O_BIT(49)
#define CW_O_TIMEOUT CW_O_BIT(50)
#define CW_O_HELP CW_O_BIT(51)
#define CW_O_VERSION CW_O_BIT(52)
#define CW_O_GLOBAL (~(CW_O_SERVER - 1))

enum cw_ctl_output { CW_OUTPUT_TABLE = 0, CW_OUTPUT_WIDE, CW_OUTPUT_JSON, CW_OUTPUT_YAML, CW_OUTPUT_NAME };

struct cw_ctl;

enum cw_ctl_completes {
	CW_COMPLETES_NOTHING = 0,
	CW_COMPLETES_CONNECTORS,
	CW_COMPLETES_FILES,
	CW_COMPLETES_PLUGINS,
	CW_COMPLETES_KINDS, /* and what there is of the kind after the first word */
	CW_COMPLETES_LOGGERS, /* and levels after the first word, of a command that takes no more */
	CW_COMPLETES_CONTEXTS,
	CW_COMPLETES_SHELLS,
	CW_COMPLETES_COMMANDS
};

struct cw_ctl_command {
	const char *group; /* a title in the list of all; NULL: that of the command before */
	const char *name;  /* one word, or two: "offsets get" */
	const char *args; /* "NAME…" */
	int min_args, max_args; /* max_args -1: any number */
	uint64_t options;	/* beside the global ones */
	enum cw_ctl_completes completes;
	bool local;	     /* needs no worker */
	const char *summary; /* a sentence */
	const char *example; /* a shell command that works */
	enum cw_ctl_exit (*run)(struct cw_ctl *ctl);
};

struct cw_ctl_option {
	uint64_t bit;
	const char *name;
	char letter;	   /* 0: none; two options may share one that no command has both of */
	const char *value; /* "SECONDS"; NULL: it takes none */
	const char *help;  /* NULL: another name of the option before it */
	const char *const *choices; /* the values that there are, ended by NULL; NULL: any */
};

#define CW_CTL_TYPED_MAX 24 /* the longest name of an option, with its "--" */

struct cw_ctl_exit_text {
	enum cw_ctl_exit code;
	const char *text;
};

/* The tables; each ends with an entry whose name (text) is NULL. */
extern const struct cw_ctl_command cw_ctl_commands[];
extern const struct cw_ctl_option cw_ctl_options[];
extern const struct cw_ctl_exit_text cw_ctl_exits[];
/* The environment variables that are read, with what they mean: "NAME", "text". */
extern const char *const cw_ctl_variables[][2];

/* What the process has; tests give their own. */
struct cw_ctl_io {
	FILE *in, *out, *err;
	bool tty;    /* out is a terminal */
	bool in_tty; /* in is one: questions can be asked */
	int width, height; /* columns and lines of out; height 0: not known */
	void (*measure)(struct cw_ctl_io *io); /* sets both anew, since windows change; NULL: they stay what they are */
	const struct cw_map *env;
};

struct cw_ctl {
	struct cw_ctl_io io;
	const struct cw_ctl_command *command;
	const char **args, **files; /* words; values of --file */
	int n_args, n_files;
	uint64_t given;	       /* options, as bits */
	const char *value[64]; /* of options that have one, by the number of the bit */
	char typed[64][CW_CTL_TYPED_MAX]; /* how an option was typed, by the same number: "-n", "--count" */
	const char *for_state, *initial_state;
	enum cw_ctl_output output;
	bool colors;
	int64_t timeout_ms, interval_ms, count, last;
	int task;
	const char *class_name; /* of the configuration that is sent, for advice; NULL: not known */
	json_t *warned; /* what was warned of, as keys of an object; NULL: nothing */
	const char *about; /* put before complaints: the file that it is about; NULL: none */
	struct cw_client *client;
};

/* The whole program: the exit status. */
enum cw_ctl_exit cw_ctl_main(int argc, char *const *argv, const struct cw_ctl_io *io);

/* Makes the client for the worker that is meant, or says why not. */
enum cw_ctl_exit cw_ctl_connect(struct cw_ctl *ctl);

/* ---- options.c ---- */

/* -1: go on with the command; else the exit status, everything being said. Free args and files either way. */
int cw_ctl_parse(struct cw_ctl *ctl, int argc, char *const *argv);
/* Takes in as much of an unfinished command line as there is, complains of nothing. */
void cw_ctl_parse_part(struct cw_ctl *ctl, int argc, char *const *argv);
/* The option that a word such as "--for" or "-o" is, after the words so far; NULL: none. */
const struct cw_ctl_option *cw_ctl_find_option(const struct cw_ctl *ctl, const char *word);
/* The command of one or two words; *n is how many it took. NULL: none. second may be NULL. */
const struct cw_ctl_command *cw_ctl_find(const char *first, const char *second, int *n);
const char *cw_ctl_value(const struct cw_ctl *ctl, uint64_t option); /* NULL: not given */
const char *cw_ctl_env(const struct cw_ctl *ctl, const char *name);  /* NULL: not set, or empty */
/* An option that is given, as it was typed: "-n" or "--count". */
const char *cw_ctl_typed(const struct cw_ctl *ctl, uint64_t option);
/* The command that the words so far name; NULL: none yet. */
const struct cw_ctl_command *cw_ctl_command_so_far(const struct cw_ctl *ctl);
/* Says what is wrong with the command line, and where its help is. CW_CTL_USAGE. */
int cw_ctl_wrong(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- option_values.c ---- */

/* Notes that an option is given, and how it was typed. */
void cw_ctl_give(struct cw_ctl *ctl, const struct cw_ctl_option *option, bool by_letter);
/* Takes the value of an option in: -1, or CW_CTL_USAGE, said what is wrong with it. */
int cw_ctl_take_value(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value);

/* ---- errors.c: what went wrong, one sentence and the next step ---- */

/* "workerctl: …" on stderr, without control characters: what a worker says may quote a record. */
void cw_ctl_complain(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "Try '…'." on stderr: what to do next. */
void cw_ctl_advise(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same of a command for one connector: options as " --wait", or "". Any name can be pasted into a shell. */
void cw_ctl_advise_on(const struct cw_ctl *ctl, const char *command, const char *name, const char *options);
/* Warns of a configuration with [hidden] in it, which only a connector that is there can be given. */
void cw_ctl_warn_of_hidden(const struct cw_ctl *ctl, const json_t *config);
/* A word as shells take it for itself: new. */
char *cw_ctl_quoted(const char *word);
/* What to do about an answer that did not come, with the reason that is known. */
void cw_ctl_advise_on_failure(const struct cw_ctl *ctl, enum cw_client_failure failure, const char *message);
/* The exit status of an answer, or of none. */
enum cw_ctl_exit cw_ctl_exit_of(const struct cw_reply *reply);
/* Complains about a call that failed; 404 about a connector gets the nearest name. The exit status. */
enum cw_ctl_exit cw_ctl_refused(struct cw_ctl *ctl, const struct cw_reply *reply, const char *connector);
/* Complains about a connector that is not there, as a worker would. CW_CTL_NOT_FOUND. */
enum cw_ctl_exit cw_ctl_unknown(struct cw_ctl *ctl, const char *connector);
/* There is no way to the worker: the other names would fare no better than the one that ended so. */
bool cw_ctl_is_hopeless(enum cw_ctl_exit result);
/* The worse of two: reports the one that matters more to a script. */
enum cw_ctl_exit cw_ctl_worse(enum cw_ctl_exit a, enum cw_ctl_exit b);

/* ---- requests.c ---- */

/* GET path: CW_CTL_OK and an answer with a body, or said what is wrong. Free the reply either way. */
enum cw_ctl_exit cw_ctl_ask(struct cw_ctl *ctl, const char *path, const char *connector, struct cw_reply *reply);
/* The same, of the answer its body alone: *out (new). */
enum cw_ctl_exit cw_ctl_get(struct cw_ctl *ctl, const char *path, const char *connector, json_t **out);
/* "/connectors/NAME" + suffix: new. */
char *cw_ctl_path(const struct cw_ctl *ctl, const char *connector, const char *suffix);
/* CW_CTL_OK when there is such a connector, or said that there is none. */
enum cw_ctl_exit cw_ctl_check_exists(struct cw_ctl *ctl, const char *connector);
/*
 * A request that changes a connector. With --wait it answers when the connector has the state `goal` (NULL:
 * nothing to wait for), which is also looked at here, since not every worker waits. Says what is wrong.
 * reply may be NULL; else free it.
 */
enum cw_ctl_exit cw_ctl_change(struct cw_ctl *ctl, const struct cw_request *request, const char *connector,
			       const char *goal, struct cw_reply *reply);
/*
 * A worker that does not know a query parameter takes the request for one without it: CW_CTL_OK when its description of
 * itself has the mark, or said that it has no `what`.
 */
enum cw_ctl_exit cw_ctl_need(struct cw_ctl *ctl, const char *mark, const char *what);
/* A worker that does not know ?dry_run=true would take a dry run for the real thing: CW_CTL_OK, or said so. */
enum cw_ctl_exit cw_ctl_need_dry_runs(struct cw_ctl *ctl);

/* ---- names.c: the connectors that are meant ---- */

/*
 * The connectors that words name, each once; words with *, ? or [ stand for those that fit. With --selector only those
 * that have its labels; without words all, which may be none. New; a plain name need not exist. CW_CTL_NOT_FOUND and the
 * others: nothing fits a pattern or the labels, which was said (with --ignore-missing that is no mistake). *out is NULL
 * when the worker did not say what there is.
 */
enum cw_ctl_exit cw_ctl_names(struct cw_ctl *ctl, const char *const *words, int n, json_t **out);
/* Whether a word stands for names that fit it. */
bool cw_ctl_is_pattern(const char *word);
/* All that there are, or with --selector all that have its labels: perhaps none. New. */
enum cw_ctl_exit cw_ctl_existing(struct cw_ctl *ctl, json_t **out);
/* Asks "question NAME, NAME? [y/N]" when there is a terminal to ask and no --yes. True: go on. */
bool cw_ctl_confirm(const struct cw_ctl *ctl, const char *question, const json_t *names);
/*
 * What cannot be undone, of the connectors that the arguments name, one after the other. Asks before, and about those
 * only that are there; without a question, one that is not there is for `one` to say.
 */
enum cw_ctl_exit cw_ctl_each_confirmed(struct cw_ctl *ctl, const char *question,
				       enum cw_ctl_exit (*one)(struct cw_ctl *ctl, const char *name));

/* ---- output.c ---- */

bool cw_ctl_is_data(const struct cw_ctl *ctl); /* JSON or YAML */
bool cw_ctl_wants_names(const struct cw_ctl *ctl); /* and nothing else of what there is */
void cw_ctl_print_data(const struct cw_ctl *ctl, const json_t *value);
void cw_ctl_print_table(const struct cw_ctl *ctl, struct cw_table *table); /* and frees it */
void cw_ctl_print_buf(const struct cw_ctl *ctl, struct cw_buf *text);	   /* and frees it */
/* "src created", or {"name":"src","result":"created"} */
void cw_ctl_print_result(struct cw_ctl *ctl, const char *name, const char *result);
/* A flat config as a .properties file. */
void cw_ctl_put_properties(struct cw_buf *out, const json_t *config);
enum cw_color cw_ctl_state_color(const char *state);
const char *cw_json_text(const json_t *object, const char *key); /* a string member, or NULL */
/* The keys of an object in the order of the alphabet: an array to free, of *n lent texts. */
const char **cw_json_keys(const json_t *object, size_t *n);

/* ---- watch.c ---- */

/*
 * Looks once, or with --watch again and again: on a terminal the screen is drawn anew. look() renders into
 * the buffer and returns an exit status; a worker that is away for a while does not end a watch.
 */
enum cw_ctl_exit cw_ctl_watch(struct cw_ctl *ctl, enum cw_ctl_exit (*look)(struct cw_ctl *, void *, struct cw_buf *),
			      void *arg);
void cw_ctl_sleep_until(int64_t until_ms);

/* ---- completion.c ---- */

/*
 * What may stand for the last of the words, a line for each: "workerctl __complete WORD…" is what the scripts of
 * the shells ask. ":files" means names of files.
 */
enum cw_ctl_exit cw_ctl_complete(struct cw_ctl *ctl, int argc, char *const *argv);

/* ---- cmd_wait.c ---- */

/* Waits until a connector has the state, up to a time (monotonic). Says what is wrong, nothing when all is well. */
enum cw_ctl_exit cw_ctl_await(struct cw_ctl *ctl, const char *connector, const char *state, int64_t deadline_ms);

/* ---- cmd_offsets.c ---- */

/* The "offsets" of GET /connectors/NAME/offsets, with a query such as "?at=…", or "": CW_CTL_OK and *out (new). */
enum cw_ctl_exit cw_ctl_fetch_offsets(struct cw_ctl *ctl, const char *name, const char *query, json_t **out);
/* CW_CTL_OK unless it is a source; then it is said that `what` is so only of a sink. */
enum cw_ctl_exit cw_ctl_check_is_sink(struct cw_ctl *ctl, const char *name, const char *what);
/* Sends entries as a change, or with --dry-run shows what they would do. now: as fetched; NULL without --dry-run. */
enum cw_ctl_exit cw_ctl_alter_offsets(struct cw_ctl *ctl, const char *name, const json_t *now, const json_t *entries);

/* ---- cmd_plugins.c ---- */

/* What people write of a class: behind the last dot. */
const char *cw_ctl_simple_name(const char *class_name);

/* ---- cmd_logs.c ---- */

/* A line of GET /connectors/NAME/logs, for people. */
void cw_ctl_put_log_line(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *line);

/* ---- the commands ---- */
enum cw_ctl_exit cw_ctl_get_kind(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_list(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_describe(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_show(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_status(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_top(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_wait(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_create(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_apply(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_patch(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_edit(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_pause(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_resume(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_stop(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_restart(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_delete(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_audit(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_dlq_list(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_dlq_show(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_dlq_replay(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_get(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_set(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_shift(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_to_time(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_reset(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_export(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_offsets_import(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_topics_reset(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_loggers_get(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_loggers_set(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_logs(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_plugins(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_plugin(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_validate(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_preview(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_health(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_context_list(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_context_show(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_context_use(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_context_set(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_context_delete(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_completion(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_version(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_help(struct cw_ctl *ctl);

/* What loggers set knows, the quietest first, ended by NULL. */
extern const char *const cw_ctl_levels[];
/* What `get` knows: names to type, ended by NULL. */
extern const char *const cw_ctl_kinds[];

/* Prints usage: of one command, or of all (NULL). */
void cw_ctl_usage(const struct cw_ctl *ctl, const struct cw_ctl_command *command);
/* Of the commands that begin with a word, as "offsets"; false: there are none. */
bool cw_ctl_usage_of_family(const struct cw_ctl *ctl, const char *word);

#endif
