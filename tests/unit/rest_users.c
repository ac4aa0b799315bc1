#include "rest_users.h"

#include "base/mem.h"
#include "rest_fixture.h"

const char rest_users_tokens[] = "reader reader-reader-reader\noperator operator-operator\n"
				 "nobody nobody-nobody-nobody\nreader expired-expired-exp 2001-01-01\n";
static const char roles_text[] = "alice admin a*\nreader read *\noperator operate a*\nslow admin *\n"
				 "CN=ops,O=Example admin *\nunix:* admin *\n";

char *rest_users_lines(const char *users)
{
	CW_AUTO_FREE char *users_path = rest_fixture_file("users", users, 0644);
	CW_AUTO_FREE char *tokens_path = rest_fixture_file("tokens", rest_users_tokens, 0600);
	CW_AUTO_FREE char *roles_path = rest_fixture_file("roles", roles_text, 0644);

	return cw_format("rest.authentication.basic.file=%s\nrest.authentication.token.file=%s\n"
			 "rest.authorization.roles.file=%s\n",
			 users_path, tokens_path, roles_path);
}
