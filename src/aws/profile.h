/*
 * profile - the files that AWS's tools share: ~/.aws/credentials and ~/.aws/config, or those that
 * AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name.
 */
#ifndef CW_AWS_PROFILE_H
#define CW_AWS_PROFILE_H

#include "base/map.h"
#include "connect-worker/connector.h"

/*
 * The keys of a section (a name of a profile as the file has it) are set in *out, in lower case; nested ones are left
 * out. `where` is the file's name. 1 when the section is there, 0 when not, -1 with *err, which never shows the line.
 */
int cw_aws_profile_parse(const char *text, const char *where, const char *section, struct cw_map *out,
			 struct cw_error *err);
/* Both files' keys of a profile, the credentials file's before the other's: as above. A file need not be there. */
int cw_aws_profile_load(const char *name, struct cw_map *out, struct cw_error *err);
/* What is asked for, AWS_PROFILE, or "default". */
const char *cw_aws_profile_name(const char *asked);

#endif
