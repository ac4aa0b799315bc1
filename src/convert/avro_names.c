#define PCRE2_CODE_UNIT_WIDTH 8
#include "convert/avro_names.h"

#include <pcre2.h>

#include "data/text.h"

/* Whether one character, not of ASCII, is in a class of PCRE2's. */
static bool is_of(struct cw_slice character, const char *class)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *pattern = pcre2_compile((PCRE2_SPTR)class, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &at, NULL);
	pcre2_match_data *match = pattern ? pcre2_match_data_create(1, NULL) : NULL;
	bool found = match && pcre2_match(pattern, (PCRE2_SPTR)character.p, character.n, 0, 0, match, NULL) > 0;

	pcre2_match_data_free(match);
	pcre2_code_free(pattern);
	return found;
}

/* Java asks for each of UTF-16's units: what has two of them is no letter. */
static bool may_stand(struct cw_slice character, uint32_t c, bool first)
{
	if (c > 0xffff || cw_is_surrogate(c))
		return false;
	if (c >= 0x80)
		return is_of(character, first ? "\\p{L}" : "[\\p{L}\\p{Nd}]");
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

int cw_avro_check_name(struct cw_slice name, struct cw_error *err)
{
	uint32_t c;

	if (name.n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "Empty name");
	for (size_t i = 0, n; i < name.n; i += n) {
		n = cw_text_read(cw_slice(name.p + i, name.n - i), &c);
		if (!may_stand(cw_slice(name.p + i, n), c, i == 0))
			return cw_error_set(err, CW_ERR_INVALID, "%s: %.*s",
					    i == 0 ? "Illegal initial character" : "Illegal character in", (int)name.n,
					    name.p);
	}
	return 0;
}

struct cw_slice cw_avro_last_part(struct cw_slice name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '.')
			return cw_slice(name.p + i, name.n - i);
	return name;
}

struct cw_slice cw_avro_namespace(struct cw_slice name)
{
	struct cw_slice simple = cw_avro_last_part(name);

	return cw_slice(name.p, simple.n < name.n ? name.n - simple.n - 1 : 0);
}

struct cw_slice cw_avro_full_name(struct cw_batch *memory, struct cw_slice space, struct cw_slice name)
{
	char *p;

	if (space.n == 0 || memchr(name.p, '.', name.n))
		return name;
	p = cw_batch_alloc(memory, space.n + 1 + name.n);
	memcpy(p, space.p, space.n);
	p[space.n] = '.';
	memcpy(p + space.n + 1, name.p, name.n);
	return cw_slice(p, space.n + 1 + name.n);
}
