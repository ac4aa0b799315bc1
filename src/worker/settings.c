#include "worker/settings.h"

#include "base/buf.h"
#include "base/json_secret.h"
#include "base/mem.h"
#include "worker/ask.h"

static char *names(const struct cw_map *asked)
{
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < asked->n; i++)
		cw_buf_printf(&out, "%s%s", i ? ", " : "", asked->entries[i].key);
	return cw_buf_take(&out);
}

/* Pairs of a text and the variable that stands for it. */
static void take_told(struct cw_map *told, const json_t *pairs)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(pairs, i, pair) {
		const char *text = json_string_value(json_array_get(pair, 0));
		const char *variable = json_string_value(json_array_get(pair, 1));

		if (text && variable)
			cw_map_set(told, text, variable);
	}
}

int cw_settings_ask(const char *program, const struct cw_worker_config *known, const struct cw_map *asked,
		    struct cw_worker_answers *answers, struct cw_error *err)
{
	struct cw_error why = { 0 };
	struct cw_loop *loop = cw_loop_new(&why);
	json_t *question = json_pack("{soso}", "worker", cw_worker_config_to_json(known), "settings", cw_map_to_json(asked));
	json_t *answer = loop ? cw_host_ask(loop, program, "--resolve", question, &why) : NULL;

	json_decref(question);
	cw_loop_free(loop);
	if (!answer) {
		CW_AUTO_FREE char *keys = names(asked);

		return cw_error_set(err, CW_ERR_FATAL, "config.providers cannot be asked for %.500s: %s", keys, why.text);
	}
	cw_map_from_json(&answers->values, json_object_get(answer, "values"));
	cw_map_from_json(&answers->failed, json_object_get(answer, "failed"));
	take_told(&answers->told, json_object_get(answer, "told"));
	cw_json_free_secret(answer);
	return 0;
}
