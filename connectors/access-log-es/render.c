#include "render.h"

#include <stdlib.h>

/* Names, quotes and numbers around the values of one document; a field's name is 64 bytes at most. */
#define FRAME_ROOM 1024
#define EXTRA_ROOM 256

size_t cw_render_room(const struct cw_render *render, const struct cw_line *line, const struct cw_record *record)
{
	/* every field and the raw line lie in the line; the fields of a pattern may overlap */
	size_t parts = line->text.n, room = FRAME_ROOM;

	if (line->extra) {
		for (size_t i = 0; i < CW_LINE_FIELDS; i++)
			parts += line->field[i].n;
		for (size_t i = 0; i < line->n_extra; i++)
			parts += line->extra[i].value.n;
		room += line->n_extra * EXTRA_ROOM;
	}
	room += cw_json_room(parts);
	if (render->raw)
		room += cw_json_room(line->text.n);
	if (render->kafka)
		room += cw_json_room(cw_origin_topic(record).n);
	return room;
}

void cw_render_free(struct cw_render *render)
{
	cw_text_free(&render->scratch);
}

#define PUT_LITERAL(out, literal) (memcpy((out), (literal), sizeof(literal) - 1), (out) + sizeof(literal) - 1)

/* A value that needs care: its escapes are undone, then it is escaped for JSON. */
static char *put_special(struct cw_render *render, char *out, struct cw_slice s, bool unescape)
{
	if (!unescape || !memchr(s.p, '\\', s.n))
		return cw_json_put(out, s.p, s.n);
	cw_text_reserve(&render->scratch, s.n);
	return cw_json_put(out, render->scratch.p, cw_text_unescape(render->scratch.p, s.p, s.n));
}

/* The value of a text field, without its quotes. */
static inline char *put_value(struct cw_render *render, char *out, const struct cw_line *line,
			      enum cw_line_field field)
{
	struct cw_slice s = line->field[field];

	if (__builtin_expect(line->special & (UINT32_C(1) << field), 0))
		return put_special(render, out, s, line->escapes);
	return cw_text_copy(out, s.p, s.n, line->text.p + line->text.n);
}

/* `name` is a constant with its punctuation; inlined, so that it is written by a few moves. */
static inline __attribute__((always_inline)) char *put_field(struct cw_render *render, char *out,
							     const struct cw_line *line, enum cw_line_field field,
							     const char *name, size_t name_n, bool quoted)
{
	if (!line->field[field].p)
		return out;
	memcpy(out, name, name_n);
	out = put_value(render, out + name_n, line, field);
	if (quoted)
		*out++ = '"';
	return out;
}

#define PUT_TEXT(field, name) put_field(render, out, line, field, ",\"" name "\":\"", sizeof(name) + 4, true)
#define PUT_NUMBER(field, name) put_field(render, out, line, field, ",\"" name "\":", sizeof(name) + 3, false)

static char *put_extras(char *out, const struct cw_line *line)
{
	for (size_t i = 0; i < line->n_extra; i++) {
		const struct cw_line_extra *extra = &line->extra[i];

		if (!extra->value.p)
			continue;
		out = PUT_LITERAL(out, ",\"");
		out = cw_json_put(out, extra->name, strlen(extra->name));
		out = PUT_LITERAL(out, "\":\"");
		out = cw_json_put(out, extra->value.p, extra->value.n);
		*out++ = '"';
	}
	return out;
}

static char *put_kafka(char *out, const struct cw_record *record)
{
	struct cw_slice topic = cw_origin_topic(record);
	int32_t partition = cw_origin_partition(record);

	out = PUT_LITERAL(out, ",\"kafka\":{\"topic\":\"");
	out = cw_json_put(out, topic.p, topic.n);
	out = PUT_LITERAL(out, "\",\"partition\":");
	out = cw_text_put_u64(out, (uint64_t)(partition < 0 ? 0 : partition));
	out = PUT_LITERAL(out, ",\"offset\":");
	out = cw_text_put_u64(out, (uint64_t)(record->offset < 0 ? 0 : record->offset));
	*out++ = '}';
	return out;
}

