#include "oracle_case.h"

#include <stdlib.h>
#include <string.h>

static _Noreturn void wrong(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

json_t *oracle_file_next(struct oracle_file *file)
{
	json_error_t error;
	ssize_t n = getline(&file->line, &file->cap, file->in);
	json_t *json;

	if (n < 0)
		return NULL;
	json = json_loadb(file->line, (size_t)n, JSON_ALLOW_NUL, &error);
	if (!json)
		wrong(file->line, error.text);
	return json;
}

void oracle_file_open(struct oracle_file *file, const char *path)
{
	memset(file, 0, sizeof(*file));
	file->in = fopen(path, "r");
	if (!file->in)
		wrong(path, "cannot be read");
	file->head = oracle_file_next(file);
	if (!json_object_get(file->head, "converters"))
		wrong(path, "has no head");
}

void oracle_file_close(struct oracle_file *file)
{
	fclose(file->in);
	free(file->line);
	json_decref(file->head);
}

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static struct cw_slice from_hex(struct cw_batch *memory, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *p = cw_batch_alloc(memory, n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return cw_slice(p, n);
}

struct cw_slice oracle_bytes(const struct oracle_file *file, struct cw_batch *memory, const json_t *json)
{
	const json_t *hex = json_object_get(json, "hex"), *text = json_object_get(json, "text");

	if (hex)
		return from_hex(memory, json_string_value(hex));
	if (text)
		json = json_array_get(json_object_get(file->head, "texts"), (size_t)json_integer_value(text));
	if (!json_is_string(json))
		return cw_slice(NULL, 0);
	return cw_slice(json_string_value(json), json_string_length(json));
}

const json_t *oracle_converters(const struct oracle_file *file, const json_t *test, const char *way)
{
	const json_t *names = json_object_get(test, way);

	if (!names)
		names = json_object_get(test, "in");
	return names ? names : json_object_get(file->head, "in");
}

const char *oracle_text(const json_t *object, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : otherwise;
}
