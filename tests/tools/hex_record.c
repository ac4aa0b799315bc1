#include "hex_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_bytes(const void *p, size_t n)
{
	putchar('\t');
	if (!p)
		putchar('-');
	for (size_t i = 0; p && i < n; i++)
		printf("%02x", ((const unsigned char *)p)[i]);
}

void hex_record_print(const rd_kafka_message_t *m)
{
	rd_kafka_timestamp_type_t type;
	rd_kafka_headers_t *headers;

	printf("%d\t%lld\t%lld", m->partition, (long long)m->offset, (long long)rd_kafka_message_timestamp(m, &type));
	print_bytes(m->key, m->key_len);
	print_bytes(m->payload, m->len);
	if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		const char *name;
		const void *value;
		size_t n;

		for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
			print_bytes(name, strlen(name));
			print_bytes(value, n);
		}
	}
	putchar('\n');
}

/* Bytes in place of their digits; NULL for "-". */
static void *bytes_of(char *digits, size_t *n)
{
	*n = 0;
	if (strcmp(digits, "-") == 0)
		return NULL;
	for (const char *p = digits; p[0] && p[1]; p += 2) {
		const char pair[3] = { p[0], p[1], '\0' };

		digits[(*n)++] = (char)strtoul(pair, NULL, 16);
	}
	return digits;
}

rd_kafka_resp_err_t hex_record_produce(rd_kafka_t *rk, const char *topic, char *line)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(4);
	char *rest = line, *name, *value;
	int32_t partition = (int32_t)strtol(strsep(&rest, "\t"), NULL, 10);
	size_t n_key = 0, n_value = 0, n_name, n;
	void *key = NULL, *payload = NULL;
	int64_t timestamp;
	rd_kafka_resp_err_t err;

	strsep(&rest, "\t"); /* the offset */
	timestamp = rest ? strtoll(strsep(&rest, "\t"), NULL, 10) : 0;
	if (rest)
		key = bytes_of(strsep(&rest, "\t"), &n_key);
	if (rest)
		payload = bytes_of(strsep(&rest, "\t"), &n_value);
	while (rest && (name = strsep(&rest, "\t")) && rest && (value = strsep(&rest, "\t"))) {
		const void *p = bytes_of(value, &n);

		name = bytes_of(name, &n_name);
		rd_kafka_header_add(headers, name, (ssize_t)n_name, p, p ? (ssize_t)n : 0);
	}
	err = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_TIMESTAMP(timestamp),
				RD_KAFKA_V_KEY(key, n_key), RD_KAFKA_V_VALUE(payload, n_value), RD_KAFKA_V_HEADERS(headers),
				RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
	if (err)
		rd_kafka_headers_destroy(headers);
	return err;
}
