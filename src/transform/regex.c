#define PCRE2_CODE_UNIT_WIDTH 8
#include "transform/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"

#define MATCH_LIMIT 1000000u
#define JIT_STACK_MIN ((size_t)32 << 10)
#define JIT_STACK_MAX ((size_t)1 << 20)

struct cw_regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
	unsigned groups;
	struct cw_regex_name *names;
	size_t n_names;
	struct cw_slice text; /* of the last match */
	unsigned set;         /* groups that it has offsets for */
};

static uint32_t options_of(unsigned flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;

	if (flags & CW_REGEX_WHOLE)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	if (flags & CW_REGEX_UNICODE)
		options |= PCRE2_UCP;
	if (flags & CW_REGEX_DOT_ALL)
		options |= PCRE2_DOTALL;
	return options;
}

static int by_group(const void *a, const void *b)
{
	const struct cw_regex_name *x = a, *y = b;

	return x->group < y->group ? -1 : x->group > y->group;
}

static void read_names(struct cw_regex *regex)
{
	uint32_t n = 0, entry = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &entry);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
	regex->names = cw_alloc((n ? n : 1) * sizeof(*regex->names));
	for (uint32_t i = 0; i < n; i++, table += entry) {
		regex->names[i].group = (unsigned)table[0] << 8 | table[1];
		regex->names[i].name = (const char *)table + 2;
	}
	regex->n_names = n;
	qsort(regex->names, n, sizeof(*regex->names), by_group);
}

static int refuse(int code, PCRE2_SIZE at, struct cw_error *err)
{
	PCRE2_UCHAR reason[200];

	pcre2_get_error_message(code, reason, sizeof(reason));
	return cw_error_set(err, CW_ERR_INVALID, "%s, at byte %zu", (const char *)reason, (size_t)at);
}

struct cw_regex *cw_regex_compile(struct cw_slice pattern, unsigned flags, struct cw_error *err)
{
	struct cw_regex *regex = cw_alloc(sizeof(*regex));
	uint32_t groups = 0;
	PCRE2_SIZE at;
	int code;

	regex->code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options_of(flags), &code, &at,
				    NULL);
	if (!regex->code) {
		refuse(code, at, err);
		goto fail;
	}
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->limits = pcre2_match_context_create(NULL);
	if (!regex->match || !regex->limits) {
		cw_error_set(err, CW_ERR_FATAL, "there is not enough memory for it");
		goto fail;
	}
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	if (pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0)
		regex->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (regex->stack)
		pcre2_jit_stack_assign(regex->limits, NULL, regex->stack);
	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	regex->groups = groups;
	read_names(regex);
	return regex;
fail:
	cw_regex_free(regex);
	return NULL;
}

void cw_regex_free(struct cw_regex *regex)
{
	if (!regex)
		return;
	pcre2_match_data_free(regex->match);
	pcre2_match_context_free(regex->limits);
	pcre2_jit_stack_free(regex->stack);
	pcre2_code_free(regex->code);
	free(regex->names);
	free(regex);
}

unsigned cw_regex_groups(const struct cw_regex *regex)
{
	return regex->groups;
}

const struct cw_regex_name *cw_regex_names(const struct cw_regex *regex, size_t *n)
{
	*n = regex->n_names;
	return regex->names;
}

/* pcre2_match() runs the JIT code where there is any; a text that is too long for its stack is matched without. */
static int match(struct cw_regex *regex, struct cw_slice text)
{
	int rc = pcre2_match(regex->code, (PCRE2_SPTR)text.p, text.n, 0, 0, regex->match, regex->limits);

	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(regex->code, (PCRE2_SPTR)text.p, text.n, 0, PCRE2_NO_JIT, regex->match, regex->limits);
	return rc;
}

int cw_regex_match(struct cw_regex *regex, struct cw_slice text, struct cw_error *err)
{
	int rc;

	if (text.n == 0)
		text.p = "";
	regex->text = text;
	regex->set = 0;
	rc = match(regex, text);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return cw_error_set(err, CW_ERR_INVALID,
				    "The regular expression takes too much effort on a text of %zu bytes", text.n);
	regex->set = (unsigned)rc;
	return 1;
}

struct cw_slice cw_regex_group(const struct cw_regex *regex, unsigned group)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(regex->match) + 2 * (size_t)group;

	/* \K in a look-ahead can put an end before its start */
	if (group >= regex->set || at[0] == PCRE2_UNSET || at[1] < at[0])
		return cw_slice(NULL, 0);
	return cw_slice(regex->text.p + at[0], at[1] - at[0]);
}
