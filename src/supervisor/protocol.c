#include "supervisor/protocol.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void cw_frame_append(struct cw_buf *out, const json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0;
	uint32_t length = htonl((uint32_t)n);

	if (!text)
		return;
	cw_buf_append(out, &length, sizeof(length));
	cw_buf_append(out, text, n);
	free(text);
}

int cw_frame_take(struct cw_buf *in, json_t **message)
{
	uint32_t length;
	json_t *json;

	if (in->n < sizeof(length))
		return 0;
	memcpy(&length, in->p, sizeof(length));
	length = ntohl(length);
	if (length > CW_FRAME_MAX)
		return -1;
	if (in->n < sizeof(length) + length)
		return 0;
	json = json_loadb(in->p + sizeof(length), length, JSON_REJECT_DUPLICATES, NULL);
	if (!json || !json_is_string(json_object_get(json, "type"))) {
		json_decref(json);
		return -1;
	}
	in->n -= sizeof(length) + length;
	memmove(in->p, in->p + sizeof(length) + length, in->n);
	*message = json;
	return 1;
}
