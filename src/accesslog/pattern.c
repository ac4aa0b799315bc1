#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>
#include <stdlib.h>

#include "text.h"

#define MATCH_LIMIT 1000000u
#define MAX_NAME 64

enum { GROUP_REQUEST = CW_LINE_FIELDS, GROUP_EXTRA };

/* A named group: which field it fills. */
struct group {
	uint32_t number;
	int field; /* enum cw_line_field, GROUP_REQUEST or GROUP_EXTRA */
	char name[MAX_NAME];
};

struct cw_pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	bool jit, has_time;
	size_t n;
	struct group *groups;
	struct cw_line_extra *extra;
};

static const struct {
	const char *name;
	int field;
} known[] = {
	{ "ip", CW_LINE_CLIENT },
	{ "client", CW_LINE_CLIENT },
	{ "host", CW_LINE_CLIENT },
	{ "remote_addr", CW_LINE_CLIENT },
	{ "ident", CW_LINE_IDENT },
	{ "user", CW_LINE_USER },
	{ "timestamp", CW_LINE_TIME },
	{ "request", GROUP_REQUEST },
	{ "method", CW_LINE_METHOD },
	{ "endpoint", CW_LINE_ENDPOINT },
	{ "protocol", CW_LINE_PROTOCOL },
	{ "status", CW_LINE_STATUS },
	{ "size", CW_LINE_SIZE },
	{ "referrer", CW_LINE_REFERRER },
	{ "user_agent", CW_LINE_USER_AGENT },
};

static int field_of(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].field;
	return GROUP_EXTRA;
}

static int read_groups(struct cw_pattern *pattern, struct cw_error *err)
{
	uint32_t n = 0, entry = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &entry);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
	if (n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "has no named group; write them as (?<ip>\\S+)");
	pattern->groups = cw_text_alloc(n * sizeof(*pattern->groups));
	pattern->extra = cw_text_alloc(n * sizeof(*pattern->extra));
	for (uint32_t i = 0; i < n; i++, table += entry) {
		struct group *group = &pattern->groups[pattern->n++];

		group->number = (uint32_t)table[0] << 8 | table[1];
		snprintf(group->name, sizeof(group->name), "%s", (const char *)table + 2);
		group->field = field_of(group->name);
		for (uint32_t k = 0; k < i; k++)
			if (pattern->groups[k].field == group->field &&
			    (group->field != GROUP_EXTRA || strcmp(pattern->groups[k].name, group->name) == 0))
				return cw_error_set(err, CW_ERR_INVALID, "has the groups %s and %s, which fill the "
					"same field",
						    pattern->groups[k].name, group->name);
		if (strcmp(group->name, "raw") == 0 || strcmp(group->name, "kafka") == 0)
			return cw_error_set(err, CW_ERR_INVALID,
					    "has a group named %s, which is a field of the connector's own",
					    group->name);
		pattern->has_time = pattern->has_time || group->field == CW_LINE_TIME;
	}
	for (size_t i = 0; i < pattern->n; i++)
		for (size_t k = 0; k < pattern->n; k++)
			if (pattern->groups[i].field == GROUP_REQUEST && pattern->groups[k].field >= CW_LINE_METHOD &&
			    pattern->groups[k].field <= CW_LINE_PROTOCOL)
				return cw_error_set(err, CW_ERR_INVALID,
						    "has the groups request and %s; request is split into method, "
						    "endpoint and protocol", pattern->groups[k].name);
	return 0;
}

struct cw_pattern *cw_pattern_compile(const char *expression, struct cw_error *err)
{
	struct cw_pattern *pattern = cw_text_alloc(sizeof(*pattern));
	PCRE2_SIZE at;
	int code;

