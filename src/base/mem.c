#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p) {
		fputs("connect-worker: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *cw_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *cw_realloc(void *p, size_t size)
{
	return checked(realloc(p, size ? size : 1));
}

char *cw_strndup(const char *text, size_t n)
{
	return text ? checked(strndup(text, n)) : NULL;
}

char *cw_strdup(const char *text)
{
	return text ? checked(strdup(text)) : NULL;
}

char *cw_format(const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return checked(n < 0 ? NULL : text);
}

void cw_free_ptr(void *pp)
{
	free(*(void **)pp);
}

void cw_free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void cw_free_secret_ptr(char **text)
{
	cw_free_secret(*text);
}
