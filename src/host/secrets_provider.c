/*
 * Secrets are kept as long as ttl.ms says, so that a connector with several keys of one secret asks once. One that is
 * asked for again after that and cannot be read is an error: the host keeps what it has.
 */
#include "host/secrets_provider.h"

#include <stdlib.h>
#include <time.h>

#include "aws/secret.h"
#include "base/clock.h"
#include "base/mem.h"

#define ATTEMPTS_MAX 4
#define BACKOFF_MS 200
#define BACKOFF_MAX_MS 2000
#define STOP_POLL_MS 50
/* Credentials that run out are asked for anew so long before. */
#define RENEW_MS (5 * 60 * 1000)

struct secrets_config {
	const char *region, *endpoint, *sts_endpoint, *profile, *stage, *ca;
	int64_t ttl_ms, timeout_ms;
};

struct kept {
	struct kept *next;
	char *id, *text;
	int64_t until_ms; /* monotonic; INT64_MAX: for ever */
};

struct secrets {
	const struct cw_context *ctx;
	const struct secrets_config *config;
	struct cw_aws_client client;
	struct cw_aws_place place;
	struct cw_aws_credentials credentials;
	struct kept *kept;
};

static int64_t now_ms(const struct secrets *secrets)
{
	return secrets->ctx->host->now_ns(secrets->ctx) / CW_NS_PER_MS;
}

/* ---- credentials ------------------------------------------------------------------------------- */

/* Those there are, or new ones when they end soon. Old ones that still hold are better than none. */
static int have_credentials(struct secrets *secrets, struct cw_error *err)
{
	struct cw_aws_credentials *held = &secrets->credentials, found = { 0 };
	struct cw_error why = { 0 };
	int64_t now = cw_clock_epoch_ms();

	if (held->access_key && (held->expires_ms == INT64_MAX || now < held->expires_ms - RENEW_MS))
		return 0;
	if (cw_aws_credentials_find(&secrets->client, &secrets->place, &found, &why) == 0) {
		cw_aws_credentials_free(held);
		*held = found;
		return 0;
	}
	if (held->access_key && now < held->expires_ms)
		return 0;
	return cw_error_set(err, why.code, "%s", why.text);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static char *read_once(struct secrets *secrets, const struct cw_aws_secret_name *name, bool *stale,
		       struct cw_error *err)
{
	struct cw_aws_place place = secrets->place;
	struct cw_error why = { 0 };

	*stale = false;
	if (name->region)
		place.region = name->region;
	CW_AUTO_FREE char *region = cw_aws_region(&secrets->client, &place, &why);

	if (!region || have_credentials(secrets, &why) != 0) {
		cw_error_set(err, why.code, "the secret %s of AWS Secrets Manager cannot be read: %s", name->id, why.text);
		return NULL;
	}
	CW_AUTO_FREE char *endpoint = cw_aws_endpoint(secrets->config->endpoint, "SECRETS_MANAGER", "secretsmanager", region);

	return cw_aws_secret_read(&(struct cw_aws_secrets){ &secrets->client, &secrets->credentials, region, endpoint,
							      secrets->config->stage }, name->id, stale, err);
}

static void wait_ms(const struct cw_context *ctx, int64_t ms)
{
	for (; ms > 0 && !ctx->host->stopping(ctx); ms -= STOP_POLL_MS) {
		struct timespec pause = { .tv_nsec = (long)(ms < STOP_POLL_MS ? ms : STOP_POLL_MS) * 1000000 };

		nanosleep(&pause, NULL);
	}
}

/* What may pass is tried again, as long as one request may take; credentials that have run out are found anew, once. */
static char *read_secret(struct secrets *secrets, const struct cw_aws_secret_name *name, struct cw_error *err)
{
	const struct cw_context *ctx = secrets->ctx;
	int64_t until_ms = now_ms(secrets) + secrets->config->timeout_ms;
	bool renewed = false, stale;

	for (unsigned attempt = 1;; attempt++) {
		struct cw_error why = { 0 };
		char *text = read_once(secrets, name, &stale, &why);

		if (text)
			return text;
		if (stale && !renewed) {
			renewed = true;
			cw_aws_credentials_free(&secrets->credentials);
			continue;
		}
		if (why.code != CW_ERR_RETRIABLE || attempt >= ATTEMPTS_MAX || now_ms(secrets) >= until_ms ||
		    ctx->host->stopping(ctx)) {
			cw_error_set(err, why.code, "%s", why.text);
			return NULL;
		}
		wait_ms(ctx, ctx->host->backoff_ms(ctx, attempt, BACKOFF_MS, BACKOFF_MAX_MS));
	}
}

static struct kept *keep(struct secrets *secrets, struct kept *kept, const char *id, char *text)
{
	int64_t ttl_ms = secrets->config->ttl_ms;

	if (!kept) {
		kept = cw_alloc(sizeof(*kept));
		kept->id = cw_strdup(id);
		kept->next = secrets->kept;
		secrets->kept = kept;
	}
	cw_free_secret(kept->text);
	kept->text = text;
	kept->until_ms = ttl_ms ? now_ms(secrets) + ttl_ms : INT64_MAX;
	return kept;
}

static const struct kept *find(struct secrets *secrets, const struct cw_aws_secret_name *name, struct cw_error *err)
{
	struct kept *kept = secrets->kept;
	char *text;

	while (kept && strcmp(kept->id, name->id) != 0)
		kept = kept->next;
	if (kept && now_ms(secrets) < kept->until_ms)
		return kept;
	text = read_secret(secrets, name, err);
	return text ? keep(secrets, kept, name->id, text) : NULL;
}

static enum cw_result get(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
			  struct cw_error *err)
{
	struct secrets *secrets = state;
	struct cw_aws_secret_name name;
	const struct kept *kept = NULL;

	if (cw_aws_secret_name_parse(path, key, &name, err) == 0)
		kept = find(secrets, &name, err);
	if (kept) {
		*text = cw_aws_secret_part(kept->text, &name, err);
		*ttl_ms = kept->until_ms == INT64_MAX ? INT64_MAX : kept->until_ms - now_ms(secrets);
	}
	cw_aws_secret_name_free(&name);
	return kept && *text ? CW_OK : CW_FAIL;
}

/* ---- life -------------------------------------------------------------------------------------- */

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **state, struct cw_error *err)
{
	struct secrets *secrets = cw_alloc(sizeof(*secrets));

	(void)plugin;
	(void)err;
	secrets->ctx = ctx;
	secrets->config = config;
	secrets->client = (struct cw_aws_client){ secrets->config->timeout_ms, secrets->config->ca, ctx };
	secrets->place = (struct cw_aws_place){ secrets->config->region, secrets->config->profile,
						secrets->config->sts_endpoint };
	*state = secrets;
	return CW_OK;
}

