#include "config_values.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "index_name.h"
#include "pattern.h"
#include "text.h"
#include "zone.h"

static int check_url(const char *url, struct cw_error *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL, *query = NULL;
	int rc = 0;

	if (!u || curl_url_set(u, CURLUPART_URL, url, CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME))
		rc = cw_error_set(err, CW_ERR_INVALID, "is no URL such as http://localhost:9200");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		rc = cw_error_set(err, CW_ERR_INVALID,
				  "holds a user name; use connection.username and connection.password, which are kept "
				  "secret");
	else if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		 (strstr(url, "://") && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		rc = cw_error_set(err, CW_ERR_INVALID, "is neither a http:// nor a https:// URL");
	else if (curl_url_get(u, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
		rc = cw_error_set(err, CW_ERR_INVALID, "holds a query, which the base URL of a store may not have");
	curl_free(scheme);
	curl_free(user);
	curl_free(query);
	curl_url_cleanup(u);
	return rc;
}

/* The value is the whole list. */
int cw_es_check_urls(const char *value, struct cw_error *err)
{
	char *copy = cw_text_strdup(value), *rest = copy, *url;
	int rc = 0, n = 0;

	while (rc == 0 && (url = strsep(&rest, ",")) != NULL) {
		size_t n_url;

		url += strspn(url, " \t\n");
		for (n_url = strlen(url); n_url && strchr(" \t\n", url[n_url - 1]); n_url--)
			url[n_url - 1] = '\0';
		if (!*url)
			continue;
		n++;
		rc = check_url(url, err);
	}
	if (rc == 0 && n == 0)
		rc = cw_error_set(err, CW_ERR_INVALID, "names no URL; give one such as http://localhost:9200");
	free(copy);
	return rc;
}

int cw_es_check_index(const char *value, struct cw_error *err)
{
	struct cw_index_name *name = cw_index_name_compile(value, err);

	cw_index_name_free(name);
	return name ? 0 : -1;
}

int cw_es_check_routing(const char *value, struct cw_error *err)
{
	struct cw_index_name *name = *value ? cw_index_name_compile_routing(value, err) : NULL;

	cw_index_name_free(name);
	return name || !*value ? 0 : -1;
}

int cw_es_check_timezone(const char *value, struct cw_error *err)
{
	struct cw_zone *zone = cw_zone_open(value, err);

	cw_zone_free(zone);
	return zone ? 0 : -1;
}

int cw_es_check_pattern(const char *value, struct cw_error *err)
{
	struct cw_pattern *pattern = cw_pattern_compile(value, err);

	cw_pattern_free(pattern);
	return pattern ? 0 : -1;
}

int cw_es_check_file(const char *value, struct cw_error *err)
{
	struct stat st;

	if (stat(value, &st) || !S_ISREG(st.st_mode) || access(value, R_OK))
		return cw_error_set(err, CW_ERR_INVALID, "is no file that this worker can read");
	return 0;
}

int cw_es_check_stream_part(const char *value, struct cw_error *err)
{
	const char *p = value;

	if (strlen(value) > 100)
		return cw_error_set(err, CW_ERR_INVALID, "is longer than 100 characters");
	for (; *p; p++) {
		if (strncmp(p, "${topic}", 8) == 0) {
			p += 7;
			continue;
		}
		if (*p <= ' ' || (*p >= 'A' && *p <= 'Z') || strchr("\\/*\"<>|,#:-?{}%", *p))
			return cw_error_set(err, CW_ERR_INVALID,
					    "may hold no capital letters, spaces, hyphens or any of \\ / * \" < > | , "
					    "# : ?");
	}
	return 0;
}

int cw_es_check_dataset(const char *value, struct cw_error *err)
{
	if (strchr(value, '$'))
		return cw_error_set(err, CW_ERR_INVALID, "may not hold ${topic}; data.stream.namespace may");
	return cw_es_check_stream_part(value, err);
}

int cw_es_check_name(const char *value, struct cw_error *err)
{
	if (!*value || strlen(value) > 200 || strpbrk(value, " ,*#\\/?\"<>|:") || strchr("_-+.", *value))
		return cw_error_set(err, CW_ERR_INVALID, "is no name: no spaces, none of , * # \\ / ? \" < > | : and "
							 "no _ - + . at its start");
	return 0;
}
