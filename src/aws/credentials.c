#include "aws/credentials.h"

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "aws/profile.h"
#include "aws/sources.h"
#include "base/mem.h"

/* How many roles may stand on one another in the shared files. */
#define ROLES_MAX 5

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool given(const char *text)
{
	return text && *text;
}

/* ---- one set ----------------------------------------------------------------------------------- */

/* "2026-11-28T04:16:29Z" in milliseconds; -1 when it is none. */
static int64_t parse_time(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end && *end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	return end && (strcmp(end, "Z") == 0 || strcmp(end, "+00:00") == 0) ? (int64_t)timegm(&tm) * 1000 : -1;
}

/* They go into a header: a line end in one would be another header. */
static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

int cw_aws_credentials_set(struct cw_aws_credentials *out, const char *access_key, const char *secret_key,
			   const char *token, const char *expiration, const char *source, struct cw_error *err)
{
	int64_t expires_ms = given(expiration) ? parse_time(expiration) : INT64_MAX;

	if (!given(access_key) || !given(secret_key))
		return cw_error_set(err, CW_ERR_INVALID, "%s has no %s", source,
				    given(access_key) ? "secret access key" : "access key id");
	if (!is_one_line(access_key) || !is_one_line(secret_key) || (given(token) && !is_one_line(token)))
		return cw_error_set(err, CW_ERR_INVALID, "%s has keys that are no single line", source);
	if (expires_ms < 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s has credentials whose expiration is no time", source);
	*out = (struct cw_aws_credentials){ cw_strdup(access_key), cw_strdup(secret_key),
					    given(token) ? cw_strdup(token) : NULL, expires_ms, cw_strdup(source) };
	return 0;
}

/* 1, 0 when there are none, -1 with *err. */
static int from_environment(struct cw_aws_credentials *out, struct cw_error *err)
{
	const char *access_key = variable("AWS_ACCESS_KEY_ID"), *secret_key = variable("AWS_SECRET_ACCESS_KEY");

	if (!access_key && !secret_key)
		return 0;
	return cw_aws_credentials_set(out, access_key, secret_key, variable("AWS_SESSION_TOKEN"), NULL, "the environment",
				      err) == 0 ? 1 : -1;
}

static int from_web_identity(const struct cw_aws_client *client, const struct cw_aws_place *place,
			     struct cw_aws_credentials *out, struct cw_error *err)
{
	struct cw_aws_role role = { .arn = variable("AWS_ROLE_ARN"), .session = variable("AWS_ROLE_SESSION_NAME"),
				    .token_file = variable("AWS_WEB_IDENTITY_TOKEN_FILE") };

	if (!role.token_file)
		return 0;
	if (!role.arn)
		return cw_error_set(err, CW_ERR_INVALID, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN");
	return cw_aws_assume_role(client, place, &role, out, err) == 0 ? 1 : -1;
}

/* ---- profiles ---------------------------------------------------------------------------------- */

struct profiles {
	const struct cw_aws_client *client;
	const struct cw_aws_place *place;
	int roles; /* on one another so far */
};

static int from_profile(struct profiles *profiles, const char *name, struct cw_aws_credentials *out,
			struct cw_error *err);

/* What a role of a profile stands on. */
static int base_of(struct profiles *profiles, const char *name, const struct cw_map *keys,
		   struct cw_aws_credentials *out, struct cw_error *err)
{
	const char *source = cw_map_get(keys, "source_profile"), *other = cw_map_get(keys, "credential_source");
	int ret = 0;

	if (source && strcmp(source, name) == 0 && cw_map_get(keys, "aws_access_key_id"))
		return cw_aws_credentials_set(out, cw_map_get(keys, "aws_access_key_id"),
					      cw_map_get(keys, "aws_secret_access_key"),
					      cw_map_get(keys, "aws_session_token"), NULL, name, err) == 0 ? 1 : -1;
	if (source)
		ret = from_profile(profiles, source, out, err);
	else if (other && strcmp(other, "Environment") == 0)
		ret = from_environment(out, err);
	else if (other && strcmp(other, "EcsContainer") == 0)
		ret = cw_aws_container(profiles->client, out, err);
	else if (other && strcmp(other, "Ec2InstanceMetadata") == 0)
		ret = cw_aws_instance(profiles->client, out, err);
	if (ret == 0)
		cw_error_set(err, CW_ERR_INVALID, "the profile %s has a role_arn, but there are no credentials to take it on "
			     "with: source_profile, credential_source or web_identity_token_file name them", name);
	return ret > 0 ? 1 : -1;
}

static int from_role(struct profiles *profiles, const char *name, const struct cw_map *keys,
		     struct cw_aws_credentials *out, struct cw_error *err)
{
	struct cw_aws_credentials base = { 0 };
	struct cw_aws_role role = { .arn = cw_map_get(keys, "role_arn"), .session = cw_map_get(keys, "role_session_name"),
				    .external_id = cw_map_get(keys, "external_id"),
				    .token_file = cw_map_get(keys, "web_identity_token_file"), .base = &base };
	int ret;

	if (++profiles->roles > ROLES_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "the profile %s refers to itself, or to too many others", name);
	if (!role.token_file && base_of(profiles, name, keys, &base, err) < 0)
		return -1;
	ret = cw_aws_assume_role(profiles->client, profiles->place, &role, out, err) == 0 ? 1 : -1;
	cw_aws_credentials_free(&base);
	return ret;
}

static int from_keys(struct profiles *profiles, const char *name, const struct cw_map *keys,
		     struct cw_aws_credentials *out, struct cw_error *err)
{
	static const char *const others[] = { "credential_process", "sso_session", "sso_start_url" };
	CW_AUTO_FREE char *source = cw_format("the profile %s", name);

	if (cw_map_get(keys, "role_arn"))
		return from_role(profiles, name, keys, out, err);
	if (cw_map_get(keys, "aws_access_key_id") || cw_map_get(keys, "aws_secret_access_key"))
		return cw_aws_credentials_set(out, cw_map_get(keys, "aws_access_key_id"),
					      cw_map_get(keys, "aws_secret_access_key"),
					      cw_map_get(keys, "aws_session_token"), NULL, source, err) == 0 ? 1 : -1;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (cw_map_get(keys, others[i]))
			return cw_error_set(err, CW_ERR_INVALID, "the profile %s has %s, which is not understood here: give it "
					    "keys or a role", name, others[i]);
	return 0;
}

static int from_profile(struct profiles *profiles, const char *name, struct cw_aws_credentials *out,
			struct cw_error *err)
{
	struct cw_map keys = { 0 };
	int ret = cw_aws_profile_load(name, &keys, err);

	if (ret > 0)
		ret = from_keys(profiles, name, &keys, out, err);
	cw_map_free_secret(&keys);
	return ret;
}

/* ---- all places -------------------------------------------------------------------------------- */

static int from_asked_profile(struct profiles *profiles, const char *name, struct cw_aws_credentials *out,
			      struct cw_error *err)
{
	int ret = from_profile(profiles, name, out, err);

	if (ret == 0)
		return cw_error_set(err, CW_ERR_INVALID, "no AWS credentials: the shared files have no profile %s with keys or "
				    "a role", name);
	return ret > 0 ? 0 : -1;
}

/* 1, 0, -1. One that is asked for in the environment has to be there: another place's credentials have other rights. */
static int from_usual_profile(struct profiles *profiles, const char *name, struct cw_aws_credentials *out,
			      struct cw_error *err)
{
	struct cw_map keys = { 0 };
	int ret = cw_aws_profile_load(name, &keys, err);

	if (ret > 0)
		ret = from_keys(profiles, name, &keys, out, err);
	else if (ret == 0 && strcmp(name, "default") != 0)
		ret = cw_error_set(err, CW_ERR_INVALID, "no AWS credentials: the shared files have no profile %s, which AWS_PROFILE "
				   "names", name);
	cw_map_free_secret(&keys);
	return ret;
}

int cw_aws_credentials_find(const struct cw_aws_client *client, const struct cw_aws_place *place,
			    struct cw_aws_credentials *out, struct cw_error *err)
{
	struct profiles profiles = { client, place, 0 };
	const char *profile = cw_aws_profile_name(place->profile);
	struct cw_error instance = { 0 };
	int ret;

	if (given(place->profile))
		return from_asked_profile(&profiles, profile, out, err);
	ret = from_environment(out, err);
	if (ret == 0)
		ret = from_web_identity(client, place, out, err);
	if (ret == 0)
		ret = from_usual_profile(&profiles, profile, out, err);
	if (ret == 0)
		ret = cw_aws_container(client, out, err);
	if (ret != 0)
		return ret > 0 ? 0 : -1;
	ret = cw_aws_instance(client, out, &instance);
	if (ret > 0)
		return 0;
	return cw_error_set(err, ret == -2 ? instance.code : CW_ERR_FATAL, "no AWS credentials: none in the environment (AWS_ACCESS_KEY_ID), of a web "
			    "identity (AWS_WEB_IDENTITY_TOKEN_FILE), of the profile %s in ~/.aws, or of a container; and of EC2: %s",
			    profile, ret < 0 ? instance.text : "AWS_EC2_METADATA_DISABLED is true");
}

/* ---- where ------------------------------------------------------------------------------------- */

/* It becomes a part of a host's name. */
bool cw_aws_is_region(const char *text)
{
	return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static char *region_of_profile(const char *asked)
{
	struct cw_map keys = { 0 };
	struct cw_error ignored = { 0 };
	char *region = NULL;

	if (cw_aws_profile_load(cw_aws_profile_name(asked), &keys, &ignored) > 0)
		region = cw_strdup(cw_map_get(&keys, "region"));
	cw_map_free_secret(&keys);
	return region;
}

char *cw_aws_region(const struct cw_aws_client *client, const struct cw_aws_place *place, struct cw_error *err)
{
	const char *known = given(place->region) ? place->region : variable("AWS_REGION");
	char *region;

	if (!known)
		known = variable("AWS_DEFAULT_REGION");
	region = known ? cw_strdup(known) : region_of_profile(place->profile);
	if (!region)
		region = cw_aws_instance_region(client);
	if (!region) {
		cw_error_set(err, CW_ERR_INVALID, "no AWS region: give it as region, in AWS_REGION or in the profile");
	} else if (!cw_aws_is_region(region)) {
		cw_error_set(err, CW_ERR_INVALID, "\"%s\" is no AWS region, as eu-central-1 is", region);
		free(region);
		region = NULL;
	}
	return region;
}

char *cw_aws_endpoint(const char *asked, const char *variable_end, const char *service, const char *region)
{
	CW_AUTO_FREE char *name = cw_format("AWS_ENDPOINT_URL_%s", variable_end);
	const char *known = given(asked) ? asked : variable(name);
	char *url;

	if (!known)
		known = variable("AWS_ENDPOINT_URL");
	if (!known)
		return cw_format("https://%s.%s.amazonaws.com%s/", service, region,
				 strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
	url = cw_strdup(known);
	for (size_t n = strlen(url); n && url[n - 1] == '/'; n--)
		url[n - 1] = '\0';
	CW_AUTO_FREE char *bare = url;

	return cw_format("%s/", bare);
}
