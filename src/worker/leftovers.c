#include "worker/leftovers.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/store.h"

#define NAMED_MAX 5

struct leftovers {
	struct cw_store *store;
	struct cw_error *err;
	struct cw_buf names;
	char *first;
	size_t n;
};

/* A source that has offsets. The groups that sinks commit to are gone with the broker. */
static int look(void *arg, const struct cw_stored_connector *connector)
{
	struct leftovers *l = arg;
	bool sink = strcmp(connector->kind, "sink") == 0;
	json_t *offsets = sink ? NULL : cw_store_get_offsets(l->store, connector->name, l->err);

	if (json_array_size(offsets) > 0) {
		if (l->n++ < NAMED_MAX)
			cw_buf_printf(&l->names, "%s%s", l->n > 1 ? ", " : "", connector->name);
		if (!l->first)
			l->first = cw_strdup(connector->name);
	}
	json_decref(offsets);
	return 0;
}

char *cw_leftovers(const char *state_file, struct cw_error *err)
{
	struct leftovers l = { .err = err };
	char *text = NULL;

	if (access(state_file, F_OK) != 0)
		return NULL;
	l.store = cw_store_open_sqlite(state_file, "connect-worker", err);
	if (l.store)
		cw_store_each_connector(l.store, look, &l, err);
	cw_store_close(l.store);
	if (l.n > 0)
		text = cw_format("%s has offsets of an earlier run (%s%s), whose records the embedded broker has forgotten: these "
				 "sources go on behind them, and a bounded one stays COMPLETED. To begin one anew: workerctl stop "
				 "%s --wait, workerctl offsets reset %s, workerctl resume %s; to begin with nothing, start with "
				 "another offset.storage.file.filename",
				 state_file, l.names.p, l.n > NAMED_MAX ? ", …" : "", l.first, l.first, l.first);
	cw_free_ptr(&l.first);
	cw_buf_free(&l.names);
	return text;
}
