/*
 * Loggers over REST. A logger is a process of this worker: "worker" is connect-worker itself, "connectors.NAME" the
 * host of that connector; "connectors" is above all of those and "root" above everything. One that was not set has
 * the level of the nearest one above it, where a dot divides names. Other names can be set, since clients do so, and
 * are remembered. Nothing of it outlives the worker.
 */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define ROOT "root"
#define WORKER "worker"
#define CONNECTORS "connectors"
#define LOGGERS_MAX 1000 /* beside those of connectors */

static struct cw_logger *find(const struct cw_herder *herder, const char *name)
{
	struct cw_logger *l = herder->loggers;

	while (l && strcmp(l->name, name) != 0)
		l = l->next;
	return l;
}

static void put(struct cw_herder *herder, const char *name, const char *level, int64_t modified_ms)
{
	struct cw_logger *l = find(herder, name), **place = &herder->loggers;

	if (!l) {
		l = cw_alloc(sizeof(*l));
		l->name = cw_strdup(name);
		while (*place && strcmp((*place)->name, name) < 0)
			place = &(*place)->next;
		l->next = *place;
		*place = l;
	}
	l->level = level;
	l->modified_ms = modified_ms;
}

/* The one that a logger has its level from: itself, or the nearest above. */
static const struct cw_logger *source_of(const struct cw_herder *herder, const char *name)
{
	CW_AUTO_FREE char *at = cw_strdup(name);
	const struct cw_logger *l;
	char *dot;

	while (!(l = find(herder, at))) {
		dot = strrchr(at, '.');
		if (!dot)
			return find(herder, ROOT);
		*dot = '\0';
	}
	return l;
}

static char *name_of(const struct cw_connector *c)
{
	return cw_format(CONNECTORS ".%s", c->name);
}

/* ---- every name ---------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names, each once and in order. New, as its entries. */
static char **all_names(const struct cw_herder *herder, size_t *n)
{
	size_t cap = 2, unique = 0;
	char **names;

	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		cap++;
	for (const struct cw_logger *l = herder->loggers; l; l = l->next)
		cap++;
	names = cw_alloc(cap * sizeof(*names));
	*n = 0;
	names[(*n)++] = cw_strdup(WORKER);
	names[(*n)++] = cw_strdup(CONNECTORS);
	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		names[(*n)++] = name_of(c);
	for (const struct cw_logger *l = herder->loggers; l; l = l->next)
		names[(*n)++] = cw_strdup(l->name);
	qsort(names, *n, sizeof(*names), compare);
	for (size_t i = 0; i < *n; i++) {
		if (unique > 0 && strcmp(names[unique - 1], names[i]) == 0)
			free(names[i]);
		else
			names[unique++] = names[i];
	}
	*n = unique;
	return names;
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static bool is_known(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* ---- reading ------------------------------------------------------------------------------- */

static json_t *view(const struct cw_herder *herder, const char *name)
{
	const struct cw_logger *own = find(herder, name), *from = source_of(herder, name);
	json_t *modified = own && own->modified_ms ? json_integer(own->modified_ms) : json_null();

	return json_pack("{ssso}", "level", from->level, "last_modified", modified);
}

static void read_all(const struct cw_herder *herder, struct cw_call *call, char *const *names, size_t n)
{
	json_t *all = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(all, names[i], view(herder, names[i]));
	cw_call_answer(call, all);
}

/* ---- changing ------------------------------------------------------------------------------ */

static int level_of(const struct cw_herder *herder, const char *name)
{
	int level = CW_LOG_INFO;

	cw_logger_level_parse(source_of(herder, name)->level, &level);
	return level;
}

void cw_loggers_tell(const struct cw_connector *c)
{
	CW_AUTO_FREE char *name = name_of(c);

	cw_hostproc_send(c->host, json_pack("{ssss}", "type", "log_level", "level", source_of(c->herder, name)->level));
}

/* Where the levels take effect. */
static void apply(const struct cw_herder *herder)
{
	cw_log_set_level(level_of(herder, WORKER));
	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		if (c->host)
			cw_loggers_tell(c);
}

static bool is_below(const char *name, const char *above)
{
	size_t n = strlen(above);

	return strcmp(above, ROOT) == 0 || (strncmp(name, above, n) == 0 && (name[n] == '.' || !name[n]));
}

/* The logger and all below it. One that has the level already keeps its time, as in Kafka Connect. */
static json_t *set_level(struct cw_herder *herder, char *const *names, size_t n, const char *name, const char *level)
{
	const char **before = cw_alloc((n + 1) * sizeof(*before)); /* those below follow the ones above */
	json_t *changed = json_array();
	int64_t now_ms = cw_clock_epoch_ms();

	for (size_t i = 0; i < n; i++)
		before[i] = source_of(herder, names[i])->level;
	for (size_t i = 0; i < n; i++) {
		if (!is_below(names[i], name))
			continue;
		json_array_append_new(changed, json_string(names[i]));
		if (strcmp(before[i], level) != 0)
			put(herder, names[i], level, now_ms);
	}
	free(before);
	return changed;
}

static void set(struct cw_herder *herder, struct cw_call *call, bool known)
{
	const char *text = json_string_value(json_object_get(call->body, "level")), *level;
	int ignored;
	char **names;
	size_t n;

	level = text ? cw_logger_level_parse(text, &ignored) : NULL;
	if (!level) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "invalid log level '%s'.", text ? text : "null");
		return;
	}
	names = all_names(herder, &n);
	if (!known && n >= LOGGERS_MAX) {
		cw_call_fail(call, CW_ERR_INVALID, "There are %zu loggers, and no more than %d can be made", n,
			     LOGGERS_MAX);
	} else {
		log_info(NULL, "logger %s: %s", call->name, level);
		if (!known) {
			put(herder, call->name, level, cw_clock_epoch_ms());
			free_names(names, n);
			names = all_names(herder, &n);
		}
		json_t *changed = set_level(herder, names, n, call->name, level);

		apply(herder);
		cw_call_answer(call, changed);
	}
	free_names(names, n);
}

/* ---- entry points -------------------------------------------------------------------------- */

void cw_loggers_request(struct cw_herder *herder, struct cw_call *call)
{
	size_t n;
	char **names = all_names(herder, &n);
	bool known = call->name && is_known(names, n, call->name);

	if (call->request.op == CW_OP_LOGGERS)
		read_all(herder, call, names, n);
	else if (call->request.op == CW_OP_SET_LOGGER)
		set(herder, call, known);
	else if (known)
		cw_call_answer(call, view(herder, call->name));
	else
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Logger %s not found.", call->name);
	free_names(names, n);
}

void cw_loggers_init(struct cw_herder *herder)
{
	int ignored;
	const char *level = cw_logger_level_parse(herder->config->log_level, &ignored);

	put(herder, ROOT, level ? level : "INFO", 0);
}

static void free_logger(struct cw_logger *l)
{
	free(l->name);
	free(l);
}

void cw_loggers_drop(const struct cw_connector *c)
{
	CW_AUTO_FREE char *name = name_of(c);

	for (struct cw_logger **p = &c->herder->loggers; *p; p = &(*p)->next)
		if (strcmp((*p)->name, name) == 0) {
			struct cw_logger *l = *p;

			*p = l->next;
			free_logger(l);
			return;
		}
}

void cw_loggers_free(struct cw_herder *herder)
{
	struct cw_logger *l, *next;

	for (l = herder->loggers; l; l = next) {
		next = l->next;
		free_logger(l);
	}
}
