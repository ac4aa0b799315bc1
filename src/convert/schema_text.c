#include "convert/schema_text.h"

#include "base/utf8.h"

/* How many bytes from p on mean themselves. */
static size_t plain_length(const char *p, size_t n)
{
	size_t i = 0, length;

	while (i < n && (unsigned char)p[i] >= ' ' && p[i] != '"' && p[i] != '\\') {
		length = cw_utf8_length(p + i, n - i);
		if (!length)
			break;
		i += length;
	}
	return i;
}

static void put_escape(struct cw_buf *out, char c)
{
	static const char short_ones[] = "\bb\ff\nn\rr\tt\"\"\\\\";

	for (const char *p = short_ones; *p; p += 2)
		if (*p == c) {
			cw_buf_printf(out, "\\%c", p[1]);
			return;
		}
	if ((unsigned char)c < ' ')
		cw_buf_printf(out, "\\u%04X", (unsigned)c);
	else
		cw_buf_puts(out, "\xef\xbf\xbd");
}

void cw_schema_text_put(struct cw_buf *out, struct cw_slice text)
{
	size_t i = 0;

	cw_buf_puts(out, "\"");
	while (i < text.n) {
		size_t length = plain_length(text.p + i, text.n - i);

		cw_buf_append(out, text.p + i, length);
		i += length;
		if (i < text.n)
			put_escape(out, text.p[i++]);
	}
	cw_buf_puts(out, "\"");
}
