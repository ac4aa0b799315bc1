#include "host/limits.h"

#include "base/clock.h"
#include "config/connector_config.h"

/* What a task claims at once is what comes in the time of a second by this. */
#define PORTIONS 10

static int64_t now_us(void)
{
	return cw_clock_ns() / 1000;
}

void cw_limits_init(struct cw_limits *limits)
{
	*limits = (struct cw_limits){ .on = false };
	pthread_mutex_init(&limits->lock, NULL);
}

void cw_limits_free(struct cw_limits *limits)
{
	pthread_mutex_destroy(&limits->lock);
}

/* The two keys alone: others are not what this is about. */
static int read_config(const struct cw_map *config, struct cw_connector_config *out, struct cw_error *err)
{
	static const char *const keys[] = { "rate.limit.records.per.second", "rate.limit.bytes.per.second" };
	struct cw_config_table all = cw_connector_table((enum cw_plugin_kind)0);
	struct cw_config_memory *memory = NULL;
	struct cw_config_def defs[2];
	int status;

	for (size_t i = 0; i < 2; i++)
		cw_config_table_find(all, keys[i], &defs[i]);
	status = cw_config_fill((struct cw_config_table){ defs, 2, sizeof(*defs) }, config, out, &memory, err);
	cw_config_memory_free(memory); /* numbers are not in it */
	return status;
}

int cw_limits_set(struct cw_limits *limits, const struct cw_map *config, struct cw_error *err)
{
	struct cw_connector_config parsed = { 0 };
	int64_t records, bytes, now = now_us();

	if (read_config(config, &parsed, err) != 0)
		return -1;
	records = parsed.rate_limit_records;
	bytes = parsed.rate_limit_bytes;
	pthread_mutex_lock(&limits->lock);
	if (limits->records.per_second != records)
		cw_rate_set(&limits->records, records, now);
	if (limits->bytes.per_second != bytes)
		cw_rate_set(&limits->bytes, bytes, now);
	pthread_mutex_unlock(&limits->lock);
	atomic_store(&limits->on, records > 0 || bytes > 0);
	return 0;
}

static int64_t portion(struct cw_rate *rate, int64_t now)
{
	int64_t spare = cw_rate_spare(rate, now), usual = rate->per_second / PORTIONS;

	if (rate->per_second == 0)
		return INT64_MAX;
	if (spare > usual)
		return spare;
	return usual > 0 ? usual : 1;
}

void cw_limits_portion(struct cw_limits *limits, int64_t *records, int64_t *bytes)
{
	int64_t now = now_us();

	pthread_mutex_lock(&limits->lock);
	*records = portion(&limits->records, now);
	*bytes = portion(&limits->bytes, now);
	pthread_mutex_unlock(&limits->lock);
}

int64_t cw_limits_wait_us(struct cw_limits *limits, struct cw_claim *claim)
{
	int64_t now = now_us(), for_records, for_bytes;

	pthread_mutex_lock(&limits->lock);
	if (!claim->made) {
		claim->records_claim = cw_rate_claim(&limits->records, claim->records, now);
		claim->bytes_claim = cw_rate_claim(&limits->bytes, claim->bytes, now);
		claim->made = true;
	}
	for_records = cw_rate_wait_us(&limits->records, claim->records_claim, now);
	for_bytes = cw_rate_wait_us(&limits->bytes, claim->bytes_claim, now);
	pthread_mutex_unlock(&limits->lock);
	return for_records > for_bytes ? for_records : for_bytes;
}

void cw_limits_passed(struct cw_limits *limits, struct cw_claim *claim, int64_t records, int64_t bytes)
{
	int64_t now = now_us();

	if (!claim->made)
		return;
	pthread_mutex_lock(&limits->lock);
	cw_rate_give_back(&limits->records, claim->records - records, now);
	cw_rate_give_back(&limits->bytes, claim->bytes - bytes, now);
	pthread_mutex_unlock(&limits->lock);
	*claim = (struct cw_claim){ .made = false };
}

static int64_t worth_ms(const struct cw_rate *rate, int64_t n)
{
	return rate->per_second > 0 && n > 0 ? (int64_t)((double)n * 1000 / (double)rate->per_second) : 0;
}

int64_t cw_limits_worth_ms(struct cw_limits *limits, int64_t records, int64_t bytes)
{
	int64_t of_records, of_bytes;

	pthread_mutex_lock(&limits->lock);
	of_records = worth_ms(&limits->records, records);
	of_bytes = worth_ms(&limits->bytes, bytes);
	pthread_mutex_unlock(&limits->lock);
	return of_records > of_bytes ? of_records : of_bytes;
}

json_t *cw_limits_to_json(struct cw_limits *limits)
{
	int64_t records, bytes;

	pthread_mutex_lock(&limits->lock);
	records = limits->records.per_second;
	bytes = limits->bytes.per_second;
	pthread_mutex_unlock(&limits->lock);
	if (records == 0 && bytes == 0)
		return NULL;
	return json_pack("{sIsI}", "records_per_second", (json_int_t)records, "bytes_per_second", (json_int_t)bytes);
}
