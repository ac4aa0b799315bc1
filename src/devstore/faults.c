#include "devstore/faults.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"

struct settings {
	double item_429, item_403, item_400, item_500, status_503, status_429, reset, malformed, slow_share, late_share;
	int64_t slow_ms, late_ms, seed, retry_after, requests;
	bool all;
};

struct counters {
	int64_t requests, item_429, item_403, item_400, item_500, status_503, status_429, reset, malformed, slow, late;
};

struct cw_faults {
	pthread_mutex_t lock;
	struct settings settings;
	struct counters counters;
};

/* The kinds of decisions: each has its own sequence. */
enum {
	DRAW_503 = 1,
	DRAW_429,
	DRAW_RESET,
	DRAW_SLOW,
	DRAW_ITEM_429,
	DRAW_ITEM_400,
	DRAW_ITEM_403,
	DRAW_ITEM_500,
	DRAW_MALFORMED,
	DRAW_LATE
};

enum field_type { SHARE, NUMBER };

/* The keys of POST /_faults. */
static const struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	int64_t max;
} fields[] = {
	{ "item_429", SHARE, offsetof(struct settings, item_429), 1 },
	{ "item_403", SHARE, offsetof(struct settings, item_403), 1 },
	{ "item_400", SHARE, offsetof(struct settings, item_400), 1 },
	{ "item_500", SHARE, offsetof(struct settings, item_500), 1 },
	{ "status_503", SHARE, offsetof(struct settings, status_503), 1 },
	{ "status_429", SHARE, offsetof(struct settings, status_429), 1 },
	{ "reset", SHARE, offsetof(struct settings, reset), 1 },
	{ "malformed", SHARE, offsetof(struct settings, malformed), 1 },
	{ "slow_share", SHARE, offsetof(struct settings, slow_share), 1 },
	{ "slow_ms", NUMBER, offsetof(struct settings, slow_ms), 600000 },
	{ "late_share", SHARE, offsetof(struct settings, late_share), 1 },
	{ "late_ms", NUMBER, offsetof(struct settings, late_ms), 600000 },
	{ "seed", NUMBER, offsetof(struct settings, seed), INT64_MAX },
	{ "retry_after", NUMBER, offsetof(struct settings, retry_after), 3600 },
	{ "requests", NUMBER, offsetof(struct settings, requests), INT64_MAX },
};

static const struct settings no_faults = { .slow_share = 1, .late_share = 1 };

struct cw_faults *cw_faults_new(void)
{
	struct cw_faults *faults = cw_alloc(sizeof(*faults));

	pthread_mutex_init(&faults->lock, NULL);
	faults->settings = no_faults;
	return faults;
}

void cw_faults_free(struct cw_faults *faults)
{
	if (!faults)
		return;
	pthread_mutex_destroy(&faults->lock);
	cw_free_ptr(&faults);
}

