/*
 * charset - Java's character sets by all of Java's names for them, and how they differ from those of iconv(3). Pure.
 *
 * What is listed is what glibc has as Java has it: compared with Java 17, byte for byte and character for character.
 * Some characters differ all the same: those of private use in Chinese and Korean sets, symbols and what is not Chinese
 * in Big5, and katakana of half width, which ISO-2022-JP reads but does not write. UTF-32 is big-endian, whatever its
 * mark says. Not listed are sets that iconv does not have or has otherwise, among them CESU-8, ISO-2022-KR and IBM's of
 * East Asia.
 */
#ifndef CW_CONVERT_CHARSET_H
#define CW_CONVERT_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

enum cw_charset_kind {
	CW_CHARSET_UTF8,
	CW_CHARSET_UTF16,        /* by its mark, else big-endian */
	CW_CHARSET_UTF16_LITTLE, /* by its mark, else little-endian */
	CW_CHARSET_UTF16BE,
	CW_CHARSET_UTF16LE,
	CW_CHARSET_BYTES, /* each character is one byte */
	CW_CHARSET_ICONV  /* whatever iconv makes of it, but for what is swapped */
};

/* A byte that stands for another character than iconv says. U+FFFD: for none. */
struct cw_charset_byte {
	uint8_t byte;
	uint16_t c;
};

/* The characters first…last stand as another one. U+FFFF: as one that no character set has. */
struct cw_charset_swap {
	uint16_t first, last, c;
};

#define CW_CHARSET_BYTES_MAX 5
#define CW_CHARSET_SWAPS_MAX 15

struct cw_charset {
	const char *names; /* in small letters, between spaces */
	enum cw_charset_kind kind;
	const char *iconv;
	struct cw_charset_byte bytes[CW_CHARSET_BYTES_MAX]; /* CW_CHARSET_BYTES; ends with the byte 0 */
	struct cw_charset_swap read[CW_CHARSET_SWAPS_MAX];  /* after iconv has read; ends with c of 0 */
	struct cw_charset_swap write[CW_CHARSET_SWAPS_MAX]; /* before iconv writes */
	const char *instead; /* for what it does not have; NULL: "?" */
	uint8_t unit;   /* bytes that are passed over where they are broken; 0: 1 */
	bool two_bytes; /* what iconv has four bytes for is not in it */
};

/* By a name, without case; NULL: none of Java's, or not to be had exactly. */
const struct cw_charset *cw_charset_find(const char *name);

#endif