	pattern->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, PCRE2_DOLLAR_ENDONLY, &code, &at,
				      NULL);
	if (!pattern->code) {
		PCRE2_UCHAR reason[200];

		pcre2_get_error_message(code, reason, sizeof(reason));
		cw_error_set(err, CW_ERR_INVALID, "is no regular expression: %s, at character %zu",
			     (const char *)reason, (size_t)at + 1);
		goto fail;
	}
	if (read_groups(pattern, err))
		goto fail;
	pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->match || !pattern->limits) {
		cw_error_set(err, CW_ERR_FATAL, "needs more memory than there is");
		goto fail;
	}
	pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
	pattern->jit = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
	return pattern;
fail:
	cw_pattern_free(pattern);
	return NULL;
}

void cw_pattern_free(struct cw_pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_data_free(pattern->match);
	pcre2_match_context_free(pattern->limits);
	pcre2_code_free(pattern->code);
	free(pattern->groups);
	free(pattern->extra);
	free(pattern);
}

const char *cw_pattern_extra(const struct cw_pattern *pattern, size_t i)
{
	for (size_t k = 0; k < pattern->n; k++)
		if (pattern->groups[k].field == GROUP_EXTRA && i-- == 0)
			return pattern->groups[k].name;
	return NULL;
}

bool cw_pattern_has_time(const struct cw_pattern *pattern)
{
	return pattern->has_time;
}

static bool is_dash(struct cw_slice s)
{
	return s.n == 1 && s.p[0] == '-';
}

/* One group's text into its field; -1 with *fault set when it may not be that. */
static int fill(struct cw_pattern *pattern, const struct group *group, struct cw_slice s, struct cw_line *line,
		struct cw_line_fault *fault)
{
	if (group->field == GROUP_EXTRA) {
		pattern->extra[line->n_extra].name = group->name;
		pattern->extra[line->n_extra++].value = s;
		return 0;
	}
	if (!s.p || is_dash(s))
		return 0;
	if (group->field == GROUP_REQUEST) {
		cw_line_split_request(line, s);
		return 0;
	}
	if (group->field == CW_LINE_STATUS || group->field == CW_LINE_SIZE) {
		if (!cw_line_number(s, group->field == CW_LINE_STATUS ? 999 : INT64_MAX, &line->field[group->field]))
			return cw_line_fail(fault, line->text, s.p, group->name, "a number, or -");
		return 0;
	}
	line->field[group->field] = s;
	if (group->field == CW_LINE_CLIENT)
		line->address = cw_line_is_address(s);
	return 0;
}

int cw_pattern_scan(struct cw_pattern *pattern, struct cw_slice text, struct cw_line *line,
		    struct cw_line_fault *fault)
{
	const PCRE2_SIZE *at;
	int rc;

	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	memset(line, 0, sizeof(*line));
	line->text = text;
	line->special = ~UINT32_C(0); /* a group may hold anything */
	line->extra = pattern->extra;
	rc = (pattern->jit ? pcre2_jit_match : pcre2_match)(pattern->code, (PCRE2_SPTR)text.p, text.n, 0, 0,
							    pattern->match, pattern->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return cw_line_fail(fault, text, text.p, "pattern", "a line that the pattern matches");
	if (rc < 0)
		return cw_line_fail(fault, text, text.p, "pattern", "a line that the pattern decides with less effort");
	at = pcre2_get_ovector_pointer(pattern->match);
	for (size_t i = 0; i < pattern->n; i++) {
		const struct group *group = &pattern->groups[i];
		struct cw_slice s = cw_slice(NULL, 0);

		if (group->number < (uint32_t)rc && at[2 * group->number] != PCRE2_UNSET &&
		    at[2 * group->number + 1] >= at[2 * group->number])
			s = cw_slice(text.p + at[2 * group->number], at[2 * group->number + 1] - at[2 * group->number]);
		if (fill(pattern, group, s, line, fault))
			return -1;
	}
	line->special &= ~(UINT32_C(1) << CW_LINE_STATUS | UINT32_C(1) << CW_LINE_SIZE);
	return 0;
}
