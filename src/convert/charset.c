#include "convert/charset.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define AS(theirs, java) { theirs, theirs, java }
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define NONE(c) { c, c, 0xffff }
#define LATER_CONTROLS(c) { 0x80, 0x8d, c }, { 0x90, 0x9f, c }

static const struct cw_charset charsets[] = {
	{ " utf-8 unicode-1-1-utf-8 utf8 ", .kind = CW_CHARSET_UTF8 },
	{ " utf-16 utf_16 unicode utf16 unicodebig ", .kind = CW_CHARSET_UTF16 },
	{ " x-utf-16le-bom unicodelittle ", .kind = CW_CHARSET_UTF16_LITTLE },
	{ " utf-16be x-utf-16be utf_16be iso-10646-ucs-2 unicodebigunmarked ", .kind = CW_CHARSET_UTF16BE },
	{ " utf-16le unicodelittleunmarked utf_16le x-utf-16le ", .kind = CW_CHARSET_UTF16LE },
	{ " utf-32 utf_32 utf32 utf-32be x-utf-32be utf_32be ", .kind = CW_CHARSET_ICONV,
	  .iconv = "UTF-32BE", .unit = 4, .instead = REPLACEMENT },
	{ " utf-32le x-utf-32le utf_32le ", .kind = CW_CHARSET_ICONV, .iconv = "UTF-32LE", .unit = 4,
	  .instead = REPLACEMENT },
	/* Japanese */
	{ " shift_jis x-sjis sjis shift-jis ms_kanji csshiftjis ", .kind = CW_CHARSET_ICONV, .iconv = "SHIFT_JIS",
	  .read = { AS(0xa5, '\\'), AS(0x203e, '~'), AS(0x2015, 0x2014) },
	  .write = { AS(0x2014, 0x2015), NONE(0x2015), { 0xffe0, 0xffe2, 0xffff } } },
	{ " windows-31j ms932 windows-932 cswindows31j ", .kind = CW_CHARSET_ICONV, .iconv = "CP932",
	  .write = { AS(0xab, 0x226a), AS(0xaf, 0xffe3), AS(0xb5, 0x3bc), AS(0xb7, 0x30fb), AS(0xb8, 0xff0c),
		     AS(0xbb, 0x226b), AS(0x3094, 0x30f4), NONE(0x2014), NONE(0x2016), NONE(0x2212), NONE(0x301c) } },
	{ " x-sjis_0213 shift_jis:2004 sjis_0213 sjis:2004 shift_jis_0213:2004 sjis-0213 sjis_0213:2004 ",
	  .kind = CW_CHARSET_ICONV, .iconv = "SHIFT_JISX0213", .read = { AS(0xa5, '\\'), AS(0x203e, '~') },
	  .write = { NONE(0xa5), NONE(0x203e) } },
	{ " euc-jp cseucpkdfmtjapanese x-euc-jp eucjis extended_unix_code_packed_format_for_japanese euc_jp eucjp "
	  "x-eucjp ",
	  .kind = CW_CHARSET_ICONV, .iconv = "EUC-JP", .read = { LATER_CONTROLS(0xfffd), AS(0x2015, 0x2014) },
	  .write = { LATER_CONTROLS(0xffff), AS(0x2014, 0x2015), NONE(0x2015) } },
	{ " iso-2022-jp csjisencoding iso2022jp jis_encoding jis csiso2022jp ", .kind = CW_CHARSET_ICONV,
	  .iconv = "ISO-2022-JP", .read = { AS(0x2015, 0x2014) }, .write = { AS(0x2014, 0x2015), NONE(0x2015) },
	  .instead = "\xef\xbc\x9f" },
	/* Korean */
	{ " euc-kr ksc5601-1987 cseuckr ksc5601_1987 ksc5601 5601 euc_kr ksc_5601 ks_c_5601-1987 euckr ",
	  .kind = CW_CHARSET_ICONV, .iconv = "EUC-KR", .read = { { 0x80, 0x9f, 0xfffd } },
	  .write = { { 0x80, 0x9f, 0xffff }, NONE(0x20a9) } },
	{ " x-windows-949 windows949 ms949 windows-949 ms_949 ", .kind = CW_CHARSET_ICONV, .iconv = "UHC" },
	{ " x-johab ms1361 ksc5601_1992 johab ksc5601-1992 ", .kind = CW_CHARSET_ICONV, .iconv = "JOHAB",
	  .read = { AS(0x20a9, '\\'), AS(0x327e, 0xfffd) }, .write = { AS('\\', 0x20a9), NONE(0x20a9), NONE(0x327e) } },
	/* Chinese */
	{ " gb2312 euc-cn x-euc-cn euccn euc_cn gb2312-80 gb2312-1980 ", .kind = CW_CHARSET_ICONV, .iconv = "GB2312" },
	{ " gbk cp936 windows-936 ", .kind = CW_CHARSET_ICONV, .iconv = "GB18030", .read = { AS(0x2295, 0x2641) },
	  .write = { AS(0x2641, 0x2295), NONE(0x2295) }, .two_bytes = true },
	{ " x-mswin-936 ms936 ms_936 ", .kind = CW_CHARSET_ICONV, .iconv = "CP936" },
	{ " gb18030 gb18030-2022 ", .kind = CW_CHARSET_ICONV, .iconv = "GB18030" },
	{ " big5 csbig5 ", .kind = CW_CHARSET_ICONV, .iconv = "BIG5",
	  .read = { AS(0xaf, 0x203e), AS(0x2027, 0x2022), AS(0x2215, 0xff0f), AS(0x2295, 0x2641), AS(0x2299, 0x2609),
		    AS(0x2574, 0xff3f), AS(0xfe51, 0xff64), AS(0xfe68, 0xff3c), AS(0xff0f, 0x2571),
		    AS(0xff3c, 0x2572), AS(0xff5e, 0x223c), AS(0xffe0, 0xa2), AS(0xffe1, 0xa3), AS(0xffe5, 0xa5) },
	  .write = { AS(0x203e, 0xaf), AS(0x2022, 0x2027), AS(0xff0f, 0x2215), AS(0x2641, 0x2295), AS(0x2609, 0x2299),
		     AS(0xff3f, 0x2574), AS(0xff64, 0xfe51), AS(0xff3c, 0xfe68), AS(0x2571, 0xff0f),
		     AS(0x2572, 0xff3c), AS(0x223c, 0xff5e), AS(0xa2, 0xffe0), AS(0xa3, 0xffe1), AS(0xa5, 0xffe5) } },
	{ " x-windows-950 ms950 windows-950 ", .kind = CW_CHARSET_ICONV, .iconv = "CP950", .read = { AS(0x80, 0xfffd) },
	  .write = { NONE(0x80) } },
	{ " big5-hkscs big5hk big5_hkscs big5hkscs ", .kind = CW_CHARSET_ICONV, .iconv = "BIG5-HKSCS",
	  .read = { AS(0x80, 0xfffd) }, .write = { NONE(0x80) } },
	{ " x-euc-tw euctw cns11643 euc-tw euc_tw ", .kind = CW_CHARSET_ICONV, .iconv = "EUC-TW" },
	/* of one byte */
	{ " ibm00858 pc-multilingual-850+euro ibm858 cp858 858 cp00858 ibm-858 ccsid00858 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM858" },
	{ " ibm01140 ibm1140 ebcdic-us-037+euro cp1140 ibm-1140 1140 cp01140 ccsid01140 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1140", .bytes = { { 0x15, '\n' } } },
	{ " ibm01141 ibm1141 cp01141 ibm-1141 1141 cp1141 ccsid01141 ebcdic-de-273+euro ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1141", .bytes = { { 0x15, '\n' } } },
	{ " ibm01142 cp01142 ibm1142 ccsid01142 ebcdic-no-277+euro ibm-1142 1142 cp1142 ebcdic-dk-277+euro ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1142", .bytes = { { 0x15, '\n' } } },
	{ " ibm01143 cp01143 ccsid01143 ibm1143 ebcdic-se-278+euro ibm-1143 1143 cp1143 ebcdic-fi-278+euro ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1143", .bytes = { { 0x15, '\n' } } },
	{ " ibm01144 cp01144 ccsid01144 ebcdic-it-280+euro ibm1144 ibm-1144 1144 cp1144 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1144", .bytes = { { 0x15, '\n' } } },
	{ " ibm01145 ccsid01145 ebcdic-es-284+euro ibm1145 ibm-1145 1145 cp01145 cp1145 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM1145", .bytes = { { 0x15, '\n' } } },
	{ " ibm01146 ibm-1146 1146 cp01146 ibm1146 ccsid01146 ebcdic-gb-285+euro cp1146 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM-1146", .bytes = { { 0x15, '\n' } } },
	{ " ibm01147 cp1147 ibm-1147 1147 cp01147 ccsid01147 ebcdic-fr-277+euro ibm1147 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "CP1147", .bytes = { { 0x15, '\n' } } },
	{ " ibm01148 cp1148 ebcdic-international-500+euro ibm-1148 1148 cp01148 ccsid01148 ibm1148 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "CP1148", .bytes = { { 0x15, '\n' } } },
	{ " ibm01149 ebcdic-s-871+euro ibm-1149 1149 cp1149 ccsid01149 ibm1149 cp01149 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM-1149", .bytes = { { 0x15, '\n' } } },
	{ " ibm037 cp037 ibm-037 csibm037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-wt 037 cpibm37 "
	  "cs-ebcdic-cp-wt ibm-37 cs-ebcdic-cp-us cs-ebcdic-cp-ca cs-ebcdic-cp-nl ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM037", .bytes = { { 0x15, '\n' } } },
	{ " ibm1026 cp1026 ibm-1026 1026 ", .kind = CW_CHARSET_BYTES, .iconv = "CP1155",
	  .bytes = { { 0x15, '\n' }, { 0x9f, 0xa4 } } },
	{ " ibm1047 ibm-1047 1047 cp1047 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM1047",
	  .bytes = { { 0x15, '\n' }, { 0x25, 0x85 } } },
	{ " ibm273 ibm-273 273 cp273 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM273",
	  .bytes = { { 0x15, '\n' } } },
	{ " ibm277 277 cp277 ibm-277 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM277",
	  .bytes = { { 0x15, '\n' } } },
	{ " ibm278 cp278 278 ibm-278 ebcdic-cp-se csibm278 ebcdic-sv ", .kind = CW_CHARSET_BYTES, .iconv = "CP1143",
	  .bytes = { { 0x15, '\n' }, { 0x5a, 0xa4 } } },
	{ " ibm280 280 cp280 ibm-280 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM280",
	  .bytes = { { 0x15, '\n' } } },
	{ " ibm284 csibm284 ibm-284 cpibm284 284 cp284 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM284",
	  .bytes = { { 0x15, '\n' } } },
	{ " ibm285 csibm285 cp285 ebcdic-gb ibm-285 cpibm285 285 ebcdic-cp-gb ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM285", .bytes = { { 0x15, '\n' }, { 0xa1, 0xaf } } },
	{ " ibm297 297 csibm297 cp297 ibm-297 cpibm297 ebcdic-cp-fr ", .kind = CW_CHARSET_BYTES, .iconv = "IBM297",
	  .bytes = { { 0x15, '\n' } } },
	{ " ibm424 ebcdic-cp-he csibm424 ibm-424 424 cp424 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM424",
	  .bytes = { { 0x15, '\n' }, { 0x78, 0x2017 }, { 0x8f, 0xb1 }, { 0xb3, 0x2022 }, { 0xbc, 0x203e } } },
	{ " ibm437 437 ibm-437 cspc8codepage437 cp437 windows-437 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM437" },
	{ " ibm500 ibm-500 500 ebcdic-cp-bh ebcdic-cp-ch csibm500 cp500 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM500", .bytes = { { 0x15, '\n' } } },
	{ " ibm775 ibm-775 775 cp775 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM775" },
	{ " ibm850 cp850 cspc850multilingual 850 ibm-850 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM850" },
	{ " ibm852 cspcp852 ibm-852 852 cp852 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM852" },
	{ " ibm855 855 ibm-855 cp855 cspcp855 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM855" },
	{ " ibm857 857 cp857 csibm857 ibm-857 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM857" },
	{ " ibm860 860 cp860 csibm860 ibm-860 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM860" },
	{ " ibm861 cp861 861 ibm-861 cp-is csibm861 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM861" },
	{ " ibm862 csibm862 cp862 862 cspc862latinhebrew ibm-862 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM862" },
	{ " ibm863 csibm863 ibm-863 863 cp863 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM863" },
	{ " ibm864 csibm864 ibm-864 864 cp864 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM864" },
	{ " ibm865 ibm-865 csibm865 cp865 865 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM865" },
	{ " ibm866 866 ibm-866 csibm866 cp866 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM866" },
	{ " ibm869 cp869 869 ibm-869 cp-gr csibm869 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM869" },
	{ " ibm870 870 cp870 csibm870 ibm-870 ebcdic-cp-roece ebcdic-cp-yu ",
	  .kind = CW_CHARSET_BYTES, .iconv = "IBM870", .bytes = { { 0x15, '\n' }, { 0xb0, 0x2d9 } } },
	{ " ibm871 871 cp871 ebcdic-cp-is csibm871 ibm-871 ", .kind = CW_CHARSET_BYTES, .iconv = "CP1149",
	  .bytes = { { 0x15, '\n' }, { 0x9f, 0xa4 } } },
	{ " iso-8859-1 819 iso8859-1 l1 iso_8859-1:1987 iso_8859-1 8859_1 iso-ir-100 latin1 cp819 iso8859_1 "
	  "ibm819 iso_8859_1 ibm-819 csisolatin1 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-1" },
	{ " iso-8859-13 iso_8859-13 iso8859-13 iso8859_13 8859_13 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-13" },
	{ " iso-8859-15 csiso885915 latin-9 iso8859-15 latin0 iso8859_15_fdis iso8859_15 cp923 8859_15 l9 "
	  "ibm923 csisolatin9 iso_8859-15 ibm-923 csisolatin0 923 latin9 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-15" },
	{ " iso-8859-16 iso_8859-16:2001 iso_8859-16 csiso885916 latin10 iso-ir-226 l10 iso8859_16 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-16" },
	{ " iso-8859-2 iso8859-2 ibm912 l2 iso_8859-2 8859_2 cp912 iso_8859-2:1987 iso8859_2 iso-ir-101 "
	  "latin2 912 csisolatin2 ibm-912 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-2" },
	{ " iso-8859-3 iso8859-3 ibm913 8859_3 l3 cp913 iso_8859-3 iso8859_3 latin3 csisolatin3 913 "
	  "iso_8859-3:1988 ibm-913 iso-ir-109 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-3" },
	{ " iso-8859-4 8859_4 latin4 l4 cp914 iso_8859-4:1988 ibm914 iso_8859-4 iso-ir-110 iso8859_4 "
	  "csisolatin4 iso8859-4 914 ibm-914 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-4" },
	{ " iso-8859-5 iso_8859-5:1988 csisolatincyrillic iso-ir-144 iso8859_5 cp915 8859_5 ibm-915 "
	  "iso_8859-5 ibm915 915 cyrillic iso8859-5 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-5" },
	{ " iso-8859-6 asmo-708 8859_6 iso8859_6 iso_8859-6 csisolatinarabic ibm1089 arabic ibm-1089 1089 "
	  "ecma-114 iso-ir-127 iso_8859-6:1987 iso8859-6 cp1089 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-6" },
	{ " iso-8859-7 greek 8859_7 greek8 ibm813 iso_8859-7 iso8859_7 elot_928 cp813 iso_8859-7:1987 "
	  "sun_eu_greek csisolatingreek iso-ir-126 813 iso8859-7 ecma-118 ibm-813 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-7" },
	{ " iso-8859-8 8859_8 iso_8859-8 iso_8859-8:1988 cp916 iso-ir-138 iso8859-8 hebrew iso8859_8 ibm-916 "
	  "csisolatinhebrew 916 ibm916 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-8" },
	{ " iso-8859-9 ibm-920 iso_8859-9 8859_9 iso_8859-9:1989 ibm920 latin5 l5 iso8859_9 cp920 920 "
	  "iso-ir-148 iso8859-9 csisolatin5 ",
	  .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-9" },
	{ " koi8-r koi8_r koi8 cskoi8r ", .kind = CW_CHARSET_BYTES, .iconv = "KOI8-R" },
	{ " koi8-u koi8_u ", .kind = CW_CHARSET_BYTES, .iconv = "KOI8-U" },
	{ " tis-620 tis620 tis620.2533 ", .kind = CW_CHARSET_BYTES, .iconv = "TIS-620",
	  .bytes = { { 0xa0, 0xa0 } } },
	{ " us-ascii ansi_x3.4-1968 cp367 csascii iso-ir-6 ascii iso_646.irv:1983 ansi_x3.4-1986 ascii7 "
	  "default iso_646.irv:1991 iso646-us ibm367 646 us ",
	  .kind = CW_CHARSET_BYTES, .iconv = "US-ASCII" },
	{ " windows-1250 cp1250 cp5346 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1250" },
	{ " windows-1251 cp5347 ansi-1251 cp1251 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1251" },
	{ " windows-1252 ibm-1252 cp1252 ibm1252 cp5348 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1252" },
	{ " windows-1253 cp1253 cp5349 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1253" },
	{ " windows-1254 cp1254 cp5350 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1254" },
	{ " windows-1255 cp1255 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1255" },
	{ " windows-1256 cp1256 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1256" },
	{ " windows-1257 cp1257 cp5353 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1257" },
	{ " windows-1258 cp1258 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-1258" },
	{ " x-ibm1025 ibm-1025 1025 cp1025 ibm1025 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM-1025",
	  .bytes = { { 0x15, '\n' } } },
	{ " x-ibm1097 ibm1097 ibm-1097 1097 cp1097 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM1097" },
	{ " x-ibm1112 ibm1112 ibm-1112 1112 cp1112 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM1112",
	  .bytes = { { 0x15, '\n' } } },
	{ " x-ibm1122 cp1122 ibm1122 ibm-1122 1122 ", .kind = CW_CHARSET_BYTES, .iconv = "CP1122",
	  .bytes = { { 0x15, '\n' }, { 0xbc, 0x203e } } },
	{ " x-ibm1123 ibm1123 ibm-1123 1123 cp1123 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM1123",
	  .bytes = { { 0x15, '\n' } } },
	{ " x-ibm1124 ibm-1124 1124 cp1124 ibm1124 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM-1124" },
	{ " x-ibm1166 cp1166 ibm1166 ibm-1166 1166 ", .kind = CW_CHARSET_BYTES, .iconv = "CP1166",
	  .bytes = { { 0x15, '\n' } } },
	{ " x-ibm737 cp737 ibm737 737 ibm-737 ", .kind = CW_CHARSET_BYTES, .iconv = "CP737" },
	{ " x-ibm856 ibm856 856 cp856 ibm-856 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM856",
	  .bytes = { { 0x1a, 0x1a }, { 0x1c, 0x1c }, { 0x7f, 0x7f } } },
	{ " x-ibm875 ibm-875 ibm875 875 cp875 ", .kind = CW_CHARSET_BYTES, .iconv = "CP4971",
	  .bytes = { { 0x15, '\n' }, { 0xfc, 0xfffd } } },
	{ " x-ibm921 ibm921 921 ibm-921 cp921 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM921" },
	{ " x-ibm922 ibm922 922 cp922 ibm-922 ", .kind = CW_CHARSET_BYTES, .iconv = "IBM922",
	  .bytes = { { 0xaf, 0x203e } } },
	{ " x-iso-8859-11 iso-8859-11 iso8859_11 ", .kind = CW_CHARSET_BYTES, .iconv = "ISO-8859-11" },
	{ " x-maccentraleurope maccentraleurope ", .kind = CW_CHARSET_BYTES, .iconv = "CP1282" },
	{ " x-maccyrillic maccyrillic ", .kind = CW_CHARSET_BYTES, .iconv = "CP10007",
	  .bytes = { { 0xb6, 0x2202 } } },
	{ " x-macroman macroman ", .kind = CW_CHARSET_BYTES, .iconv = "MAC",
	  .bytes = { { 0xc6, 0x2206 }, { 0xf0, 0xf8ff } } },
	{ " x-macukraine macukraine ", .kind = CW_CHARSET_BYTES, .iconv = "MACUK" },
	{ " x-windows-874 ms-874 ms874 windows-874 ", .kind = CW_CHARSET_BYTES, .iconv = "WINDOWS-874" },
};

static bool has_name(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = names; *p; p++)
		if (*p == ' ' && strncasecmp(p + 1, name, n) == 0 && p[1 + n] == ' ')
			return true;
	return false;
}

const struct cw_charset *cw_charset_find(const char *name)
{
	if (!*name || strchr(name, ' '))
		return NULL;
	for (size_t i = 0; i < sizeof(charsets) / sizeof(*charsets); i++)
		if (has_name(charsets[i].names, name))
			return &charsets[i];
	return NULL;
}
