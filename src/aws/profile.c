#include "aws/profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/props.h"

const char *cw_aws_profile_name(const char *asked)
{
	if (!asked || !*asked)
		asked = getenv("AWS_PROFILE");
	return asked && *asked ? asked : "default";
}

/* "[profile  x] # text" is "profile x": new; NULL without a bracket at its end. */
static char *section_name(const char *line)
{
	const char *end = strchr(line, ']');
	CW_AUTO_FREE char *inner = end ? cw_strndup(line + 1, (size_t)(end - line - 1)) : NULL;
	char *name = inner ? cw_trimmed(inner) : NULL;
	size_t n = 0;

	for (const char *p = name; p && *p; p++)
		if (!isspace((unsigned char)*p))
			name[n++] = *p;
		else if (n && name[n - 1] != ' ')
			name[n++] = ' ';
	if (name)
		name[n] = '\0';
	return name;
}

static void set_key(struct cw_map *out, const char *line, const char *equals)
{
	CW_AUTO_FREE char *left = cw_strndup(line, (size_t)(equals - line));
	CW_AUTO_FREE char *key = cw_trimmed(left);
	CW_AUTO_FREE_SECRET char *value = cw_trimmed(equals + 1);

	for (char *p = key; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	cw_map_set(out, key, value);
}

/* One line that is neither empty nor a comment. *in: whether it is in the section. */
static int take_line(const char *line, const char *section, bool *in, struct cw_map *out, const char **wrong)
{
	const char *equals = strchr(line, '=');

	if (*line == '[') {
		CW_AUTO_FREE char *name = section_name(line);

		*wrong = "a section has no ] at its end";
		*in = name && strcmp(name, section) == 0;
		return name ? *in : -1;
	}
	if (!*in || isspace((unsigned char)*line))
		return 0;
	*wrong = "neither a section nor key = value";
	if (!equals || equals == line)
		return -1;
	set_key(out, line, equals);
	return 0;
}

int cw_aws_profile_parse(const char *text, const char *where, const char *section, struct cw_map *out,
			 struct cw_error *err)
{
	bool in = false, found = false;

	for (int number = 1; *text; number++) {
		size_t n = strcspn(text, "\n");
		CW_AUTO_FREE_SECRET char *line = cw_strndup(text, n);
		size_t blank = strspn(line, " \t\r");
		const char *wrong = NULL;
		int ret = 0;

		if (line[blank] && !strchr("#;", line[blank]))
			ret = take_line(line, section, &in, out, &wrong);
		if (ret < 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s:%d: %s", where, number, wrong);
		found = found || ret > 0;
		text += n + (text[n] == '\n');
	}
	return found;
}

/* As cw_aws_profile_parse() of a file, or 0 when there is none. */
static int load_file(const char *variable, const char *in_home, const char *section, struct cw_map *out,
		     struct cw_error *err)
{
	const char *path = getenv(variable), *home = getenv("HOME");
	CW_AUTO_FREE char *of_home = cw_format("%s/.aws/%s", home ? home : "", in_home);
	char *text;
	size_t n;
	int ret;

	if (!path || !*path)
		path = of_home;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	text = cw_file_read(path, &n, err);
	if (!text)
		return -1;
	ret = cw_aws_profile_parse(text, path, section, out, err);
	cw_free_secret(text);
	return ret;
}

int cw_aws_profile_load(const char *name, struct cw_map *out, struct cw_error *err)
{
	bool is_default = strcmp(name, "default") == 0;
	CW_AUTO_FREE char *section = is_default ? cw_strdup(name) : cw_format("profile %s", name);
	int in_config = load_file("AWS_CONFIG_FILE", "config", section, out, err), in_credentials;

	if (in_config < 0)
		return -1;
	in_credentials = load_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", name, out, err);
	return in_credentials < 0 ? -1 : in_config || in_credentials;
}
