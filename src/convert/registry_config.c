#include "convert/registry_config.h"

#include <stdlib.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "convert/subject.h"

static int check_url(const char *text, struct cw_error *err)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *query = NULL;
	int rc = 0;

	/* The text is not printed: a password may be in it. */
	if (!url || curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME))
		rc = cw_error_set(err, CW_ERR_INVALID, "holds what is no URL such as http://localhost:8081");
	else if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) ||
		 (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0))
		rc = cw_error_set(err, CW_ERR_INVALID, "holds a URL that is neither http:// nor https://");
	else if (curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
		rc = cw_error_set(err, CW_ERR_INVALID, "holds a URL with a query, which a registry's may not have");
	curl_free(scheme);
	curl_free(query);
	curl_url_cleanup(url);
	return rc;
}

int cw_registry_check_urls(const char *value, struct cw_error *err)
{
	CW_AUTO_FREE char *copy = cw_strdup(value);
	char *rest = copy, *url;

	while ((url = strsep(&rest, ",")) != NULL) {
		size_t n;

		url += strspn(url, " \t\r\n");
		for (n = strlen(url); n && strchr(" \t\r\n", url[n - 1]); n--)
			url[n - 1] = '\0';
		if (check_url(url, err))
			return -1;
	}
	return 0;
}

int cw_registry_check_strategy(const char *value, struct cw_error *err)
{
	enum cw_subject_strategy strategy;

	return cw_subject_strategy_parse(value, &strategy, err);
}

static bool given(const char *text)
{
	return text && *text;
}

const char *cw_registry_config_user_info(const struct cw_registry_config *config)
{
	if (strcasecmp(config->auth_source, "USER_INFO") != 0)
		return NULL;
	return given(config->user_info_old) ? config->user_info_old : config->user_info;
}

int cw_registry_config_check(const struct cw_registry_config *config, struct cw_error *err)
{
	const char *user_info = cw_registry_config_user_info(config);

	if (user_info && !*user_info)
		return cw_error_set(err, CW_ERR_INVALID,
				    "UserInfo must be provided when basic.auth.credentials.source is set to USER_INFO");
	if (given(user_info) && given(config->token))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Only one of basic.auth.user.info and bearer.auth.token may be specified");
	if (given(config->keystore) && given(config->keystore_pem))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Only one of schema.registry.ssl.keystore.location and "
				    "schema.registry.ssl.keystore.certificate.chain may be specified");
	if (given(config->truststore) && given(config->truststore_pem))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Only one of schema.registry.ssl.truststore.location and "
				    "schema.registry.ssl.truststore.certificates may be specified");
	if (given(config->keystore_pem) != given(config->key_pem))
		return cw_error_set(
			err, CW_ERR_INVALID,
			"schema.registry.ssl.keystore.certificate.chain and schema.registry.ssl.keystore.key "
			"are needed together");
	return 0;
}
