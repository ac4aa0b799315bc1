/*
 * mem - allocation that does not fail: a process without memory says so on stderr and aborts.
 * The supervisor restarts what can be restarted; no half-done state is carried on.
 */
#ifndef CW_BASE_MEM_H
#define CW_BASE_MEM_H

#include <stddef.h>

void *cw_alloc(size_t size);                     /* zeroed */
void *cw_realloc(void *p, size_t size);
char *cw_strdup(const char *text);               /* NULL gives NULL */
char *cw_strndup(const char *text, size_t n);
char *cw_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Overwrites a text that nobody may find in memory, and frees it; NULL is fine. */
void cw_free_secret(char *text);

/* Scope cleanup: CW_AUTO_FREE char *text = cw_strdup(…); */
void cw_free_ptr(void *pp);
#define CW_AUTO_FREE __attribute__((cleanup(cw_free_ptr)))
void cw_free_secret_ptr(char **text);
#define CW_AUTO_FREE_SECRET __attribute__((cleanup(cw_free_secret_ptr)))

#endif
