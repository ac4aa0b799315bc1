#include "policy.h"

#include <strings.h>

#include "config_values.h"

/* ---- classes ------------------------------------------------------------------------------------ */

/* Error types that tell the class, whatever status they come with. */
static const struct {
	const char *type;
	enum cw_class class;
} types[] = {
	{ "es_rejected_execution_exception", CW_CLASS_BUSY },
	{ "rejected_execution_exception", CW_CLASS_BUSY },
	{ "circuit_breaking_exception", CW_CLASS_BUSY },
	{ "process_cluster_event_timeout_exception", CW_CLASS_BUSY },
	{ "unavailable_shards_exception", CW_CLASS_BUSY },
	{ "no_shard_available_action_exception", CW_CLASS_BUSY },
	{ "master_not_discovered_exception", CW_CLASS_BUSY },
	{ "cluster_manager_not_discovered_exception", CW_CLASS_BUSY },
	{ "not_master_exception", CW_CLASS_BUSY },
	{ "not_cluster_manager_exception", CW_CLASS_BUSY },
	{ "node_closed_exception", CW_CLASS_BUSY },
	{ "node_disconnected_exception", CW_CLASS_BUSY },
	{ "node_not_connected_exception", CW_CLASS_BUSY },
	{ "connect_transport_exception", CW_CLASS_BUSY },
	{ "receive_timeout_transport_exception", CW_CLASS_BUSY },
	{ "shard_not_found_exception", CW_CLASS_BUSY },
	{ "index_shard_not_started_exception", CW_CLASS_BUSY },
	{ "index_shard_recovering_exception", CW_CLASS_BUSY },
	{ "index_shard_relocated_exception", CW_CLASS_BUSY },
	{ "retry_on_primary_exception", CW_CLASS_BUSY },
	{ "timeout_exception", CW_CLASS_BUSY },
	{ "elasticsearch_timeout_exception", CW_CLASS_BUSY },
	{ "snapshot_in_progress_exception", CW_CLASS_BUSY },
	{ "cluster_block_exception", CW_CLASS_BLOCKED },
	{ "index_create_block_exception", CW_CLASS_BLOCKED },
	{ "index_not_found_exception", CW_CLASS_MISSING_INDEX },
	{ "index_closed_exception", CW_CLASS_MISSING_INDEX },
	{ "security_exception", CW_CLASS_FORBIDDEN },
	{ "authentication_exception", CW_CLASS_FORBIDDEN },
};

static bool class_of_type(struct cw_slice type, enum cw_class *class)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (cw_slice_equal(type, cw_slice_str(types[i].type))) {
			*class = types[i].class;
			return true;
		}
	return false;
}

static bool is_busy(unsigned status)
{
	return status == 408 || status == 429 || (status >= 502 && status <= 504);
}

enum cw_class cw_class_of_item(const struct cw_item *item, bool once)
{
	enum cw_class class;

	if (item->status >= 200 && item->status < 300 && item->type.n == 0)
		return CW_CLASS_WRITTEN;
	if (class_of_type(item->type, &class))
		return class;
	if (is_busy(item->status))
		return CW_CLASS_BUSY;
	switch (item->status) {
	case 401: return CW_CLASS_FORBIDDEN;
	case 404: return item->type.n ? CW_CLASS_MALFORMED : CW_CLASS_PRESENT; /* was deleted already */
	case 409:
		if (item->type.n && !cw_slice_equal(item->type, cw_slice_str("version_conflict_engine_exception")))
			return CW_CLASS_MALFORMED;
		return once ? CW_CLASS_PRESENT : CW_CLASS_CONFLICT;
	default: return item->status >= 500 || item->status < 400 ? CW_CLASS_ERROR : CW_CLASS_MALFORMED;
	}
}

enum cw_class cw_class_of_answer(unsigned status, struct cw_slice type)
{
	enum cw_class class;

	if (class_of_type(type, &class))
		return class;
	if (is_busy(status))
		return CW_CLASS_BUSY;
	switch (status) {
	case 400: return type.n ? CW_CLASS_REFUSED : CW_CLASS_INVALID; /* what stands before the store gives no type */
	case 401:
	case 403: return CW_CLASS_FORBIDDEN;
	case 413: return CW_CLASS_TOO_LARGE;
	default: return status >= 300 && status < 500 ? CW_CLASS_INVALID : CW_CLASS_ERROR;
	}
}

bool cw_class_passes(enum cw_class class)
{
	return class == CW_CLASS_BUSY || class == CW_CLASS_BLOCKED;
}

/* ---- policies ------------------------------------------------------------------------------------ */

static const char *const names[] = { "RETRY", "DEAD_LETTER", "DROP", "FAIL" };

