#include "config_values.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

int cw_es_check_entries(const char *list, int (*check)(const char *entry, struct cw_error *err), struct cw_error *err)
{
	char *copy = cw_text_strdup(list), *rest = copy, *entry;
	int n = 0;

	while (n >= 0 && (entry = strsep(&rest, ",")) != NULL) {
		size_t size;

		entry += strspn(entry, " \t\n");
		for (size = strlen(entry); size && strchr(" \t\n", entry[size - 1]); size--)
			entry[size - 1] = '\0';
		if (*entry)
			n = check(entry, err) ? -1 : n + 1;
	}
	free(copy);
	return n;
}

int cw_es_check_urls(const char *value, struct cw_error *err)
{
	int n = cw_es_check_entries(value, check_url, err);

	if (n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "names no URL; give one such as http://localhost:9200");
	return n < 0 ? -1 : 0;
}

/* Those that say how a request is sent are not for others to say. */
static bool is_ours(const char *header, size_t n)
{
	static const char *const ours[] = { "content-type", "content-length", "content-encoding", "transfer-encoding", "expect",
					    "connection" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strlen(ours[i]) == n && strncasecmp(header, ours[i], n) == 0)
			return true;
	return false;
}

static int check_header(const char *entry, struct cw_error *err)
{
	size_t n = strspn(entry, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

	if (n == 0 || entry[n] != ':' || entry[n + 1 + strspn(entry + n + 1, " ")] == '\0')
		return cw_error_set(err, CW_ERR_INVALID, "holds an entry that is no header; one looks like NAME:VALUE");
	if (strpbrk(entry, "\r\n"))
		return cw_error_set(err, CW_ERR_INVALID, "holds a line break, which a HTTP header may not");
	if (is_ours(entry, n))
		return cw_error_set(err, CW_ERR_INVALID, "may not hold %.*s, which the connector sets", (int)n, entry);
	return 0;
}

int cw_es_check_headers(const char *value, struct cw_error *err)
{
	return cw_es_check_entries(value, check_header, err) < 0 ? -1 : 0;
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

int cw_es_check_pem(const char *value, struct cw_error *err)
{
	if (!strstr(value, "-----BEGIN "))
		return cw_error_set(err, CW_ERR_INVALID, "is no PEM text, which has a line that begins with -----BEGIN");
	return 0;
}

int cw_es_check_kerberos(const char *value, struct cw_error *err)
{
	if (!*value)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "asks for Kerberos, which is not spoken here; log in with connection.username, "
						 "api.key, bearer.token or a client certificate, and remove this key");
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

static int check_resource(const char *entry, struct cw_error *err)
{
	const char *colon = strrchr(entry, ':');

	if (!colon || colon == entry || strlen(colon + 1) > CW_INDEX_NAME_MAX || strpbrk(colon + 1, " ,*#\\/?\"<>|") ||
	    !colon[1] || strchr("_-+", colon[1]))
		return cw_error_set(err, CW_ERR_INVALID, "holds %s, which is no TOPIC:RESOURCE", entry);
	return 0;
}

int cw_es_check_resources(const char *value, struct cw_error *err)
{
	return cw_es_check_entries(value, check_resource, err) < 0 ? -1 : 0;
}
