#include "answer.h"

#include "text.h"

/* ---- a reader of JSON --------------------------------------------------------------------------- */

/* Where it is; p becomes NULL at the first thing that is not as it should be, and stays so. */
struct reader {
	const char *p, *end;
};

static void fail(struct reader *r)
{
	r->p = NULL;
}

static void spaces(struct reader *r)
{
	while (r->p && r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t'))
		r->p++;
}

/* Takes c, after spaces, if it is next. */
static bool take(struct reader *r, char c)
{
	spaces(r);
	if (!r->p || r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static void expect(struct reader *r, char c)
{
	if (!take(r, c))
		fail(r);
}

/* The inside of a string, escapes as they are. */
static struct cw_slice string(struct reader *r)
{
	const char *start;

	expect(r, '"');
	if (!r->p)
		return cw_slice(NULL, 0);
	start = r->p;
	while (r->p < r->end && *r->p != '"')
		r->p += *r->p == '\\' && r->end - r->p > 1 ? 2 : 1;
	if (r->p == r->end) {
		fail(r);
		return cw_slice(NULL, 0);
	}
	r->p++;
	return cw_slice(start, (size_t)(r->p - 1 - start));
}

static int64_t integer(struct reader *r)
{
	int64_t value = 0;
	const char *start;

	spaces(r);
	start = r->p;
	while (r->p && r->p < r->end && *r->p >= '0' && *r->p <= '9') {
		if (r->p - start > 17) {
			fail(r);
			return 0;
		}
		value = value * 10 + (*r->p++ - '0');
	}
	if (r->p == start)
		fail(r);
	return value;
}

static bool word(struct reader *r, const char *text)
{
	size_t n = strlen(text);

	spaces(r);
	if (!r->p || (size_t)(r->end - r->p) < n || memcmp(r->p, text, n) != 0)
		return false;
	r->p += n;
	return true;
}

/* Any scalar but a string: the characters of numbers and words, at least one. */
static void skip_scalar(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p && strchr("+-.0123456789Eaeflnrstu", *r->p))
		r->p++;
	if (r->p == start)
		fail(r);
}

/* Any value; nesting is counted, not followed by calls, so that depth costs no stack. */
static void skip_value(struct reader *r)
{
	size_t depth = 0;

	do {
		spaces(r);
		if (!r->p || r->p == r->end) {
			fail(r);
			return;
		}
		switch (*r->p) {
		case '{':
		case '[': depth++; r->p++; break;
		case '}':
		case ']':
			if (depth == 0) {
				fail(r);
				return;
			}
			depth--;
			r->p++;
			break;
		case ',':
		case ':':
			if (depth == 0) {
				fail(r);
				return;
			}
			r->p++;
			break;
		case '"': string(r); break;
		default: skip_scalar(r);
		}
	} while (r->p && depth > 0);
}

/* The next key of an object whose '{' was taken; false at its end. *first starts true. */
static bool next_key(struct reader *r, bool *first, struct cw_slice *key)
{
	if (take(r, '}'))
		return false;
	if (!*first)
		expect(r, ',');
	*first = false;
	*key = string(r);
	expect(r, ':');
	return r->p != NULL;
}

static bool is(struct cw_slice s, const char *text)
{
	return cw_slice_equal(s, cw_slice_str(text));
}

/* The value is a string: *out; anything else is skipped. */
static void string_or_skip(struct reader *r, struct cw_slice *out)
{
	spaces(r);
	if (r->p && r->p < r->end && *r->p == '"')
		*out = string(r);
	else
		skip_value(r);
}

/* {"type":…,"reason":…,"caused_by":{"reason":…}}, or a text as very old stores give. */
static void read_error(struct reader *r, struct cw_item *item)
{
	struct cw_slice key;
	bool first = true;

	if (!take(r, '{')) {
		string_or_skip(r, &item->reason);
		item->type = item->type.n ? item->type : cw_slice_str("error");
		return;
	}
	while (next_key(r, &first, &key)) {
		if (is(key, "type")) {
			string_or_skip(r, &item->type);
		} else if (is(key, "reason")) {
			string_or_skip(r, &item->reason);
		} else if (is(key, "caused_by")) {
			struct cw_item cause = { 0 };

			/* one level is enough, and keeps the depth of calls known */
			if (take(r, '{')) {
				bool inner = true;

				while (next_key(r, &inner, &key)) {
					if (is(key, "reason"))
						string_or_skip(r, &cause.reason);
					else
						skip_value(r);
				}
			} else {
				skip_value(r);
			}
			item->cause = cause.reason;
		} else {
			skip_value(r);
		}
	}
	if (item->type.n == 0)
		item->type = cw_slice_str("error");
}

/* {"create":{"status":201,…}} */
static void read_item(struct reader *r, struct cw_item *item)
{
	struct cw_slice key;
	bool first = true, seen = false;

	memset(item, 0, sizeof(*item));
	expect(r, '{');
	string(r);
	expect(r, ':');
	expect(r, '{');
	while (next_key(r, &first, &key)) {
		if (is(key, "status")) {
			item->status = (unsigned)integer(r);
			seen = true;
		} else if (is(key, "error")) {
			read_error(r, item);
		} else {
			skip_value(r);
		}
	}
	expect(r, '}');
	if (!seen)
		fail(r);
}

static size_t read_items(struct reader *r, size_t expected, struct cw_item *items)
{
	size_t n = 0;

	expect(r, '[');
	if (take(r, ']'))
		return 0;
	do {
		if (n == expected) {
			fail(r);
			return 0;
		}
		read_item(r, &items[n++]);
	} while (take(r, ','));
	expect(r, ']');
	return n;
}

/* Whether an answer ends with its items: what "errors":false is trusted with. HTTP knows the length as well. */
static bool ends_with_items(struct cw_slice body)
{
	while (body.n && (body.p[body.n - 1] == '\n' || body.p[body.n - 1] == ' '))
		body.n--;
	return body.n >= 2 && memcmp(body.p + body.n - 2, "]}", 2) == 0;
}

enum cw_answer_kind cw_answer_read(struct cw_slice body, size_t expected, struct cw_item *items, int64_t *took)
{
	struct reader r = { body.p, body.p + body.n };
	bool first = true, errors = false, errors_seen = false, items_seen = false;
	struct cw_slice key;
	size_t n = 0;

	*took = -1;
	expect(&r, '{');
	while (next_key(&r, &first, &key)) {
		if (is(key, "errors")) {
			errors_seen = true;
			errors = word(&r, "true");
			if (!errors && !word(&r, "false"))
				fail(&r);
		} else if (is(key, "took")) {
			*took = integer(&r);
		} else if (is(key, "items") && errors_seen && !errors) {
			if (r.p && ends_with_items(body))
				return CW_ANSWER_CLEAN;
			skip_value(&r);
		} else if (is(key, "items")) {
			n = read_items(&r, expected, items);
			items_seen = true;
		} else {
			skip_value(&r);
		}
	}
	spaces(&r);
	if (!r.p || r.p != r.end || !errors_seen)
		return CW_ANSWER_BROKEN;
	if (!errors)
		return CW_ANSWER_CLEAN;
	return items_seen && n == expected ? CW_ANSWER_ITEMS : CW_ANSWER_BROKEN;
}

void cw_answer_error(struct cw_slice body, struct cw_item *out)
{
	struct reader r = { body.p, body.p + body.n };
	struct cw_slice key;
	struct cw_item item = { 0 };
	bool first = true;

	memset(out, 0, sizeof(*out));
	expect(&r, '{');
	while (next_key(&r, &first, &key)) {
		if (is(key, "error"))
			read_error(&r, &item);
		else
			skip_value(&r);
	}
	if (r.p)
		*out = item;
}

void cw_answer_text(struct cw_slice json, char *out, size_t size)
{
	size_t n = 0, i;

	for (i = 0; i < json.n && n + 1 < size; i++) {
		char c = json.p[i];

		if (c == '\\' && i + 1 < json.n) {
			c = json.p[++i];
			if (c == 'u') { /* for people: a placeholder says enough */
				i = i + 4 < json.n ? i + 4 : json.n - 1;
				c = '?';
			} else if (strchr("nrtbf", c)) {
				c = ' ';
			}
		}
		out[n++] = (unsigned char)c < 0x20 ? ' ' : c;
	}
	out[i < json.n ? cw_text_cut(out, n) : n] = '\0';
}
