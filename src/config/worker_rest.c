#include "config/worker_rest.h"

#include <string.h>

#include "base/mem.h"
#include "config/address.h"
#include "config/https.h"

#define LOGIN_KEYS                                                                                                    \
	"set rest.authentication.basic.file, rest.authentication.token.file or, for https://, "                       \
	"listeners.https.ssl.client.auth=required; or listen on 127.0.0.1 or unix:/PATH; or, when everybody who can " \
	"reach it may do everything, set rest.allow.unauthenticated=true"

/* What the checks of one configuration share. */
struct check {
	const struct cw_worker_config *config;
	bool users; /* or tokens: somebody can say who he is */
	cw_rest_finding_fn *found;
	void *arg;
};

int cw_file_mode_parse(const char *text, unsigned *out, struct cw_error *err)
{
	size_t n = strspn(text, "01234567");
	unsigned mode = 0;

	for (size_t i = 0; i < n && n <= 4; i++)
		mode = mode * 8 + (unsigned)(text[i] - '0');
	if (n < 3 || n > 4 || text[n] || mode & ~0666u || !(mode & 0600u))
		return cw_error_set(err, CW_ERR_INVALID,
				    "A file mode is three or four octal digits that let the owner read and "
				    "write and nobody execute, as in 0660");
	*out = mode;
	return 0;
}

int cw_file_mode_check(const char *value, struct cw_error *err)
{
	unsigned mode;

	return cw_file_mode_parse(value, &mode, err);
}

bool cw_worker_rest_has_users(const struct cw_worker_config *config)
{
	return config->rest_authentication_basic_file || config->rest_authentication_token_file;
}

CW_PRINTF(4, 5)
static void say(const struct check *check, bool is_error, const char *key, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	check->found(check->arg, is_error, key, text);
}

/* Someone on another machine can reach it. */
static void check_open(const struct check *check, const char *key, const char *listener, bool https, bool certificates)
{
	if (check->users || certificates) {
		if (!https)
			say(check, false, key,
			    "%s: %s can be reached from other machines, and without TLS passwords and tokens cross "
			    "the network readable: use https://",
			    key, listener);
	} else if (!check->config->rest_allow_unauthenticated) {
		say(check, true, key,
		    "%s: %s can be reached from other machines, and REST would not ask anybody who he is: " LOGIN_KEYS,
		    key, listener);
	} else {
		say(check, false, key,
		    "%s: %s can be reached from other machines, and REST asks nobody who he is "
		    "(rest.allow.unauthenticated=true)",
		    key, listener);
	}
}

static void check_list(const struct check *check, const char *key, const struct cw_list *listeners, bool admin)
{
	struct cw_https_config tls = { 0 };
	struct cw_error err = { 0 };
	bool said = false;

	for (size_t i = 0; i < listeners->n; i++) {
		struct cw_address address;
		bool https;

		if (cw_address_parse(listeners->items[i], &address, NULL) < 0)
			continue;
		https = address.scheme == CW_SCHEME_HTTPS;
		if (https && !said && cw_https_config_read(cw_worker_own(check->config), admin, &tls, &err) < 0) {
			say(check, true, key, "%s: %s: %s", key, listeners->items[i], err.text);
			said = true;
		}
		if (!said && !cw_address_is_loopback(&address))
			check_open(check, key, listeners->items[i], https,
				   https && tls.client_auth == CW_CLIENT_AUTH_REQUIRED);
	}
}

/* Whether callers of some listener are known by where they come from: a certificate, a Unix socket. */
static bool has_known_peers(const struct check *check, const struct cw_list *listeners, bool admin)
{
	struct cw_https_config tls;
	bool certificates = cw_https_config_read(cw_worker_own(check->config), admin, &tls, NULL) == 0 &&
			    tls.client_auth != CW_CLIENT_AUTH_NONE;

	for (size_t i = 0; i < listeners->n; i++) {
		struct cw_address address;

		if (cw_address_parse(listeners->items[i], &address, NULL) == 0 &&
		    (address.scheme == CW_SCHEME_UNIX || (address.scheme == CW_SCHEME_HTTPS && certificates)))
			return true;
	}
	return false;
}

/* Roles are of users; without any they would say nothing. */
static void check_roles(const struct check *check)
{
	if (!check->config->rest_authorization_roles_file || check->users ||
	    has_known_peers(check, &check->config->listeners, false) ||
	    has_known_peers(check, &check->config->admin_listeners, true))
		return;
	say(check, true, "rest.authorization.roles.file",
	    "rest.authorization.roles.file: there are no users to have roles: " LOGIN_KEYS);
}

static bool has_https(const struct cw_list *listeners)
{
	for (size_t i = 0; i < listeners->n; i++) {
		struct cw_address address;

		if (cw_address_parse(listeners->items[i], &address, NULL) == 0 && address.scheme == CW_SCHEME_HTTPS)
			return true;
	}
	return false;
}

/* Whether a key under the prefix asks for something of TLS: what is unknown or without effect has its warning. */
static bool asks_for_https(const char *key, const char *value, const char *prefix)
{
	CW_AUTO_FREE char *name = NULL;
	struct cw_config_def def;

	if (strncmp(key, prefix, strlen(prefix)) != 0)
		return false;
	name = cw_format(CW_HTTPS_PREFIX "%s", key + strlen(prefix));
	return cw_config_table_find(cw_worker_table(), name, &def) && *value &&
	       !(def.default_value && strcmp(def.default_value, value) == 0);
}

/* Who sets a key or certificate takes it that REST is encrypted, which it is not. */
static void check_unused_https(const struct check *check, const char *prefix, const char *listeners)
{
	const struct cw_map *own = cw_worker_own(check->config);

	for (size_t i = 0; i < own->n; i++) {
		const char *key = own->entries[i].key;

		if (!asks_for_https(key, own->entries[i].value, prefix))
			continue;
		say(check, true, key,
		    "%s: %s has no https:// listener that it could be for: write https:// there, or leave %s* out",
		    key, listeners, prefix);
		return;
	}
}

void cw_worker_rest_check(const struct cw_worker_config *config, cw_rest_finding_fn *found, void *arg)
{
	struct check check = { config, cw_worker_rest_has_users(config), found, arg };

	check_list(&check, "listeners", &config->listeners, false);
	check_list(&check, "admin.listeners", &config->admin_listeners, true);
	if (!has_https(&config->listeners) && !has_https(&config->admin_listeners))
		check_unused_https(&check, CW_HTTPS_PREFIX, "listeners");
	if (!has_https(&config->admin_listeners))
		check_unused_https(&check, CW_HTTPS_ADMIN_PREFIX, "admin.listeners");
	check_roles(&check);
}
