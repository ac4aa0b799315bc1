/* kinds - the things that get shows: how each is asked for, and rendered in its forms. */
#ifndef CW_CTL_KINDS_H
#define CW_CTL_KINDS_H

#include "ctl/ctl.h"

struct cw_kind {
	const char *name, *other_names[3];
	/*
	 * *out (new): what -o json prints, or NULL. words are those after the kind: names and patterns. Says what is
	 * wrong; something may be there beside that.
	 */
	enum cw_ctl_exit (*fetch)(struct cw_ctl *ctl, const char *const *words, int n, json_t **out);
	void (*names)(const json_t *data, struct cw_buf *out);
	void (*table)(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table);
};

extern const struct cw_kind cw_kind_connectors, cw_kind_tasks;					/* kinds_connectors.c */
extern const struct cw_kind cw_kind_offsets, cw_kind_topics, cw_kind_plugins, cw_kind_loggers; /* kinds_other.c */

/* Names to print, a line each: one, or the keys of an object. */
void cw_kind_put_name(struct cw_buf *out, const char *name);
void cw_kind_put_keys(const json_t *object, struct cw_buf *out);

/* Once or again and again, in the form that is wanted; words as for fetch. */
enum cw_ctl_exit cw_kind_get(struct cw_ctl *ctl, const struct cw_kind *kind, const char *const *words, int n);

#endif
