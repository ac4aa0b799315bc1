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

#include "ctl/client.h"
#include "ctl/table.h"

enum cw_ctl_exit {
	CW_CTL_OK = 0,
	CW_CTL_REFUSED = 1,	/* the worker said no */
	CW_CTL_USAGE = 2,	/* the command line or a file is wrong */
	CW_CTL_UNREACHABLE = 3, /* no answer from the worker */
	CW_CTL_TIMEOUT = 4,	/* wait: not in this time */
	CW_CTL_FAILED = 5	/* status, wait: something is FAILED */
};

/* Bits of cw_ctl_command.options; those from CW_O_URL on are good for every command. */
enum {
	CW_O_WATCH = 1u << 0,
	CW_O_INTERVAL = 1u << 1,
	CW_O_COUNT = 1u << 2,
	CW_O_INCLUDE_TASKS = 1u << 3,
	CW_O_ONLY_FAILED = 1u << 4,
	CW_O_TASK = 1u << 5,
	CW_O_FOR = 1u << 6,
	CW_O_QUIET = 1u << 7,
	CW_O_STATE = 1u << 8,
	CW_O_URL = 1u << 9,
	CW_O_OUTPUT = 1u << 10,
	CW_O_NO_COLOR = 1u << 11,
	CW_O_TIMEOUT = 1u << 12,
	CW_O_HELP = 1u << 13,
	CW_O_VERSION = 1u << 14
};
#define CW_O_GLOBAL (~(CW_O_URL - 1u))

struct cw_ctl;

enum cw_ctl_completes { CW_COMPLETES_NOTHING = 0, CW_COMPLETES_CONNECTORS, CW_COMPLETES_FILES, CW_COMPLETES_PLUGINS };

struct cw_ctl_command {
	const char *name, *args; /* "NAME…" */
	int min_args, max_args;	 /* max_args -1: any number */
	uint32_t options;	 /* beside the global ones */
	enum cw_ctl_completes completes;
	const char *summary; /* a sentence */
	enum cw_ctl_exit (*run)(struct cw_ctl *ctl);
};

struct cw_ctl_option {
	uint32_t bit;
	const char *name;
	char letter;	   /* 0: none */
	const char *value; /* "SECONDS"; NULL: it takes none */
	const char *help;
};

struct cw_ctl_exit_text {
	enum cw_ctl_exit code;
	const char *text;
};

/* The tables; each ends with an entry whose name (text) is NULL. */
extern const struct cw_ctl_command cw_ctl_commands[];
extern const struct cw_ctl_option cw_ctl_options[];
extern const struct cw_ctl_exit_text cw_ctl_exits[];

/* Where output goes; tests give their own. */
struct cw_ctl_io {
	FILE *out, *err;
	bool tty;	     /* out is a terminal */
	int width;	     /* its columns */
	const char *env_url; /* CONNECT_URL, or NULL */
	bool env_no_color;   /* NO_COLOR is set */
};

struct cw_ctl {
	struct cw_ctl_io io;
	const struct cw_ctl_command *command;
	const char **args;
	int n_args;
	uint32_t given; /* options, as bits */
	const char *url, *for_state, *initial_state;
	bool json, colors;
	int64_t timeout_ms, interval_ms, count;
	int task;
	struct cw_client *client;
};

/* The whole program: the exit status. */
enum cw_ctl_exit cw_ctl_main(int argc, char *const *argv, const struct cw_ctl_io *io);

/* ---- options.c ---- */

/* -1: go on with the command; else the exit status, everything being said. Free args either way. */
int cw_ctl_parse(struct cw_ctl *ctl, int argc, char *const *argv);

/* ---- what commands use (ctl.c) ---- */

/* "workerctl: …" on stderr. */
void cw_ctl_complain(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Complains about a call that failed; 404 about a connector gets the nearest name. The exit status. */
enum cw_ctl_exit cw_ctl_refused(struct cw_ctl *ctl, const struct cw_reply *reply, const char *connector);
/* GET path: CW_CTL_OK and *out (new), or said what is wrong. */
enum cw_ctl_exit cw_ctl_get(struct cw_ctl *ctl, const char *path, const char *connector, json_t **out);
/* "/connectors/NAME" + suffix: new. */
char *cw_ctl_path(const struct cw_ctl *ctl, const char *connector, const char *suffix);
void cw_ctl_print_json(const struct cw_ctl *ctl, const json_t *value);
void cw_ctl_print_table(const struct cw_ctl *ctl, struct cw_table *table); /* and frees it */
/* "src created", or {"name":"src","result":"created"} */
void cw_ctl_print_result(const struct cw_ctl *ctl, const char *name, const char *result);
enum cw_color cw_ctl_state_color(const char *state);
/* The worse of two: reports the one that matters more to a script. */
enum cw_ctl_exit cw_ctl_worse(enum cw_ctl_exit a, enum cw_ctl_exit b);

/* ---- the commands ---- */
enum cw_ctl_exit cw_ctl_list(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_create(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_apply(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_show(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_status(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_pause(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_resume(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_stop(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_restart(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_delete(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_plugins(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_plugin(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_validate(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_health(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_wait(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_completion(struct cw_ctl *ctl);
enum cw_ctl_exit cw_ctl_help(struct cw_ctl *ctl);

/* Prints usage: of one command, or of all (NULL). */
void cw_ctl_usage(FILE *out, const struct cw_ctl_command *command);

#endif
