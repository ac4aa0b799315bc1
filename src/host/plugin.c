#include "host/plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/plugin_names.h"

/* More in one file is a chain that bites its tail. */
#define PLUGINS_MAX 1000

/* Copies what the plugin has of a struct that carries its size; the rest stays zero. */
static void copy_sized(void *to, size_t to_size, const void *from, size_t from_size)
{
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}

/* Copies the functions of the plugin's kind, and lets the descriptor point at them. */
#define TAKE_OPS(member, to)                                                         \
	do {                                                                         \
		if (d->member)                                                       \
			copy_sized((to), sizeof(*(to)), d->member, d->member->size); \
		d->member = (to);                                                    \
	} while (0)

static void take_ops(struct cw_loaded_plugin *p)
{
	struct cw_plugin *d = &p->plugin;

	switch ((enum cw_plugin_kind)d->kind) {
	case CW_PLUGIN_SOURCE:
	case CW_PLUGIN_SINK:
		TAKE_OPS(connector, &p->ops);
		break;
	case CW_PLUGIN_TRANSFORMATION:
		TAKE_OPS(transformation, &p->other_ops.transformation);
		break;
	case CW_PLUGIN_PREDICATE:
		TAKE_OPS(predicate, &p->other_ops.predicate);
		break;
	case CW_PLUGIN_CONVERTER:
	case CW_PLUGIN_HEADER_CONVERTER:
		TAKE_OPS(converter, &p->other_ops.converter);
		break;
	case CW_PLUGIN_CONFIG_PROVIDER:
		TAKE_OPS(config_provider, &p->other_ops.config_provider);
		break;
	}
}

/* The first function that the plugin's kind must have and this one has not; NULL: it has all. */
static const char *missing_function(const struct cw_plugin *d)
{
	switch ((enum cw_plugin_kind)d->kind) {
	case CW_PLUGIN_SOURCE:
		return !d->connector->task_start ? "task_start" : !d->connector->poll ? "poll" :
		       !d->connector->task_stop ? "task_stop" : NULL;
	case CW_PLUGIN_SINK:
		return !d->connector->task_start ? "task_start" : !d->connector->put ? "put" :
		       !d->connector->task_stop ? "task_stop" : NULL;
	case CW_PLUGIN_TRANSFORMATION:
		return !d->transformation->start ? "start" : !d->transformation->apply ? "apply" :
		       !d->transformation->stop ? "stop" : NULL;
	case CW_PLUGIN_PREDICATE:
		return !d->predicate->start ? "start" : !d->predicate->test ? "test" :
		       !d->predicate->stop ? "stop" : NULL;
	case CW_PLUGIN_CONVERTER:
	case CW_PLUGIN_HEADER_CONVERTER:
		return !d->converter->start ? "start" : !d->converter->to_value ? "to_value" :
		       !d->converter->from_value ? "from_value" : !d->converter->stop ? "stop" : NULL;
	case CW_PLUGIN_CONFIG_PROVIDER:
		return !d->config_provider->start ? "start" : !d->config_provider->get ? "get" :
		       !d->config_provider->stop ? "stop" : NULL;
	}
	return NULL;
}

static int check(const struct cw_plugin *d, const char *file, struct cw_error *err)
{
	const char *missing;

	if (!d->class_name || !*d->class_name || !d->version)
		return cw_error_set(err, CW_ERR_INVALID, "%s: its descriptor has no class name or no version", file);
	if (!cw_plugin_kind_name((enum cw_plugin_kind)d->kind))
		return cw_error_set(err, CW_ERR_INVALID, "%s: the descriptor of %s is of kind %u, this worker knows 1 to %d",
				    file, d->class_name, d->kind, CW_PLUGIN_CONFIG_PROVIDER);
	missing = missing_function(d);
	if (missing)
		return cw_error_set(err, CW_ERR_INVALID, "%s: the descriptor of %s lacks %s, which a %s must have", file,
				    d->class_name, missing, cw_plugin_kind_name((enum cw_plugin_kind)d->kind));
	if (d->n_config && (!d->config || d->config_def_size < offsetof(struct cw_config_def, offset) + sizeof(size_t)))
		return cw_error_set(err, CW_ERR_INVALID, "%s: the config_def_size of %s is %zu, at least %zu is right",
				    file, d->class_name, d->config_def_size,
				    offsetof(struct cw_config_def, offset) + sizeof(size_t));
	return 0;
}

static int check_abi(const struct cw_plugin *d, const char *file, struct cw_error *err)
{
	if (d->abi_major == CW_ABI_MAJOR && d->abi_minor <= CW_ABI_MINOR)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "%s: built for connector ABI %u.%u, this worker has %u.%u: %s", file,
			    d->abi_major, d->abi_minor, CW_ABI_MAJOR, CW_ABI_MINOR,
			    d->abi_major < CW_ABI_MAJOR ? "build the plugin again with this worker's header" :
							  "install a newer worker");
}

void cw_plugin_free(struct cw_loaded_plugin *p)
{
	if (!p)
		return;
	free(p->file);
	free(p);
}

void cw_plugin_unload(struct cw_loaded_plugin *p)
{
	dlclose(p->handle);
	cw_plugin_free(p);
}

static void unload_all(struct cw_loaded_plugin *p)
{
	while (p) {
		struct cw_loaded_plugin *next = p->next;

		cw_plugin_unload(p);
		p = next;
	}
}

static void *open_file(const char *file, struct cw_error *err)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		cw_error_set(err, CW_ERR_INVALID, "%s: cannot be loaded: %s", file, dlerror());
	return handle;
}

/* One descriptor of the file; it gets a handle of its own, so that it can be unloaded alone. */
static struct cw_loaded_plugin *take(const struct cw_plugin *descriptor, const char *file, struct cw_error *err)
{
	struct cw_loaded_plugin *p;
	void *handle;

	if (check_abi(descriptor, file, err) != 0 || !(handle = open_file(file, err)))
		return NULL;
	p = cw_alloc(sizeof(*p));
	copy_sized(&p->plugin, sizeof(p->plugin), descriptor, descriptor->size);
	p->file = cw_strdup(file);
	p->handle = handle;
	take_ops(p);
	if (check(&p->plugin, file, err) != 0) {
		cw_plugin_unload(p);
		return NULL;
	}
	return p;
}

static struct cw_loaded_plugin *take_all(const struct cw_plugin *first, const char *file, struct cw_error *err)
{
	struct cw_loaded_plugin *list = NULL, **end = &list;
	int n = 0;

	for (const struct cw_plugin *d = first; d; d = (*end)->plugin.next, end = &(*end)->next) {
		if (++n > PLUGINS_MAX)
			cw_error_set(err, CW_ERR_INVALID, "%s: more than %d plugins are linked by next", file, PLUGINS_MAX);
		else
			*end = take(d, file, err);
		if (!*end) {
			unload_all(list);
			return NULL;
		}
	}
	return list;
}

struct cw_loaded_plugin *cw_plugin_load(const char *file, struct cw_error *err)
{
	void *handle = open_file(file, err);
	struct cw_loaded_plugin *list = NULL;
	const struct cw_plugin *const *symbol;

	if (!handle)
		return NULL;
	symbol = dlsym(handle, "cw_plugin");
	if (!symbol || !*symbol)
		cw_error_set(err, CW_ERR_INVALID, "%s: exports no symbol cw_plugin, so it is no plugin of connect-worker",
			     file);
	else
		list = take_all(*symbol, file, err);
	dlclose(handle); /* each of the list has its own */
	return list;
}
