#include "transform/java_property.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CASED "\\p{Lu}\\p{Ll}\\p{Lt}"
#define BOTH_CASES "\\p{Lowercase}\\p{Uppercase}\\p{Lt}"
#define WHITE_SPACE "\\p{Z}\\x{9}-\\x{d}\\x{85}"
#define WORD "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}"
#define HEX_DIGIT "\\p{Nd}A-Fa-f\\x{ff21}-\\x{ff26}\\x{ff41}-\\x{ff46}"
#define IGNORABLE "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{7f}-\\x{9f}\\p{Cf}"
#define PUNCT "!-\\/:-@\\[-`{-~"

struct entry {
	const char *name, *items, *any_case; /* any_case: items under (?i), NULL when the same */
	bool negated;
};

/* \p{name}: general categories, POSIX classes of ASCII, and methods of java.lang.Character */
static const struct entry properties[] = {
	{ "Lu", "\\p{Lu}", CASED, false },
	{ "Ll", "\\p{Ll}", CASED, false },
	{ "Lt", "\\p{Lt}", CASED, false },
	{ "LC", CASED, NULL, false },
	{ "LD", "\\p{L}\\p{Nd}", NULL, false },
	{ "L1", "\\x{0}-\\x{ff}", NULL, false },
	{ "all", "\\x{0}-\\x{10ffff}", NULL, false },
	{ "ASCII", "\\x{0}-\\x{7f}", NULL, false },
	{ "Alnum", "A-Za-z0-9", NULL, false },
	{ "Alpha", "A-Za-z", NULL, false },
	{ "Blank", "\\x{20}\\x{9}", NULL, false },
	{ "Cntrl", "\\x{0}-\\x{1f}\\x{7f}", NULL, false },
	{ "Digit", "0-9", NULL, false },
	{ "Graph", "!-~", NULL, false },
	{ "Lower", "a-z", "A-Za-z", false },
	{ "Print", "\\x{20}-~", NULL, false },
	{ "Punct", PUNCT, NULL, false },
	{ "Space", "\\x{9}-\\x{d}\\x{20}", NULL, false },
	{ "Upper", "A-Z", "A-Za-z", false },
	{ "XDigit", "0-9A-Fa-f", NULL, false },
	{ "javaLowerCase", "\\p{Lowercase}", BOTH_CASES, false },
	{ "javaUpperCase", "\\p{Uppercase}", BOTH_CASES, false },
	{ "javaTitleCase", "\\p{Lt}", BOTH_CASES, false },
	{ "javaAlphabetic", "\\p{Alphabetic}", NULL, false },
	{ "javaIdeographic", "\\p{Ideographic}", NULL, false },
	{ "javaDigit", "\\p{Nd}", NULL, false },
	{ "javaDefined", "\\p{Cn}", NULL, true },
	{ "javaLetter", "\\p{L}", NULL, false },
	{ "javaLetterOrDigit", "\\p{L}\\p{Nd}", NULL, false },
	{ "javaJavaIdentifierStart", "\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}", NULL, false },
	{ "javaJavaIdentifierPart", "\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}\\p{Nd}\\p{Mc}\\p{Mn}" IGNORABLE, NULL, false },
	{ "javaIdentifierIgnorable", IGNORABLE, NULL, false },
	{ "javaSpaceChar", "\\p{Z}", NULL, false },
	{ "javaWhitespace",
	  "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}\\x{2028}\\x{2029}\\x{205f}\\x{"
	  "3000}",
	  NULL, false },
	{ "javaISOControl", "\\x{0}-\\x{1f}\\x{7f}-\\x{9f}", NULL, false },
	{ "javaMirrored", "\\p{Bidi_Mirrored}", NULL, false },
};

/* General categories that PCRE2 has by the same name, but those whose case counts. */
static const char *const categories[] = {
	"C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Lm", "Lo", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
	"No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
};

/* \p{IsName}, by any case: Unicode's binary properties */
static const struct entry unicode_properties[] = {
	{ "Alphabetic", "\\p{Alphabetic}", NULL, false },
	{ "Assigned", "\\p{Cn}", NULL, true },
	{ "Control", "\\p{Cc}", NULL, false },
	{ "HexDigit", HEX_DIGIT, NULL, false },
	{ "Hex_Digit", HEX_DIGIT, NULL, false },
	{ "Ideographic", "\\p{Ideographic}", NULL, false },
	{ "JoinControl", "\\x{200c}\\x{200d}", NULL, false },
	{ "Join_Control", "\\x{200c}\\x{200d}", NULL, false },
	{ "Letter", "\\p{L}", NULL, false },
	{ "Lowercase", "\\p{Lowercase}", BOTH_CASES, false },
	{ "NoncharacterCodePoint", "\\p{Noncharacter_Code_Point}", NULL, false },
	{ "Noncharacter_Code_Point", "\\p{Noncharacter_Code_Point}", NULL, false },
	{ "Titlecase", "\\p{Lt}", BOTH_CASES, false },
	{ "Punctuation", "\\p{P}", NULL, false },
	{ "Uppercase", "\\p{Uppercase}", BOTH_CASES, false },
	{ "WhiteSpace", WHITE_SPACE, NULL, false },
	{ "White_Space", WHITE_SPACE, NULL, false },
	{ "Word", WORD, NULL, false },
};