char *cw_render_document(struct cw_render *render, char *out, const struct cw_line *line,
			 const struct cw_log_time *time, const struct cw_record *record)
{
	char *start = out;

	out = line->address ? PUT_TEXT(CW_LINE_CLIENT, "ip") : PUT_TEXT(CW_LINE_CLIENT, "host");
	if (time) {
		out = PUT_LITERAL(out, ",\"@timestamp\":\"");
		memcpy(out, time->text, CW_LOG_TIME_MAX);
		out += time->n;
		*out++ = '"';
	}
	out = PUT_TEXT(CW_LINE_METHOD, "method");
	out = PUT_TEXT(CW_LINE_ENDPOINT, "endpoint");
	out = PUT_TEXT(CW_LINE_PROTOCOL, "protocol");
	out = PUT_NUMBER(CW_LINE_STATUS, "status");
	out = PUT_NUMBER(CW_LINE_SIZE, "size");
	out = PUT_TEXT(CW_LINE_REFERRER, "referrer");
	out = PUT_TEXT(CW_LINE_USER_AGENT, "user_agent");
	out = PUT_TEXT(CW_LINE_IDENT, "ident");
	out = PUT_TEXT(CW_LINE_USER, "user");
	if (__builtin_expect(line->n_extra > 0, 0))
		out = put_extras(out, line);
	if (render->raw) {
		out = PUT_LITERAL(out, ",\"raw\":\"");
		out = cw_json_put(out, line->text.p, line->text.n);
		*out++ = '"';
	}
	if (render->kafka)
		out = put_kafka(out, record);
	if (out == start)
		*out++ = '{'; /* nothing in it at all */
	*start = '{'; /* over the first comma */
	return PUT_LITERAL(out, "}\n");
}

/* ---- action lines ------------------------------------------------------------------------------- */

static bool same_partition(const struct cw_action *action, const struct cw_record *record)
{
	struct cw_slice topic = cw_origin_topic(record);

	return action->n && action->partition == cw_origin_partition(record) && action->topic_n == topic.n &&
	       memcmp(action->topic, topic.p, topic.n) == 0;
}

/* Adds one to the digits before `end`; false when they would become longer. */
static inline bool increment(char *digits, char *end)
{
	while (end > digits) {
		if (*--end != '9') {
			(*end)++;
			return true;
		}
		*end = '0';
	}
	return false;
}

static void build(struct cw_action *action, const struct cw_record *record, struct cw_slice index)
{
	struct cw_slice topic = cw_origin_topic(record);
	size_t topic_n = topic.n < sizeof(action->topic) ? topic.n : sizeof(action->topic) - 1;
	int32_t partition = cw_origin_partition(record);
	char *out = action->text;

	out = PUT_LITERAL(out, "{\"");
	memcpy(out, action->op, strlen(action->op));
	out += strlen(action->op);
	out = PUT_LITERAL(out, "\":{");
	if (index.n) {
		out = PUT_LITERAL(out, "\"_index\":\"");
		out = cw_json_put(out, index.p, index.n);
		out = PUT_LITERAL(out, "\",");
	}
	out = PUT_LITERAL(out, "\"_id\":\"");
	out = cw_json_put(out, topic.p, topic_n);
	*out++ = '+';
	out = cw_text_put_u64(out, (uint64_t)(partition < 0 ? 0 : partition));
	*out++ = '+';
	action->offset_at = (size_t)(out - action->text);
	out = cw_text_put_u64(out, (uint64_t)(record->offset < 0 ? 0 : record->offset));
	out = PUT_LITERAL(out, "\"}}\n");
	action->n = (size_t)(out - action->text);
	memcpy(action->topic, topic.p, topic_n);
	action->topic_n = topic_n;
	action->partition = partition;
	action->offset = record->offset;
}

char *cw_action_put(struct cw_action *action, char *out, const struct cw_record *record, struct cw_slice index)
{
	if (index.n == 0 && same_partition(action, record) && record->offset > 0 &&
	    record->offset - 1 == action->offset &&
	    increment(action->text + action->offset_at, action->text + action->n - 4)) {
		action->offset++;
	} else {
		build(action, record, index);
	}
	out = cw_text_copy(out, action->text, action->n, action->text + sizeof(action->text));
	if (index.n)
		action->n = 0; /* not to be continued */
	return out;
}