/* The keys of classes, and where their values are. */
static const struct {
	const char *name;
	size_t offset;
} keys[CW_CLASSES] = {
	[CW_CLASS_BUSY] = { "behavior.on.busy.store", offsetof(struct cw_es_config, on_busy) },
	[CW_CLASS_BLOCKED] = { "behavior.on.blocked.index", offsetof(struct cw_es_config, on_blocked) },
	[CW_CLASS_ERROR] = { "behavior.on.store.errors", offsetof(struct cw_es_config, on_error) },
	[CW_CLASS_CONFLICT] = { "behavior.on.version.conflicts", offsetof(struct cw_es_config, on_conflict) },
	[CW_CLASS_MALFORMED] = { "behavior.on.malformed.documents", offsetof(struct cw_es_config, on_malformed) },
	[CW_CLASS_MISSING_INDEX] = { "behavior.on.missing.index", offsetof(struct cw_es_config, on_missing_index) },
	[CW_CLASS_FORBIDDEN] = { "behavior.on.forbidden", offsetof(struct cw_es_config, on_forbidden) },
};

const char *cw_class_key(enum cw_class class)
{
	return keys[class].name;
}

/* False: it is none. */
static bool policy_named(const char *name, enum cw_policy *policy)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(name, names[i]) == 0) {
			*policy = (enum cw_policy)i;
			return true;
		}
	return false;
}

/* behavior.on.malformed.documents has the values that other sinks know. */
static enum cw_policy malformed_policy(const char *value)
{
	return strcasecmp(value, "FAIL") == 0 ? CW_POLICY_DEAD_LETTER : CW_POLICY_DROP;
}

void cw_policies_init(struct cw_policies *policies, const struct cw_es_config *config)
{
	for (unsigned i = 0; i < CW_CLASSES; i++) {
		const char *value = NULL;

		policies->of[i] = CW_POLICY_FAIL;
		if (!keys[i].name)
			continue;
		memcpy(&value, (const char *)config + keys[i].offset, sizeof(value));
		if (i == CW_CLASS_MALFORMED)
			policies->of[i] = malformed_policy(value);
		else
			policy_named(value, &policies->of[i]);
	}
	policies->types = &config->error_types;
	policies->max_retries = (unsigned)config->max_retries;
}

/* Whether an entry WHAT:POLICY is about an item. */
static bool entry_matches(const char *entry, const struct cw_item *item, const char **policy)
{
	const char *colon = strrchr(entry, ':');
	char status[12];
	struct cw_slice what;

	if (!colon)
		return false;
	what = cw_slice(entry, (size_t)(colon - entry));
	snprintf(status, sizeof(status), "%u", item->status);
	*policy = colon + 1;
	return cw_slice_equal(what, item->type) || cw_slice_equal(what, cw_slice_str(status));
}

static enum cw_policy wanted_policy(const struct cw_policies *policies, enum cw_class class, const struct cw_item *item)
{
	enum cw_policy policy = policies->of[class];
	const char *name;

	for (size_t i = 0; i < policies->types->n; i++)
		if (entry_matches(policies->types->items[i], item, &name) && policy_named(name, &policy))
			break;
	return policy;
}

static bool may_pass(enum cw_class class)
{
	return cw_class_passes(class) || class == CW_CLASS_ERROR || class == CW_CLASS_CONFLICT;
}

enum cw_policy cw_policy_of_item(const struct cw_policies *policies, enum cw_class class, const struct cw_item *item,
				 unsigned attempts)
{
	if (may_pass(class) && attempts < policies->max_retries)
		return CW_POLICY_RETRY;
	return wanted_policy(policies, class, item);
}

enum cw_policy cw_policy_of_request(const struct cw_policies *policies, enum cw_class class, unsigned attempts)
{
	enum cw_policy policy = policies->of[class];

	if (may_pass(class) && (policy != CW_POLICY_FAIL || attempts < policies->max_retries))
		return CW_POLICY_RETRY;
	return policy;
}

/* One entry, without blanks around it. */
static int check_entry(const char *entry, struct cw_error *err)
{
	const char *colon = strrchr(entry, ':');
	enum cw_policy policy;

	if (colon && colon > entry && policy_named(colon + 1, &policy))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID,
			    "holds %s, which is not TYPE:POLICY or STATUS:POLICY with one of RETRY, DEAD_LETTER, DROP and "
			    "FAIL, such as mapper_parsing_exception:DROP", entry);
}

int cw_policy_check_types(const char *value, struct cw_error *err)
{
	return cw_es_check_entries(value, check_entry, err) < 0 ? -1 : 0;
}