/* POSIX names in Unicode's sense: \p{IsAlpha}, and \p{Alpha} under (?U); by any case */
static const struct entry unicode_posix[] = {
	{ "Alpha", "\\p{Alphabetic}", NULL, false },
	{ "Lower", "\\p{Lowercase}", BOTH_CASES, false },
	{ "Upper", "\\p{Uppercase}", BOTH_CASES, false },
	{ "Space", WHITE_SPACE, NULL, false },
	{ "Punct", "\\p{P}", NULL, false },
	{ "XDigit", HEX_DIGIT, NULL, false },
	{ "Alnum", "\\p{Alphabetic}\\p{Nd}", NULL, false },
	{ "Cntrl", "\\p{Cc}", NULL, false },
	{ "Digit", "\\p{Nd}", NULL, false },
	{ "Blank", "\\p{Zs}\\x{9}", NULL, false },
	{ "Graph", "\\p{Z}\\p{Cc}\\p{Cs}\\p{Cn}", NULL, true },
	{ "Print", "\\p{Zl}\\p{Zp}\\p{Cc}\\p{Cs}\\p{Cn}", NULL, true },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct search {
	const char *name;
	size_t n;
	bool any_case; /* of letters that the property is for */
	struct cw_java_property *scratch;
	char *buffer;
	size_t size;
};

static const struct cw_java_property *answer(const struct search *s, const char *items, bool negated)
{
	s->scratch->items = items;
	s->scratch->negated = negated;
	return s->scratch;
}

static const struct cw_java_property *in_table(const struct search *s, const struct entry *table, size_t n, bool exact)
{
	for (size_t i = 0; i < n; i++) {
		const struct entry *e = &table[i];

		if (strlen(e->name) == s->n &&
		    (exact ? memcmp(e->name, s->name, s->n) : strncasecmp(e->name, s->name, s->n)) == 0)
			return answer(s, s->any_case && e->any_case ? e->any_case : e->items, e->negated);
	}
	return NULL;
}

static const struct cw_java_property *named(const struct search *s)
{
	const struct cw_java_property *found = in_table(s, properties, COUNT(properties), true);

	for (size_t i = 0; !found && i < COUNT(categories); i++)
		if (strlen(categories[i]) == s->n && memcmp(categories[i], s->name, s->n) == 0) {
			snprintf(s->buffer, s->size, "\\p{%s}", categories[i]);
			found = answer(s, s->buffer, false);
		}
	return found;
}

/* Its name is PCRE2's to judge; Java means the script itself, not those that share characters with it. */
static const struct cw_java_property *script(const struct search *s)
{
	if (s->n == 0 || s->n > 64 ||
	    strspn(s->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") < s->n)
		return NULL;
	snprintf(s->buffer, s->size, "\\p{sc:%.*s}", (int)s->n, s->name);
	return answer(s, s->buffer, false);
}

static const struct cw_java_property *refuse(const struct search *s, const char *why)
{
	snprintf(s->buffer, s->size, "%s", why);
	return NULL;
}

/* \p{key=value} */
static const struct cw_java_property *keyed(struct search *s, size_t key_n)
{
	const char *key = s->name;

	s->name += key_n + 1;
	s->n -= key_n + 1;
	if ((key_n == 2 && strncasecmp(key, "sc", 2) == 0) || (key_n == 6 && strncasecmp(key, "script", 6) == 0))
		return script(s);
	if ((key_n == 2 && strncasecmp(key, "gc", 2) == 0) ||
	    (key_n == 16 && strncasecmp(key, "general_category", 16) == 0))
		return named(s);
	if ((key_n == 3 && strncasecmp(key, "blk", 3) == 0) || (key_n == 5 && strncasecmp(key, "block", 5) == 0))
		return refuse(s,
			      "names a Unicode block, which PCRE2 does not know; write the range of characters, or a "
			      "script as in \\p{IsGreek}");
	return NULL;
}

const struct cw_java_property *cw_java_property_find(const char *name, size_t n, bool case_insensitive,
						     bool posix_unicode, struct cw_java_property *scratch,
						     char *buffer, size_t size)
{
	struct search s = { name, n, case_insensitive, scratch, buffer, size };
	const struct cw_java_property *found;
	const char *equals = memchr(name, '=', n);

	buffer[0] = '\0';
	if (equals)
		return keyed(&s, (size_t)(equals - name));
	if (n >= 2 && memcmp(name, "In", 2) == 0)
		return refuse(&s,
			      "names a Unicode block, which PCRE2 does not know; write the range of characters, or a "
			      "script as in \\p{IsGreek}");
	if (n < 2 || memcmp(name, "Is", 2) != 0) {
		found = posix_unicode ? in_table(&s, unicode_posix, COUNT(unicode_posix), false) : NULL;
		return found ? found : named(&s);
	}
	s.name += 2;
	s.n -= 2;
	found = in_table(&s, unicode_properties, COUNT(unicode_properties), false);
	if (!found)
		found = in_table(&s, unicode_posix, COUNT(unicode_posix), false);
	if (!found)
		found = named(&s);
	return found ? found : script(&s);
}

const char *cw_java_class_items(char letter, bool unicode)
{
	switch (letter) {
	case 'd': return unicode ? "\\p{Nd}" : "0-9";
	case 's': return unicode ? WHITE_SPACE : "\\x{9}-\\x{d}\\x{20}";
	case 'w': return unicode ? WORD : "A-Za-z0-9_";
	case 'h': return "\\h";
	default: return "\\v";
	}
}
