#include "kafka/oauth.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/number.h"
#include "kafka/jaas.h"

#define EXTENSION "extension_"
#define CA "ssl.truststore.location"
#define CONF_KEY "sasl.oauthbearer.config"
/* Random numbers are 62 bits. */
#define RANDOM_MAX 0x3fffffffffffffff

enum kind { TEXT, URL, LIST, FLAG, NUMBER, REAL, ONE_OF };

#define AT(member) offsetof(struct cw_oauth, member)
#define UNUSED SIZE_MAX

/* Kafka's names, and librdkafka's. Options of the login module that say the same give way to these. */
static const struct row {
	const char *key, *to; /* to: the name that it is gathered under; NULL: its own */
	enum kind kind;
	double min, max;
	const char *otherwise; /* the default; of ONE_OF what it may be, with commas */
	size_t at;	       /* UNUSED: another row's, or without a meaning here */
} rows[] = {
	{ .key = "sasl.oauthbearer.token.endpoint.url", .kind = URL, .at = AT(url) },
	{ .key = "sasl.oauthbearer.client.credentials.client.id", .kind = TEXT, .at = AT(client_id) },
	{ .key = "sasl.oauthbearer.client.credentials.client.secret", .kind = TEXT, .at = AT(client_secret) },
	{ .key = "sasl.oauthbearer.client.id", .to = "sasl.oauthbearer.client.credentials.client.id",
	  .kind = TEXT, .at = UNUSED },
	{ .key = "sasl.oauthbearer.client.secret", .to = "sasl.oauthbearer.client.credentials.client.secret",
	  .kind = TEXT, .at = UNUSED },
	{ .key = "sasl.oauthbearer.scope", .kind = TEXT, .at = AT(scope) },
	{ .key = "sasl.oauthbearer.extensions", .kind = LIST, .at = AT(extensions) },
	{ .key = "sasl.oauthbearer.method", .kind = ONE_OF, .otherwise = "oidc,default", .at = UNUSED },
	{ .key = "sasl.oauthbearer.grant.type", .kind = ONE_OF, .otherwise = "client_credentials", .at = UNUSED },
	{ .key = "sasl.oauthbearer.header.urlencode", .kind = FLAG, .otherwise = "false", .at = AT(urlencode) },
	{ .key = "sasl.oauthbearer.scope.claim.name", .kind = TEXT, .at = UNUSED },
	{ .key = "sasl.oauthbearer.sub.claim.name", .kind = TEXT, .otherwise = "sub", .at = AT(sub_claim) },
	{ .key = "https.ca.location", .kind = TEXT, .at = AT(ca) },
	{ .key = "sasl.login.connect.timeout.ms",
	  .kind = NUMBER, .min = 0, .max = INT32_MAX, .otherwise = "10000", .at = AT(connect_timeout_ms) },
	{ .key = "sasl.login.read.timeout.ms",
	  .kind = NUMBER, .min = 0, .max = INT32_MAX, .otherwise = "10000", .at = AT(read_timeout_ms) },
	{ .key = "sasl.login.retry.backoff.ms",
	  .kind = NUMBER, .min = 0, .max = INT32_MAX, .otherwise = "100", .at = AT(backoff_ms) },
	{ .key = "sasl.login.retry.backoff.max.ms",
	  .kind = NUMBER, .min = 0, .max = INT32_MAX, .otherwise = "10000", .at = AT(backoff_max_ms) },
	{ .key = "sasl.login.refresh.window.factor",
	  .kind = REAL, .min = 0.5, .max = 1, .otherwise = "0.8", .at = AT(window.factor) },
	{ .key = "sasl.login.refresh.window.jitter",
	  .kind = REAL, .min = 0, .max = 0.25, .otherwise = "0.05", .at = AT(window.jitter) },
	{ .key = "sasl.login.refresh.min.period.seconds",
	  .kind = NUMBER, .min = 0, .max = 900, .otherwise = "60", .at = AT(window.min_ms) },
	{ .key = "sasl.login.refresh.buffer.seconds",
	  .kind = NUMBER, .min = 0, .max = 3600, .otherwise = "300", .at = AT(window.buffer_ms) },
};

static const struct {
	const char *option;
	size_t at;
} options_of_module[] = {
	{ "clientId", AT(client_id) },
	{ "clientSecret", AT(client_secret) },
	{ "scope", AT(scope) },
	{ CA, AT(ca) },
};

static const struct row *row_of(const char *key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

/* ---- gathering ---------------------------------------------------------------------------------- */

/* What librdkafka lets through, which shows a value that it does not. */
static int check_extension(const char *name, const char *value, const char *as_given, struct cw_error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!*name || name[strspn(name, letters)] || strcmp(name, "auth") == 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s: the extension %.60s needs another name: of letters, and not auth",
				    as_given, *name ? name : "without a name");
	for (; *value; value++)
		if ((*value < 0x20 || *value > 0x7e) && !strchr("\t\r\n", *value))
			return cw_error_set(err, CW_ERR_INVALID, "%s: the extension %.60s has characters that are not of ASCII",
					    as_given, name);
	return 0;
}

