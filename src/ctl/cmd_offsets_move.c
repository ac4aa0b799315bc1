/* offsets shift and to-time: those of a sink by numbers of records, and to those of a time. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/run_until.h"
#include "ctl/ctl.h"
#include "ctl/offsets.h"

static bool is_called(const json_t *partition, const char *word)
{
	CW_AUTO_FREE char *text = cw_offsets_partition_text(partition);

	return strcmp(text, word) == 0;
}

/* The words behind the first two name partitions; without such words all are meant. */
static bool is_meant(const struct cw_ctl *ctl, const json_t *partition)
{
	bool meant = ctl->n_args == 2;

	for (int i = 2; i < ctl->n_args; i++)
		meant = meant || is_called(partition, ctl->args[i]);
	return meant;
}

/* The first word that names none of the partitions; NULL: each names one. */
static const char *stray_word(const struct cw_ctl *ctl, const json_t *offsets)
{
	for (int k = 2; k < ctl->n_args; k++) {
		bool found = false;
		size_t i;
		json_t *entry;

		json_array_foreach((json_t *)offsets, i, entry)
			found = found || is_called(json_object_get(entry, "partition"), ctl->args[k]);
		if (!found)
			return ctl->args[k];
	}
	return NULL;
}

/* ---- shift --------------------------------------------------------------------------------- */

static bool read_distance(const struct cw_ctl *ctl, const char *text, json_int_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (end != text && !*end && !errno && *out > -INT64_C(1000000000000000) && *out < INT64_C(1000000000000000))
		return true;
	cw_ctl_wrong(ctl, "%s is no distance; it is a number of records such as -100 or 100", text);
	return false;
}

/* The partitions that are meant, moved; new, perhaps empty. */
static json_t *shifted(const struct cw_ctl *ctl, const json_t *now, json_int_t distance)
{
	json_t *out = json_array(), *entry;
	size_t i;

	json_array_foreach((json_t *)now, i, entry) {
		const json_t *partition = json_object_get(entry, "partition");
		json_t *number = json_object_get(json_object_get(entry, "offset"), "kafka_offset");
		json_int_t target = json_integer_value(number) + distance;

		if (json_is_integer(number) && is_meant(ctl, partition))
			json_array_append_new(out, json_pack("{s:O,s:{s:I}}", "partition", partition, "offset",
							     "kafka_offset", target > 0 ? target : 0));
	}
	return out;
}

/* Alters what there is to alter, or says `nothing`. Of `of` come the partitions that words may name. */
static enum cw_ctl_exit alter(struct cw_ctl *ctl, const json_t *now, const json_t *of, const json_t *entries,
			      const char *nothing)
{
	const char *name = ctl->args[0], *stray = stray_word(ctl, of);

	if (!stray && json_array_size(entries) > 0)
		return cw_ctl_alter_offsets(ctl, name, now, entries);
	if (stray && json_array_size(of) > 0)
		cw_ctl_complain(ctl, "%s has no offset in a partition %s; one is written TOPIC:NUMBER", name, stray);
	else
		cw_ctl_complain(ctl, "%s %s", name, nothing);
	cw_ctl_advise_on(ctl, "offsets get", name, "");
	return CW_CTL_REFUSED;
}

enum cw_ctl_exit cw_ctl_offsets_shift(struct cw_ctl *ctl)
{
	enum cw_ctl_exit result;
	json_int_t distance;
	json_t *now = NULL, *entries = NULL;

	if (!read_distance(ctl, ctl->args[1], &distance))
		return CW_CTL_USAGE;
	result = cw_ctl_check_is_sink(ctl, ctl->args[0], "offsets are numbers of records, which can be shifted,");
	if (result == CW_CTL_OK)
		result = cw_ctl_fetch_offsets(ctl, ctl->args[0], "", &now);
	if (result == CW_CTL_OK) {
		entries = shifted(ctl, now, distance);
		result = alter(ctl, now, now, entries,
			       "has no offset to shift: only those of a sink are numbers of records");
	}
	json_decref(entries);
	json_decref(now);
	return result;
}

/* ---- to-time ------------------------------------------------------------------------------- */

/* "-90s", "-30m", "-2h", "-1d": so long ago. Milliseconds since 1970; -1: the text is no such thing. */
static int64_t time_ago(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	char *end;
	long long n;

	if (text[0] != '-' || !isdigit((unsigned char)text[1]))
		return -1;
	errno = 0;
	n = strtoll(text + 1, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!errno && n <= 1000000000 && strcmp(end, units[i].unit) == 0)
			return cw_clock_epoch_ms() - n * units[i].ms;
	return -1;
}

/* "?at=…" of the time that was typed. New; NULL: said that it is none. */
static char *time_query(const struct cw_ctl *ctl, const char *text)
{
	int64_t at_ms = time_ago(text), ignored;
	CW_AUTO_FREE char *escaped = cw_client_escape(ctl->client, text);

	if (at_ms >= 0)
		return cw_format("?at=%lld", (long long)at_ms);
	if (cw_run_until_time(text, &ignored, NULL) == 0)
		return cw_format("?at=%s", escaped);
	cw_ctl_wrong(ctl, "%s is no time; it is such as 2026-01-21T22:23:40Z, milliseconds since 1970, or -90s, -30m, -2h or "
			  "-1d from now", text);
	return NULL;
}

static json_t *meant(const struct cw_ctl *ctl, const json_t *offsets)
{
	json_t *out = json_array(), *entry;
	size_t i;

	json_array_foreach((json_t *)offsets, i, entry)
		if (is_meant(ctl, json_object_get(entry, "partition")))
			json_array_append(out, entry);
	return out;
}

enum cw_ctl_exit cw_ctl_offsets_to_time(struct cw_ctl *ctl)
{
	const char *name = ctl->args[0];
	CW_AUTO_FREE char *query = time_query(ctl, ctl->args[1]);
	json_t *then = NULL, *now = NULL, *entries = NULL;
	enum cw_ctl_exit result = query ? cw_ctl_need(ctl, "\"name\":\"at\"", "offsets of a time") : CW_CTL_USAGE;

	if (result == CW_CTL_OK)
		result = cw_ctl_fetch_offsets(ctl, name, query, &then);
	if (result == CW_CTL_OK && ctl->given & CW_O_DRY_RUN)
		result = cw_ctl_fetch_offsets(ctl, name, "", &now);
	if (result == CW_CTL_OK) {
		entries = meant(ctl, then);
		result = alter(ctl, now, then, entries,
			       "reads no topic that is there yet, so that a time has no offsets");
	}
	json_decref(entries);
	json_decref(now);
	json_decref(then);
	return result;
}
