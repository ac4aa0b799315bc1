/* dlq list, show, replay: what a sink could not process. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

#define SHOWN 60u /* columns of a value or a reason in the list */
#define LETTERS_MAX 1000 /* which a worker shows */
#define MOST "1000"

/* The newest letters: so many as --last says, or else `number` (NULL: as the worker likes). */
static enum cw_ctl_exit fetch(struct cw_ctl *ctl, const char *number, json_t **answer)
{
	const char *last = ctl->given & CW_O_LAST ? cw_ctl_value(ctl, CW_O_LAST) : number;
	CW_AUTO_FREE char *suffix = cw_format("/dlq%s%s", last ? "?letters=" : "", last ? last : "");
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], suffix);

	*answer = NULL;
	if (ctl->last > LETTERS_MAX)
		return (enum cw_ctl_exit)cw_ctl_wrong(ctl, "%s %s is too many: a worker shows " MOST " letters at most",
						      cw_ctl_typed(ctl, CW_O_LAST), last);
	return cw_ctl_get(ctl, path, ctl->args[0], answer);
}

/* "0:12": how a letter is named. */
static char *name_of(const json_t *letter)
{
	return cw_format("%lld:%lld", (long long)json_integer_value(json_object_get(letter, "partition")),
			 (long long)json_integer_value(json_object_get(letter, "offset")));
}

/* "access-logs:0@71", or NULL: the letter does not say. */
static char *place_of(const json_t *letter)
{
	const json_t *from = json_object_get(letter, "from");
	const char *topic = cw_json_text(from, "topic");

	return topic ? cw_format("%s:%lld@%lld", topic, (long long)json_integer_value(json_object_get(from, "partition")),
				 (long long)json_integer_value(json_object_get(from, "offset"))) :
		       NULL;
}

/* A member that may have its bytes under NAME_base64; NULL for a null. */
static char *bytes_of(const json_t *object, const char *name)
{
	CW_AUTO_FREE char *key = cw_format("%s_base64", name);
	const char *text = cw_json_text(object, name), *base64 = cw_json_text(object, key);

	return text ? cw_strdup(text) : base64 ? cw_format("base64 %s", base64) : NULL;
}

/* ---- list ------------------------------------------------------------------------------------ */

static void add_cell(struct cw_table *table, const char *text)
{
	CW_AUTO_FREE char *cut = cw_strdup(text);

	if (cut && strlen(cut) > SHOWN) {
		size_t n = SHOWN - 3;

		while (n > 0 && ((unsigned char)cut[n] & 0xc0) == 0x80) /* not within a character */
			n--;
		strcpy(cut + n, "...");
	}
	cw_table_cell(table, cut, CW_COLOR_NONE);
}

static void add_letter(struct cw_table *table, const json_t *letter)
{
	CW_AUTO_FREE char *name = name_of(letter);
	CW_AUTO_FREE char *place = place_of(letter);
	CW_AUTO_FREE char *value = bytes_of(letter, "value");

	cw_table_row(table);
	cw_table_cell(table, name, CW_COLOR_NONE);
	cw_table_cell(table, place, CW_COLOR_NONE);
	cw_table_cell(table, cw_json_text(letter, "stage"), CW_COLOR_NONE);
	cw_table_cell(table, json_is_true(json_object_get(letter, "replayed")) ? "yes" : "no", CW_COLOR_NONE);
	add_cell(table, cw_json_text(letter, "message"));
	add_cell(table, value);
}

static void print_none(const struct cw_ctl *ctl)
{
	fputs("no letters\n", ctl->io.out);
}

static void print_names(const struct cw_ctl *ctl, const json_t *letters)
{
	json_t *letter;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)letters, i, letter) {
		CW_AUTO_FREE char *name = name_of(letter);

		fprintf(ctl->io.out, "%s\n", name);
	}
}

enum cw_ctl_exit cw_ctl_dlq_list(struct cw_ctl *ctl)
{
	static const char *const heads[] = { "LETTER", "FROM", "STAGE", "REPLAYED", "REASON", "VALUE" };
	struct cw_table table = { 0 };
	json_t *answer, *letter;
	enum cw_ctl_exit result = fetch(ctl, NULL, &answer);
	size_t i;