/* "logicalCluster=lkc-1,identityPoolId=pool-2" */
static int read_extensions(const char *text, struct cw_map *out, const char *as_given, struct cw_error *err)
{
	for (size_t n; *text; text += n + (text[n] == ',')) {
		CW_AUTO_FREE char *item = cw_strndup(text, n = strcspn(text, ","));
		char *equals = strchr(item, '=');

		if (!equals)
			return cw_error_set(err, CW_ERR_INVALID, "%s: it is a list of NAME=VALUE with commas between", as_given);
		*equals = '\0';
		if (check_extension(item, equals + 1, as_given, err) != 0)
			return -1;
		cw_map_set(out, item, equals + 1);
	}
	return 0;
}

static bool is_one_of(const char *value, const char *list)
{
	for (size_t n; *list; list += n + (list[n] == ','))
		if (n = strcspn(list, ","), strlen(value) == n && strncasecmp(value, list, n) == 0)
			return true;
	return false;
}

static int check(const struct row *row, const char *value, const char *as_given, struct cw_error *err)
{
	struct cw_map list = { 0 };
	int64_t number;
	double real;
	int ret;

	switch (row->kind) {
	case URL:
		if ((strncasecmp(value, "https://", 8) == 0 && value[8]) || (strncasecmp(value, "http://", 7) == 0 && value[7]))
			return 0;
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is the https:// or http:// address where tokens are to be had",
				    as_given);
	case LIST:
		ret = read_extensions(value, &list, as_given, err);
		cw_map_free(&list);
		return ret;
	case FLAG:
		if (is_one_of(value, "true,false"))
			return 0;
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is true or false", as_given);
	case ONE_OF:
		if (is_one_of(value, row->otherwise))
			return 0;
		return cw_error_set(err, CW_ERR_INVALID, "%s: tokens are had by client credentials alone, which is %s",
				    as_given, row->otherwise);
	case NUMBER:
		if (cw_parse_integer(value, strlen(value), (int64_t)row->min, (int64_t)row->max, &number))
			return 0;
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is a number from %.0f to %.0f", as_given, row->min, row->max);
	case REAL:
		if (cw_parse_double(value, strlen(value), &real) && real >= row->min && real <= row->max)
			return 0;
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is a number from %g to %g", as_given, row->min, row->max);
	case TEXT: break;
	}
	return 0;
}

bool cw_oauth_is(const char *key)
{
	return row_of(key) != NULL;
}

int cw_oauth_set(struct cw_map *settings, const char *key, const char *value, const char *as_given,
		 struct cw_error *err)
{
	const struct row *row = row_of(key);

	if (check(row, value, as_given, err) != 0)
		return -1;
	cw_map_set(settings, row->to ? row->to : key, value);
	return 0;
}

static bool is_option(const char *name)
{
	for (size_t i = 0; i < sizeof(options_of_module) / sizeof(*options_of_module); i++)
		if (strcmp(options_of_module[i].option, name) == 0)
			return true;
	return strncmp(name, EXTENSION, sizeof(EXTENSION) - 1) == 0;
}

void cw_oauth_drop_options(struct cw_map *settings)
{
	for (size_t i = settings->n; i-- > 0;)
		if (is_option(settings->entries[i].key))
			cw_map_remove(settings, settings->entries[i].key);
}

void cw_oauth_drop_client(struct cw_map *settings)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t k = 0; k < sizeof(options_of_module) / sizeof(*options_of_module); k++)
			if (rows[i].at == options_of_module[k].at)
				cw_map_remove(settings, rows[i].key);
}

int cw_oauth_set_options(struct cw_map *settings, const struct cw_map *options, const char *as_given,
			 struct cw_error *err)
{
	cw_oauth_drop_options(settings);
	for (size_t i = 0; i < options->n; i++) {
		const struct cw_map_entry *e = &options->entries[i];

		if (strncmp(e->key, "ssl.keystore.", 13) == 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s: token endpoints are asked without a client certificate "
					    "(%.60s)", as_given, e->key);
		if (!is_option(e->key))
			continue;
		if (strncmp(e->key, EXTENSION, sizeof(EXTENSION) - 1) == 0 &&
		    check_extension(e->key + sizeof(EXTENSION) - 1, e->value, as_given, err) != 0)
			return -1;
		cw_map_set(settings, e->key, e->value);
	}
	return 0;
}

/* ---- in a conf ---------------------------------------------------------------------------------- */

static bool conf_is(const rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char got[64];
	size_t size = sizeof(got);

	return rd_kafka_conf_get(conf, key, got, &size) == RD_KAFKA_CONF_OK && strcasecmp(got, value) == 0;
}

/* As librdkafka has it: not the unsecured tokens that it makes by itself. */
static bool is_ours(const rd_kafka_conf_t *conf)
{
	return conf_is(conf, "sasl.mechanism", "OAUTHBEARER") &&
	       !conf_is(conf, "enable.sasl.oauthbearer.unsecure.jwt", "true");
}