/* splitmix64: well mixed from any input, so that neighbouring numbers are independent. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t hash_text(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h;
}

static bool draw(int64_t seed, unsigned kind, uint64_t a, uint64_t b, double share)
{
	uint64_t x;

	if (share <= 0)
		return false;
	x = mix(mix(mix((uint64_t)seed) + kind) ^ mix(a) ^ mix(mix(b)));
	return (double)(x >> 11) * 0x1p-53 < share;
}

static int set_one(struct settings *to, const struct field *field, const json_t *value, struct cw_es_error *err)
{
	if (field->type == SHARE) {
		double share = json_number_value(value);

		if (!json_is_number(value) || share < 0 || share > 1)
			return cw_es_error_set(err, 400, "illegal_argument_exception",
					       "[%s] is a share: a number from 0 to 1", field->name);
		memcpy((char *)to + field->offset, &share, sizeof(share));
	} else {
		int64_t number = json_integer_value(value);

		if (!json_is_integer(value) || number < 0 || number > field->max)
			return cw_es_error_set(err, 400, "illegal_argument_exception",
					       "[%s] is a whole number from 0 to %lld", field->name,
					       (long long)field->max);
		memcpy((char *)to + field->offset, &number, sizeof(number));
	}
	return 0;
}

static int set_scope(struct settings *to, const json_t *value, struct cw_es_error *err)
{
	const char *scope = json_string_value(value);

	if (!scope || (strcmp(scope, "bulk") != 0 && strcmp(scope, "all") != 0))
		return cw_es_error_set(err, 400, "illegal_argument_exception", "[scope] is \"bulk\" or \"all\"");
	to->all = strcmp(scope, "all") == 0;
	return 0;
}

static int set_key(struct settings *to, const char *key, const json_t *value, struct cw_es_error *err)
{
	struct cw_nearest near = { .name = key };
	char known[256] = "scope";

	if (strcmp(key, "scope") == 0)
		return set_scope(to, value, err);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].name, key) == 0)
			return set_one(to, &fields[i], value, err);
		cw_nearest_offer(&near, fields[i].name);
		strcat(strcat(known, ", "), fields[i].name);
	}
	if (near.best)
		return cw_es_error_set(err, 400, "illegal_argument_exception", "unknown fault [%s], did you mean [%s]?",
				       key, near.best);
	return cw_es_error_set(err, 400, "illegal_argument_exception", "unknown fault [%s], known are %s", key, known);
}

int cw_faults_set(struct cw_faults *faults, const json_t *object, struct cw_es_error *err)
{
	struct settings settings = no_faults;
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return cw_es_error_set(err, 400, "parse_exception",
				       "the faults are a JSON object, such as "
				       "{\"item_429\":0.1,\"seed\":1}");
	json_object_foreach((json_t *)object, key, value)
		if (set_key(&settings, key, value, err))
			return -1;
	pthread_mutex_lock(&faults->lock);
	faults->settings = settings;
	memset(&faults->counters, 0, sizeof(faults->counters));
	pthread_mutex_unlock(&faults->lock);
	return 0;
}

void cw_faults_clear(struct cw_faults *faults)
{
	pthread_mutex_lock(&faults->lock);
	faults->settings = no_faults;
	memset(&faults->counters, 0, sizeof(faults->counters));
	pthread_mutex_unlock(&faults->lock);
}

static json_t *settings_to_json(const struct settings *settings)
{
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *at = (const char *)settings + fields[i].offset;
		double share;
		int64_t number;

		if (fields[i].type == SHARE) {
			memcpy(&share, at, sizeof(share));
			json_object_set_new(object, fields[i].name, json_real(share));
		} else {
			memcpy(&number, at, sizeof(number));
			json_object_set_new(object, fields[i].name, json_integer(number));
		}
	}
	json_object_set_new(object, "scope", json_string(settings->all ? "all" : "bulk"));
	return object;
}

static json_t *counters_to_json(const struct counters *c)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "requests", (json_int_t)c->requests, "item_429",
			 (json_int_t)c->item_429, "item_403", (json_int_t)c->item_403, "item_400", (json_int_t)c->item_400,
			 "item_500", (json_int_t)c->item_500, "status_503", (json_int_t)c->status_503, "status_429",
			 (json_int_t)c->status_429, "reset", (json_int_t)c->reset, "malformed", (json_int_t)c->malformed,
			 "slow", (json_int_t)c->slow, "late", (json_int_t)c->late);
}

json_t *cw_faults_to_json(struct cw_faults *faults)
{
	struct settings s;
	struct counters c;

	pthread_mutex_lock(&faults->lock);
	s = faults->settings;
	c = faults->counters;
	pthread_mutex_unlock(&faults->lock);
	return json_pack("{s:o,s:o}", "settings", settings_to_json(&s), "counters", counters_to_json(&c));
}

struct cw_request_fault cw_faults_request(struct cw_faults *faults, bool bulk)
{
	struct cw_request_fault fault = { 0 };
	const struct settings *s = &faults->settings;
	struct counters *c = &faults->counters;
	uint64_t k;

	pthread_mutex_lock(&faults->lock);
	if (!bulk && !s->all)
		goto out;
	k = fault.number = (uint64_t)++c->requests;
	if (s->requests > 0 && c->requests > s->requests)
		goto out;
	if (s->slow_ms > 0 && draw(s->seed, DRAW_SLOW, k, 0, s->slow_share))
		fault.slow_ms = (int)s->slow_ms, c->slow++;
	if (draw(s->seed, DRAW_503, k, 0, s->status_503))
		fault.status = 503, c->status_503++;
	else if (draw(s->seed, DRAW_429, k, 0, s->status_429))
		fault.status = 429, c->status_429++;
	else if (draw(s->seed, DRAW_RESET, k, 0, s->reset))
		fault.reset = true, c->reset++;
	else if (draw(s->seed, DRAW_MALFORMED, k, 0, s->malformed))
		fault.malformed = true, c->malformed++;
	if (s->late_ms > 0 && !fault.status && draw(s->seed, DRAW_LATE, k, 0, s->late_share))
		fault.late_ms = (int)s->late_ms, c->late++;
	fault.retry_after = (int)s->retry_after;
out:
	pthread_mutex_unlock(&faults->lock);
	return fault;
}

bool cw_faults_any_item(struct cw_faults *faults)
{
	bool any;

	pthread_mutex_lock(&faults->lock);
	any = faults->settings.item_429 > 0 || faults->settings.item_403 > 0 || faults->settings.item_400 > 0 ||
	      faults->settings.item_500 > 0;
	pthread_mutex_unlock(&faults->lock);
	return any;
}

int cw_faults_item(struct cw_faults *faults, uint64_t request, uint64_t item, const char *id)
{
	const struct settings *s = &faults->settings;
	struct counters *c = &faults->counters;
	int status = 0;

	pthread_mutex_lock(&faults->lock);
	if (s->requests > 0 && request > (uint64_t)s->requests)
		goto out;
	/* 429 first: a store under pressure does not get as far as looking at the document. */
	if (draw(s->seed, DRAW_ITEM_429, request, item + 1, s->item_429))
		status = 429, c->item_429++;
	else if (draw(s->seed, DRAW_ITEM_403, request, item + 1, s->item_403))
		status = 403, c->item_403++;
	else if (draw(s->seed, DRAW_ITEM_500, request, item + 1, s->item_500))
		status = 500, c->item_500++;
	else if (id ? draw(s->seed, DRAW_ITEM_400, hash_text(id), 0, s->item_400)
		    : draw(s->seed, DRAW_ITEM_400, request, item + 1, s->item_400))
		status = 400, c->item_400++;
out:
	pthread_mutex_unlock(&faults->lock);
	return status;
}