static void stop(void *state)
{
	struct secrets *secrets = state;

	for (struct kept *kept = secrets->kept, *next; kept; kept = next) {
		next = kept->next;
		free(kept->id);
		cw_free_secret(kept->text);
		free(kept);
	}
	cw_aws_credentials_free(&secrets->credentials);
	free(secrets);
}

/* ---- descriptor -------------------------------------------------------------------------------- */

static int check_region(const char *value, struct cw_error *err)
{
	if (!*value || cw_aws_is_region(value))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "a region is as eu-central-1 is");
}

static int check_url(const char *value, struct cw_error *err)
{
	if (!*value || strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "an endpoint begins with https:// or http://");
}

#define STORED(member) .offset = offsetof(struct secrets_config, member)

static const struct cw_config_def defs[] = {
	{ .name = "region", .default_value = "", .importance = CW_HIGH, .check = check_region, STORED(region),
	  .doc = "Region of secrets that are named without one; an ARN has its own. Empty: AWS_REGION, AWS_DEFAULT_REGION, "
		 "the profile's, the EC2 instance's." },
	{ .name = "profile", .default_value = "", .importance = CW_MEDIUM, STORED(profile),
	  .doc = "Profile of ~/.aws/credentials and ~/.aws/config whose credentials are used, and no others. Empty: the first "
		 "of the environment, a web identity, the profile that AWS_PROFILE names (which has to be there) or default, the "
		 "container's metadata, the EC2 instance's metadata." },
	{ .name = "version.stage", .default_value = "AWSCURRENT", .flags = CW_CONFIG_NOT_EMPTY, .importance = CW_LOW,
	  STORED(stage), .doc = "Staging label of the version that is read: AWSCURRENT, AWSPREVIOUS, or one of your own." },
	{ .name = "ttl.ms", .type = CW_CONFIG_LONG, .default_value = "300000", .flags = CW_CONFIG_RANGE, .min = 0,
	  .max = INT64_C(31536000000), .importance = CW_MEDIUM, STORED(ttl_ms),
	  .doc = "How long a secret is taken to hold, in milliseconds. Then it is read again, and connectors for which it has "
		 "changed are restarted, as their config.action.reload says. 0: it is read when the connector starts, and not "
		 "again." },
	{ .name = "request.timeout.ms", .type = CW_CONFIG_LONG, .default_value = "5000", .flags = CW_CONFIG_RANGE, .min = 100,
	  .max = 60000, .importance = CW_LOW, STORED(timeout_ms),
	  .doc = "How long AWS may take to answer, in milliseconds; what is throttled is asked for again within that time." },
	{ .name = "endpoint", .default_value = "", .importance = CW_LOW, .check = check_url, STORED(endpoint),
	  .doc = "URL of Secrets Manager, such as that of a VPC endpoint. Empty: AWS_ENDPOINT_URL_SECRETS_MANAGER, "
		 "AWS_ENDPOINT_URL, AWS's own of the region." },
	{ .name = "sts.endpoint", .default_value = "", .importance = CW_LOW, .check = check_url, STORED(sts_endpoint),
	  .doc = "URL of the Security Token Service, for roles. Empty: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS's own of "
		 "the region." },
	{ .name = "ssl.ca.location", .default_value = "", .importance = CW_LOW, STORED(ca),
	  .doc = "File of certificates in PEM that AWS's are checked with. Empty: AWS_CA_BUNDLE, or the system's." },
};

static const struct cw_config_provider_ops ops = { sizeof(ops), 0, start, get, stop };

const struct cw_plugin cw_secrets_manager_config_provider = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONFIG_PROVIDER), .class_name = "io.connectworker.config.SecretsManagerConfigProvider",
	.version = PACKAGE_VERSION,
	.doc = "${secretsmanager:NAME-OR-ARN:KEY}: a key of a secret in JSON; ${secretsmanager:NAME-OR-ARN}: all of a secret.",
	.config = defs, .n_config = sizeof(defs) / sizeof(*defs), .config_def_size = sizeof(struct cw_config_def),
	.config_size = sizeof(struct secrets_config), .config_provider = &ops,
};