static int check_whole(const struct cw_oauth *oauth, struct cw_error *err)
{
	static const char needs[] = "sasl.mechanism=OAUTHBEARER needs ";

	if (!oauth->url)
		return cw_error_set(err, CW_ERR_INVALID, "%ssasl.oauthbearer.token.endpoint.url, where tokens are to be "
				    "had", needs);
	if (!oauth->client_id || !oauth->client_secret)
		return cw_error_set(err, CW_ERR_INVALID, "%s%s=\"…\" in sasl.jaas.config, of OAuthBearerLoginModule", needs,
				    oauth->client_id ? "clientSecret" : "clientId");
	return 0;
}

static void put_text(char **place, const char *value)
{
	cw_free_secret(*place);
	*place = cw_strdup(value);
}

/* Values were checked when they were set. */
static void put(struct cw_oauth *out, const struct row *row, const char *value)
{
	void *place = (char *)out + row->at;
	int64_t number;

	switch (row->kind) {
	case TEXT:
	case URL: put_text(place, value); break;
	case LIST: read_extensions(value, place, row->key, &(struct cw_error){ 0 }); break;
	case FLAG: *(bool *)place = strcasecmp(value, "true") == 0; break;
	case REAL: cw_parse_double(value, strlen(value), place); break;
	case NUMBER:
		if (cw_parse_integer(value, strlen(value), (int64_t)row->min, (int64_t)row->max, &number))
			*(int64_t *)place = strstr(row->key, ".seconds") ? number * 1000 : number;
		break;
	case ONE_OF: break;
	}
}

static void read_settings(const struct cw_map *settings, struct cw_oauth *out)
{
	const char *value;

	*out = (struct cw_oauth){ 0 };
	for (size_t i = 0; i < sizeof(options_of_module) / sizeof(*options_of_module); i++)
		if ((value = cw_map_get(settings, options_of_module[i].option)) != NULL)
			put_text((char **)(void *)((char *)out + options_of_module[i].at), value);
	cw_map_copy_prefixed(&out->extensions, settings, EXTENSION);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		value = cw_map_get(settings, rows[i].key);
		if (!value)
			value = rows[i].otherwise;
		if (value && rows[i].at != UNUSED)
			put(out, &rows[i], value);
	}
}

int cw_oauth_to_conf(rd_kafka_conf_t *conf, const struct cw_map *settings, struct cw_error *err)
{
	struct cw_jaas entry = { .module = (char *)"OAuthBearerLoginModule", .options = *settings };
	CW_AUTO_FREE_SECRET char *text = NULL;
	struct cw_oauth oauth;
	char why[256];
	int ret;

	if (!is_ours(conf))
		return 0;
	read_settings(settings, &oauth);
	ret = check_whole(&oauth, err);
	cw_oauth_free(&oauth);
	if (ret != 0)
		return -1;
	text = cw_jaas_text(&entry);
	if (rd_kafka_conf_set(conf, CONF_KEY, text, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "the Kafka client does not take sasl.mechanism=OAUTHBEARER");
}

bool cw_oauth_from_conf(const rd_kafka_conf_t *conf, struct cw_oauth *out)
{
	CW_AUTO_FREE_SECRET char *text = NULL;
	struct cw_jaas entry = { 0 };
	size_t size = 0;
	bool ok;

	*out = (struct cw_oauth){ 0 };
	if (!is_ours(conf) || rd_kafka_conf_get(conf, CONF_KEY, NULL, &size) != RD_KAFKA_CONF_OK)
		return false;
	text = cw_alloc(size + 1);
	ok = rd_kafka_conf_get(conf, CONF_KEY, text, &size) == RD_KAFKA_CONF_OK &&
	     cw_jaas_parse(text, &entry, &(struct cw_error){ 0 }) == 0;
	if (ok)
		read_settings(&entry.options, out);
	cw_jaas_free(&entry);
	return ok;
}

void cw_oauth_free(struct cw_oauth *oauth)
{
	free(oauth->url);
	free(oauth->client_id);
	cw_free_secret(oauth->client_secret);
	free(oauth->scope);
	free(oauth->ca);
	free(oauth->sub_claim);
	cw_map_free(&oauth->extensions);
	*oauth = (struct cw_oauth){ 0 };
}

/* ---- renewal ------------------------------------------------------------------------------------ */

int64_t cw_oauth_renew_after_ms(const struct cw_oauth_window *window, int64_t now_ms, int64_t expires_ms,
				uint64_t random)
{
	int64_t life_ms = expires_ms > now_ms ? expires_ms - now_ms : 0;
	double part = window->factor + window->jitter * ((double)random / (double)RANDOM_MAX);
	int64_t after_ms = (int64_t)((double)life_ms * (part < 1 ? part : 1));

	if (life_ms <= window->min_ms + window->buffer_ms)
		return after_ms; /* there is no room for both */
	if (after_ms > life_ms - window->buffer_ms)
		return life_ms - window->buffer_ms;
	return after_ms < window->min_ms ? window->min_ms : after_ms;
}
