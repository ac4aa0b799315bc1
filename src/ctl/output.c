/* What commands print: data for programs, tables and results for people. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/yaml.h"

const char *cw_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **cw_json_keys(const json_t *object, size_t *n)
{
	const char **keys = cw_alloc((json_object_size(object) + 1) * sizeof(*keys)), *key;
	json_t *value;

	*n = 0;
	json_object_foreach((json_t *)object, key, value)
		keys[(*n)++] = key;
	qsort(keys, *n, sizeof(*keys), by_text);
	return keys;
}

bool cw_ctl_is_data(const struct cw_ctl *ctl)
{
	return ctl->output == CW_OUTPUT_JSON || ctl->output == CW_OUTPUT_YAML;
}

bool cw_ctl_wants_names(const struct cw_ctl *ctl)
{
	return !cw_ctl_is_data(ctl) && (ctl->output == CW_OUTPUT_NAME || ctl->given & CW_O_QUIET);
}

void cw_ctl_print_data(const struct cw_ctl *ctl, const json_t *value)
{
	struct cw_buf yaml = { 0 };
	char *text;

	if (ctl->output == CW_OUTPUT_YAML) {
		cw_yaml_put(&yaml, value);
		cw_ctl_print_buf(ctl, &yaml);
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
					 (ctl->io.tty ? JSON_INDENT(2) : JSON_COMPACT));
	fprintf(ctl->io.out, "%s\n", text ? text : "null");
	fflush(ctl->io.out);
	free(text);
}

void cw_ctl_print_buf(const struct cw_ctl *ctl, struct cw_buf *text)
{
	if (text->n > 0)
		fwrite(text->p, 1, text->n, ctl->io.out);
	fflush(ctl->io.out);
	cw_buf_free(text);
}

void cw_ctl_print_table(const struct cw_ctl *ctl, struct cw_table *table)
{
	struct cw_buf text = { 0 };

	cw_table_render(table, ctl->colors, &text);
	cw_ctl_print_buf(ctl, &text);
	cw_table_free(table);
}

/* With -o yaml the results of a command are one list. */
void cw_ctl_print_result(struct cw_ctl *ctl, const char *name, const char *result)
{
	json_t *line;

	if (ctl->given & CW_O_QUIET)
		return;
	if (ctl->output == CW_OUTPUT_NAME) {
		fprintf(ctl->io.out, "%s\n", name);
	} else if (cw_ctl_is_data(ctl)) {
		line = json_pack("{s:s,s:s}", "name", name, "result", result);
		if (ctl->output == CW_OUTPUT_YAML) {
			json_t *list = json_pack("[o]", line);

			cw_ctl_print_data(ctl, list);
			json_decref(list);
		} else {
			cw_ctl_print_data(ctl, line);
			json_decref(line);
		}
	} else {
		CW_AUTO_FREE char *shown = cw_text_harmless(name, false);

		fprintf(ctl->io.out, "%s %s\n", shown, result);
	}
	fflush(ctl->io.out);
}

/* As java.util.Properties would read it back. */
static void put_property_text(struct cw_buf *out, const char *text, bool key)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			cw_buf_puts(out, "\\n");
		else if (*p == '\r')
			cw_buf_puts(out, "\\r");
		else if (*p == '\t')
			cw_buf_puts(out, "\\t");
		else if ((unsigned char)*p < 0x20 || *p == 0x7f)
			cw_buf_printf(out, "\\u%04x", (unsigned)*p);
		else if (*p == '\\' || (key && strchr("=: #!", *p)) || (*p == ' ' && p == text))
			cw_buf_printf(out, "\\%c", *p);
		else
			cw_buf_append(out, p, 1);
	}
}

void cw_ctl_put_properties(struct cw_buf *out, const json_t *config)
{
	size_t n;
	const char **keys = cw_json_keys(config, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = cw_json_text(config, keys[i]);

		put_property_text(out, keys[i], true);
		cw_buf_puts(out, "=");
		put_property_text(out, value ? value : "", false);
		cw_buf_puts(out, "\n");
	}
	free(keys);
}

enum cw_color cw_ctl_state_color(const char *state)
{
	if (!state)
		return CW_COLOR_NONE;
	if (strcmp(state, "RUNNING") == 0 || strcmp(state, "healthy") == 0)
		return CW_COLOR_GREEN;
	if (strcmp(state, "FAILED") == 0 || strcmp(state, "unhealthy") == 0)
		return CW_COLOR_RED;
	if (strcmp(state, "COMPLETED") == 0)
		return CW_COLOR_CYAN;
	return CW_COLOR_YELLOW;
}
