/* hide - texts for people without what they must not say. Pure. */
#ifndef CW_BASE_HIDE_H
#define CW_BASE_HIDE_H

#include "base/buf.h"
#include "base/map.h"

/* Shorter texts are not hidden: they cannot be told from the words of a sentence. */
#define CW_HIDE_MIN 4u

/* What stands in answers, errors and logs for a secret. */
#define CW_HIDDEN "[hidden]"

/*
 * The text, a value or a sentence, with CW_HIDDEN for the user and the password of each URL in it, unless config
 * providers are asked for all of them: "http://[hidden]@host". New.
 */
char *cw_hide_userinfo(const char *text);

/*
 * The text with what stands for each of `hidden`: its keys are not to be seen, and their values take their place. Of
 * two keys that begin at the same place the longer counts. URLs are shown as above. As cw_buf_utf8() has texts, so that
 * JSON takes it. New.
 */
char *cw_hide(const char *text, const struct cw_map *hidden);
/* Appends what cw_hide() makes of any bytes, which stay as they are otherwise. */
void cw_hide_bytes(struct cw_buf *out, const char *p, size_t n, const struct cw_map *hidden);

/* Without the blanks and line ends around it, such as a secret out of a file has. New. */
char *cw_trimmed(const char *text);

#endif
