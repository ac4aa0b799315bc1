#include "rest/users.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "base/mem.h"
#include "rest/lines.h"

static bool is_whole(const char *hash, size_t tail)
{
	int salt = crypt_checksalt(hash);

	return strlen(strrchr(hash, '$') + 1) == tail && salt != CRYPT_SALT_INVALID &&
	       salt != CRYPT_SALT_METHOD_DISABLED;
}

/* What is behind a hash, for the sentence that refuses it; NULL: it is a good one. */
static const char *weakness(const char *hash)
{
	static const struct {
		const char *prefix;
		size_t tail; /* characters after the last $ */
	} strong[] = { { "$2a$", 53 }, { "$2b$", 53 }, { "$2y$", 53 }, { "$6$", 86 }, { "$y$", 43 } };
	static const struct {
		const char *prefix, *kind;
	} weak[] = {
		{ "$apr1$", "an MD5 hash" },  { "$1$", "an MD5 hash" },		  { "{SHA}", "a SHA-1 hash" },
		{ "{SSHA}", "a SHA-1 hash" }, { "$sha1$", "a SHA-1 hash" },	  { "$3$", "an NT hash" },
		{ "$5$", "a SHA-256 hash" },  { "$2x$", "a broken bcrypt hash" },
	};

	for (size_t i = 0; i < sizeof(strong) / sizeof(*strong); i++)
		if (strncmp(hash, strong[i].prefix, strlen(strong[i].prefix)) == 0)
			return is_whole(hash, strong[i].tail) ? NULL : "a hash that is cut off or damaged";
	for (size_t i = 0; i < sizeof(weak) / sizeof(*weak); i++)
		if (strncmp(hash, weak[i].prefix, strlen(weak[i].prefix)) == 0)
			return weak[i].kind;
	return "no hash that is slow to guess (plain text, or DES)";
}

static int parse_user(char *line, struct cw_users *out, struct cw_error *err)
{
	char *hash = strchr(line, ':');
	const char *why;

	if (!hash || hash == line)
		return cw_error_set(err, CW_ERR_INVALID, "a line is USER:HASH");
	*hash++ = '\0';
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i].name, line) == 0)
			return cw_error_set(err, CW_ERR_INVALID, "user \"%.80s\" is there twice", line);
	why = weakness(hash);
	if (why)
		return cw_error_set(err, CW_ERR_INVALID,
				    "the password of user \"%.80s\" is %s, which is not accepted: make one with "
				    "htpasswd -B, mkpasswd -m sha-512 or mkpasswd -m yescrypt",
				    line, why);
	out->items = cw_realloc(out->items, (out->n + 1) * sizeof(*out->items));
	out->items[out->n++] = (struct cw_htpasswd_user){ cw_strdup(line), cw_strdup(hash) };
	return 0;
}

int cw_users_parse(char *text, const char *path, struct cw_users *out, struct cw_error *err)
{
	struct cw_lines lines = { text, 0 };
	struct cw_error reason = { 0 };
	char *line;

	while ((line = cw_line_next(&lines)) != NULL)
		if (parse_user(line, out, &reason) < 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s:%d: %s", path, lines.number, reason.text);
	return 0;
}

void cw_users_free(struct cw_users *users)
{
	for (size_t i = 0; i < users->n; i++) {
		free(users->items[i].name);
		free(users->items[i].hash);
	}
	free(users->items);
	*users = (struct cw_users){ 0 };
}

bool cw_users_verify(const struct cw_users *users, const char *name, const char *password)
{
	struct crypt_data *data;
	const char *hash = NULL, *made;
	bool good;

	for (size_t i = 0; i < users->n; i++)
		if (strcmp(users->items[i].name, name) == 0)
			hash = users->items[i].hash;
	if (users->n == 0)
		return false;
	data = cw_alloc(sizeof(*data));
	made = crypt_r(password, hash ? hash : users->items[0].hash, data);
	good = made && hash && strlen(made) == strlen(hash) && gnutls_memcmp(made, hash, strlen(hash)) == 0;
	gnutls_memset(data, 0, sizeof(*data));
	free(data);
	return good;
}
