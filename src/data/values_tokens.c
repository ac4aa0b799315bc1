#include "data/values_tokens.h"

struct cw_slice cw_tokens_trim(struct cw_slice token)
{
	while (token.n && (unsigned char)token.p[0] <= ' ')
		token = cw_slice(token.p + 1, token.n - 1);
	while (token.n && (unsigned char)token.p[token.n - 1] <= ' ')
		token.n--;
	return token;
}

static bool is_delimiter(char c)
{
	return c == ':' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']' || c == '"';
}

static struct cw_slice scan(struct cw_tokens *t)
{
	size_t start = t->at;
	bool escaped = false;

	for (; t->at < t->text.n; t->at++) {
		char c = t->text.p[t->at];

		if (is_delimiter(c) && !escaped) {
			if (t->at == start)
				t->at++;
			break;
		}
		escaped = c == '\\' && !escaped;
	}
	return cw_slice(t->text.p + start, t->at - start);
}

bool cw_tokens_left(const struct cw_tokens *tokens)
{
	return tokens->has_next || tokens->at < tokens->text.n;
}

struct cw_slice cw_tokens_take(struct cw_tokens *tokens)
{
	if (!tokens->has_next)
		return scan(tokens);
	tokens->has_next = false;
	return tokens->next;
}

bool cw_tokens_accept(struct cw_tokens *tokens, const char *expected)
{
	if (!cw_tokens_left(tokens))
		return false;
	if (!tokens->has_next)
		tokens->next = scan(tokens);
	while (cw_tokens_trim(tokens->next).n == 0 && tokens->at < tokens->text.n)
		tokens->next = scan(tokens);
	tokens->has_next = !cw_slice_equal(cw_tokens_trim(tokens->next), cw_slice_str(expected));
	return !tokens->has_next;
}

size_t cw_tokens_mark(const struct cw_tokens *tokens)
{
	return tokens->at - (tokens->has_next ? tokens->next.n : 0);
}

void cw_tokens_rewind(struct cw_tokens *tokens, size_t mark)
{
	tokens->at = mark;
	tokens->has_next = false;
}