	if (result == CW_CTL_OK && cw_ctl_is_data(ctl)) {
		cw_ctl_print_data(ctl, answer);
	} else if (result == CW_CTL_OK && cw_ctl_wants_names(ctl)) {
		print_names(ctl, json_object_get(answer, "letters"));
	} else if (result == CW_CTL_OK) {
		cw_table_heads(&table, heads, sizeof(heads) / sizeof(heads[0]));
		json_array_foreach(json_object_get(answer, "letters"), i, letter)
			add_letter(&table, letter);
		if (table.n > 1)
			cw_ctl_print_table(ctl, &table);
		else
			print_none(ctl);
		cw_table_free(&table);
	}
	json_decref(answer);
	return result;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void put_line(struct cw_buf *out, const char *name, const char *text)
{
	CW_AUTO_FREE char *shown = text ? cw_text_harmless(text, false) : NULL;

	cw_buf_printf(out, "%-10s %s\n", name, shown ? shown : "-");
}

static void put_member(struct cw_buf *out, const char *name, const json_t *letter, const char *member)
{
	const char *text = cw_json_text(letter, member);

	if (text)
		put_line(out, name, text);
}

static void put_letter(struct cw_buf *out, const json_t *letter)
{
	CW_AUTO_FREE char *name = name_of(letter);
	CW_AUTO_FREE char *place = place_of(letter);
	CW_AUTO_FREE char *key = bytes_of(letter, "key");
	CW_AUTO_FREE char *value = bytes_of(letter, "value");
	json_t *header;
	char time[32];
	size_t i;

	cw_clock_iso(json_integer_value(json_object_get(letter, "timestamp")), time, sizeof(time));
	put_line(out, "Letter:", name);
	put_line(out, "From:", place);
	put_line(out, "Time:", time);
	put_member(out, "Stage:", letter, "stage");
	put_member(out, "Class:", letter, "class");
	put_member(out, "Reason:", letter, "message");
	put_line(out, "Replayed:", json_is_true(json_object_get(letter, "replayed")) ? "yes" : "no");
	json_array_foreach(json_object_get(letter, "headers"), i, header) {
		CW_AUTO_FREE char *bytes = bytes_of(header, "value");
		CW_AUTO_FREE char *both = cw_format("%s = %s", cw_json_text(header, "key"), bytes ? bytes : "null");

		put_line(out, "Header:", both);
	}
	put_line(out, "Key:", key);
	put_line(out, "Value:", value);
}

/* Whether the letter is among those that were named, or none was. */
static bool is_wanted(const struct cw_ctl *ctl, const json_t *letter)
{
	CW_AUTO_FREE char *name = name_of(letter);

	for (int i = 1; i < ctl->n_args; i++)
		if (strcmp(ctl->args[i], name) == 0)
			return true;
	return ctl->n_args == 1;
}

/* Those that are wanted; new. */
static json_t *choose(const struct cw_ctl *ctl, const json_t *answer)
{
	json_t *chosen = json_array(), *letter;
	size_t i;

	json_array_foreach(json_object_get(answer, "letters"), i, letter)
		if (is_wanted(ctl, letter))
			json_array_append(chosen, letter);
	return chosen;
}

static void print_letters(const struct cw_ctl *ctl, const json_t *letters)
{
	struct cw_buf out = { 0 };
	json_t *letter;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)letters, i, letter) {
		cw_buf_puts(&out, i ? "\n" : "");
		put_letter(&out, letter);
	}
	cw_ctl_print_buf(ctl, &out);
}

enum cw_ctl_exit cw_ctl_dlq_show(struct cw_ctl *ctl)
{
	json_t *answer, *letters;
	/* One that is named is looked for as far back as can be seen. */
	enum cw_ctl_exit result = fetch(ctl, ctl->n_args > 1 ? MOST : NULL, &answer);

	letters = choose(ctl, answer);
	if (result == CW_CTL_OK && ctl->n_args > 1 && json_array_size(letters) == 0) {
		cw_ctl_complain(ctl, "there is no such letter among the newest of %s", ctl->args[0]);
		cw_ctl_advise_on(ctl, "dlq list", ctl->args[0], "");
		result = CW_CTL_NOT_FOUND;
	} else if (result == CW_CTL_OK && cw_ctl_is_data(ctl)) {
		cw_ctl_print_data(ctl, letters);
	} else if (result == CW_CTL_OK && json_array_size(letters) == 0) {
		print_none(ctl);
	} else if (result == CW_CTL_OK) {
		print_letters(ctl, letters);
	}
	json_decref(letters);
	json_decref(answer);
	return result;
}

/* ---- replay ---------------------------------------------------------------------------------- */

static void say_replayed(struct cw_ctl *ctl, const char *name, const json_t *answer)
{
	long long back = json_integer_value(json_object_get(answer, "replayed"));
	long long left = json_integer_value(json_object_get(answer, "left"));
	CW_AUTO_FREE char *text = cw_format("%lld letter%s put back", back, back == 1 ? "" : "s");

	if (cw_ctl_is_data(ctl))
		cw_ctl_print_data(ctl, answer);
	else
		cw_ctl_print_result(ctl, name, text);
	if (left)
		cw_ctl_complain(ctl, "%lld letters of %s do not say where they are from, and it reads several topics: they are "
				"not put back", left, name);
}

static enum cw_ctl_exit replay(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/dlq/replay");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "POST", path, NULL, &reply))
		result = cw_ctl_refused(ctl, &reply, name);
	else
		say_replayed(ctl, name, reply.body);
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_dlq_replay(struct cw_ctl *ctl)
{
	return cw_ctl_each_confirmed(ctl, "Put back the dead letters of", replay);
}
