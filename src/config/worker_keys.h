/* worker_keys - what the worker's file may hold besides the table of cw_worker_table(). */
#ifndef CW_CONFIG_WORKER_KEYS_H
#define CW_CONFIG_WORKER_KEYS_H

#include <stddef.h>

enum cw_key_kind {
	CW_KEY_CLIENT,      /* goes to the Kafka clients as it is */
	CW_KEY_PLUGIN,      /* goes to converters and config providers as it is; a host checks it */
	CW_KEY_HTTPS,       /* "listeners.https." for admin.listeners, see config/https.h */
	CW_KEY_NO_EFFECT,   /* known, accepted with a warning */
	CW_KEY_UNSUPPORTED  /* known, refused: running without it would surprise */
};

struct cw_worker_key {
	const char *name; /* one that ends in "." stands for every key that starts so */
	enum cw_key_kind kind;
	const char *doc; /* CLIENT, PLUGIN, HTTPS: what it is; else why, after "KEY " */
};

const struct cw_worker_key *cw_worker_keys(size_t *n);
/* The exact name before the longest prefix; NULL: none. */
const struct cw_worker_key *cw_worker_key_find(const char *name);

#endif
