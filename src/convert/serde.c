#include "convert/serde_impl.h"

#include <stdlib.h>

#include "base/mem.h"

int cw_serde_subject(const struct cw_serde *serde, struct cw_slice topic, const char *record, struct cw_buf *out,
		     struct cw_error *err)
{
	out->n = 0;
	return cw_subject_name(serde->strategy, topic, serde->is_key, record, out, err);
}

enum cw_result cw_serde_fail(const char *what, struct cw_slice topic, enum cw_result result,
			     const struct cw_error *cause, struct cw_error *err)
{
	struct cw_buf text = { 0 };
	const char *place = strstr(what, "%s");

	cw_buf_append(&text, what, (size_t)(place - what));
	cw_buf_append(&text, topic.p, topic.n);
	cw_buf_puts(&text, place + 2);
	/* What the registry refuses is an error of the record, as it is in Kafka Connect. */
	cw_error_set(err,
		     cause->code == CW_ERR_NOT_FOUND || cause->code == CW_ERR_CONFLICT ? CW_ERR_INVALID : cause->code,
		     "%s%s", text.p, cause->text);
	cw_buf_free(&text);
	return result;
}

struct cw_serde *cw_serde_new(const struct cw_context *ctx, const struct cw_serde_format *ops, const void *format,
			      const struct cw_registry_config *config, enum cw_converter_role role,
			      struct cw_error *err)
{
	struct cw_serde *serde;
	enum cw_subject_strategy strategy;

	if (role == CW_CONVERT_HEADER) {
		cw_error_set(err, CW_ERR_INVALID,
			     "a converter with a Schema Registry is for keys and values, not for headers");
		return NULL;
	}
	if (cw_subject_strategy_parse(role == CW_CONVERT_KEY ? config->key_strategy : config->value_strategy, &strategy,
				      err))
		return NULL;
	serde = cw_alloc(sizeof(*serde));
	serde->ctx = ctx;
	serde->ops = ops;
	serde->format = format;
	serde->config = config;
	serde->is_key = role == CW_CONVERT_KEY;
	serde->strategy = strategy;
	serde->registry = cw_registry_new(ctx, config, err);
	if (serde->registry)
		return serde;
	free(serde);
	return NULL;
}

void cw_serde_free(struct cw_serde *serde)
{
	if (!serde)
		return;
	cw_serde_readers_free(serde);
	cw_serde_writers_free(serde);
	cw_registry_free(serde->registry);
	cw_buf_free(&serde->out);
	free(serde);
}
