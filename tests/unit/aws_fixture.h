/* aws_fixture - an environment without anybody's AWS credentials, and a server for what asks AWS. */
#ifndef CW_TESTS_AWS_FIXTURE_H
#define CW_TESTS_AWS_FIXTURE_H

#include <stdlib.h>

#include "base/mem.h"
#include "mini_http.h"

/* Nothing of the environment and home of who runs the tests counts: HOME is `folder`, an existing one. */
static inline void aws_fixture_clear(const char *folder)
{
	static const char *const names[] = {
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION",
		"AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_ENDPOINT_URL",
		"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_CA_BUNDLE",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("HOME", folder, 1);
}

static inline char *aws_fixture_url(const struct mini_http *http, const char *path)
{
	return cw_format("http://127.0.0.1:%d%s", mini_http_port(http), path);
}

static inline void aws_fixture_point(const char *variable, const struct mini_http *http, const char *path)
{
	CW_AUTO_FREE char *url = aws_fixture_url(http, path);

	setenv(variable, url, 1);
}

#endif
