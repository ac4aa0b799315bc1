#include "rest/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/mem.h"
#include "rest/lines.h"

#define TOKEN_MIN 16 /* characters of one that is written as it is */

static void hash_token(const char *token, unsigned char out[CW_TOKEN_HASH])
{
	gnutls_hash_fast(GNUTLS_DIG_SHA256, token, strlen(token), out);
}

/* "2027-01-31" or "2027-01-31T12:00:00Z". */
static int parse_until(const char *text, int64_t *out_ms, struct cw_error *err)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, formats[i], &tm);

		if (end && !*end) {
			*out_ms = (int64_t)timegm(&tm) * 1000;
			return 0;
		}
	}
	return cw_error_set(err, CW_ERR_INVALID,
			    "the end of a token is 2027-01-31 or 2027-01-31T12:00:00Z, not \"%.40s\"", text);
}

static int read_hash(const char *hex, struct cw_token *token, struct cw_error *err)
{
	gnutls_datum_t text = { (unsigned char *)hex, (unsigned)strlen(hex) };
	size_t n = sizeof(token->hash);

	if (text.size == 2 * sizeof(token->hash) && gnutls_hex_decode(&text, token->hash, &n) == 0 &&
	    n == sizeof(token->hash))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "after sha256: there are 64 hexadecimal digits");
}

static int read_token(const char *text, bool shared, struct cw_token *token, struct cw_error *err)
{
	static const char hashed[] = "sha256:";

	if (strncmp(text, hashed, sizeof(hashed) - 1) == 0)
		return read_hash(text + sizeof(hashed) - 1, token, err);
	if (shared)
		return cw_error_set(err, CW_ERR_INVALID,
				    "the token of \"%.80s\" is written as it is in a file that others may read: chmod "
				    "600 it, or write sha256: and the digits that this gives: printf %%s TOKEN | "
				    "sha256sum",
				    token->name);
	if (strlen(text) < TOKEN_MIN)
		return cw_error_set(err, CW_ERR_INVALID,
				    "the token of \"%.80s\" is shorter than %d characters: make one with openssl rand "
				    "-hex 32",
				    token->name, TOKEN_MIN);
	hash_token(text, token->hash);
	return 0;
}

static int parse_token(char *line, bool shared, struct cw_tokens *out, struct cw_error *err)
{
	struct cw_token *token;
	char *fields[3];
	int n = cw_line_fields(line, fields, 3);

	if (n != 2 && n != 3)
		return cw_error_set(err, CW_ERR_INVALID, "a line is USER TOKEN, or USER TOKEN UNTIL");
	out->items = cw_realloc(out->items, (out->n + 1) * sizeof(*out->items));
	token = &out->items[out->n++];
	*token = (struct cw_token){ .name = cw_strdup(fields[0]), .until_epoch_ms = INT64_MAX };
	if (!*token->name)
		return cw_error_set(err, CW_ERR_INVALID, "a token has no user");
	if (n == 3 && parse_until(fields[2], &token->until_epoch_ms, err) < 0)
		return -1;
	return read_token(fields[1], shared, token, err);
}

int cw_tokens_parse(char *text, const char *path, bool shared, struct cw_tokens *out, struct cw_error *err)
{
	struct cw_lines lines = { text, 0 };
	struct cw_error reason = { 0 };
	char *line;

	while ((line = cw_line_next(&lines)) != NULL)
		if (parse_token(line, shared, out, &reason) < 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s:%d: %s", path, lines.number, reason.text);
	return 0;
}

void cw_tokens_free(struct cw_tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		free(tokens->items[i].name);
	free(tokens->items);
	*tokens = (struct cw_tokens){ 0 };
}

const struct cw_token *cw_tokens_find(const struct cw_tokens *tokens, const char *token)
{
	const struct cw_token *found = NULL;
	unsigned char hash[CW_TOKEN_HASH];

	hash_token(token, hash);
	for (size_t i = 0; i < tokens->n; i++)
		if (gnutls_memcmp(tokens->items[i].hash, hash, sizeof(hash)) == 0)
			found = &tokens->items[i];
	return found;
}
