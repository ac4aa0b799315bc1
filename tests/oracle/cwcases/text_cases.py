"""The converters of one type each, and headers, whose types are guessed from text."""

import struct

from cwcases.base import MANY_BYTES, ONE_BYTE, OTHERS, Cases, envelope, step, text
from cwcases.json_cases import GOOD, TYPES, of

NUMBERS = ["boolean", "short", "integer", "long", "float", "double"]


def raw_bytes():
    """Bytes of every length that the binary converters know, and around them."""
    out = [
        b"", b"\x00", b"\x01", b"\x02", b"\xff", b"\x00\x01", b"\x80\x00", b"\x7f\xff", b"\x00\x00\x01",
        b"\x00\x00\x00\x01", b"\x80\x00\x00\x00", b"\xff" * 4, b"\x00" * 5, b"\x00" * 7, b"\x00" * 7 + b"\x05",
        b"\x80" + b"\x00" * 7, b"\xff" * 8, b"\x00" * 9, b"abc", b"12345678"
    ]
    for f in (0.0, -0.0, 1.0, 0.1, 1.5, -2.5, 1e10, 1e-10, 16777216.0, 3.4e38, 1e-45, float("inf"), float("-inf"),
              float("nan")):
        out.append(struct.pack(">f", f))
    for d in (0.0, -0.0, 1.0, 0.1, 1.5, 1e7, 9999999.0, 0.001, 0.0001, 1e300, 5e-324, 123456789.125, float("inf"),
              float("-inf"), float("nan")):
        out.append(struct.pack(">d", d))
    return out + [struct.pack(">I", 0x7fc00001), struct.pack(">Q", 0xfff8000000000001)]


def primitives():
    cases = Cases("primitives", "String, ByteArray, Boolean, Short, Integer, Long, Float and Double converters")
    for name in NUMBERS + ["bytes"]:
        for value in [None] + raw_bytes():
            cases.add(value, vin=name, vout=name)
            cases.add(value, vin=name, vout="json-schema")
            if name != "bytes":
                cases.add(value, vin=name, vout="string")
        for value in [None, b"\x01", b"\x00\x05", b"\x00\x00\x00\x05", b"\x00" * 8]:
            cases.add("v", vin="string", vout="string", key=value, kin=name, kout=name)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin=name, hout=name)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin=name,
                      hout="simple" if name != "bytes" else "json")
    # every type into every converter
    for kind, schema in TYPES.items():
        optional = dict(schema, optional=True)
        for out in NUMBERS + ["bytes", "string"]:
            for payload in GOOD[kind][:1]:
                if not (out == "string" and kind == "bytes"):
                    cases.add(envelope(schema, payload), vin="json-schema", vout=out)
                    cases.add("v", vin="string", vout="string", headers=[("h", envelope(schema, payload))],
                              hin="json-schema", hout=out)
            cases.add(envelope(optional, "null"), vin="json-schema", vout=out)
    texts = ["", "text", "\u00e4\u00f6\u00fc", "\u20ac", "\U0001f600", "\ufeffx", "a\r\nb", "\x7f\u0080", "null"]
    for value in [None] + texts:
        for name in ("string", "string-latin1", "string-ascii", "string-utf16", "string-utf16le"):
            cases.add(value, vin="string", vout=name)
            cases.add(value, vin="string", vout="string", key=value, kin="string", kout=name)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin="string", hout=name)
    for value in texts:
        cases.add(value.encode("utf-16"), vin="string-utf16", vout="string")
        cases.add(value.encode("utf-16-be"), vin="string-utf16", vout="string")
        cases.add(value.encode("utf-16-le"), vin="string-utf16le", vout="string")
        cases.add(value.encode("latin-1", "replace"), vin="string-latin1", vout="string")
        cases.add(value.encode("latin-1", "replace"), vin="string-ascii", vout="string")
    for h in [
            "80", "bf", "c0", "c080", "c1bf", "c3", "c328", "e2", "e282", "e28228", "e0808f", "e08080", "eda080",
            "edbfbf", "eda0bdedb880", "ee8080", "f09f98", "f09f", "f0", "f0808080", "f4908080", "f48fbfbf",
            "f8888080", "fc84808080", "fe", "ff", "ffff", "6180", "c3a480c3a4", "f09f9861", "efbfbe", "efbbbf", "00",
            "6100", "d800", "00d8"
    ]:
        for name in ("string", "string-ignored", "string-latin1", "string-ascii", "string-utf16", "string-utf16le"):
            cases.add(bytes.fromhex(h), vin=name, vout="string")
        cases.add(bytes.fromhex(h), vin="string", vout="json-schema")
    for name in ("string", "bytes", "json", "long"):
        cases.add("v", vin="string", vout=name)
        cases.add("12345678", vin=name, vout="string" if name != "bytes" else "bytes")
    return cases


SCALARS = [
    "", " ", "  ", "\t", "null", " null", "null ", "NULL", "nulls", "true", "false", " true", "true ", "TRUE", "True",
    "truex", "t", "f", "0", "1", "-1", "127", "128", "-128", "-129", "32767", "32768", "-32769", "2147483647",
    "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "123456789012345678901234567890", "+1", "007", "-0", "+0", "00", " 5 ", " 5", "5 ", "1.0",
    "5.", ".5", "-.5", "1.5", "0.1", "-1.5", "1e3", "1E3", "1e-3", "1e10", "1e40", "1e400", "1e-400", "1.0E7", "1e",
    "1e+", "1e+3", "1_000", "1,000", "0x10", "1.5f", "1.5d", "1L", "5d", "NaN", "Infinity", "-Infinity", "inf",
    "123456789.123456789", "16777217.0", "3.4028235e38", "3.5e38", "1.1", "100.0", "1.7976931348623157e308",
    "0.000001", "12345.678", "1.23456789012345678901234567890", "--1", "+-1", "1-", "1+1", "\u0661\u0662", "\uff11",
    "1 2", "1:2", "1,2", "1,2]", "1]", "1}", "1:", ",", ":", "[", "]", "{", "}",
]
DATES = [
    "2023-11-14", "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:20Z", "22:13:20.123Z", "22:13:20Z", "22:13:20",
    "2023-13-45", "2023-02-30", "2023-1-1", "23-11-14", "0001-01-01", "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z", "10000-01-01", "1582-10-10", "1582-10-15", "1500-02-29", "-2023-11-14",
    "2023-11-14T22:13:20.123+01:00", "2023-11-14T22:13:20.123", "2023-11-14 22:13:20.123Z", "1970-01-01",
    "1970-01-01T00:00:00.000Z", "00:00:00.000Z", "24:00:00.000Z", "25:61:61.000Z", "2023-11-14T24:00:00.000Z",
    "2023-11-14T22:13:20.1234Z", "2023-11-14T22:13:20.1Z", "2023-11-14T22:13:20.123z", "2023-11-14x", "x2023-11-14",
    '"2023-11-14"', " 2023-11-14", "2023-11-14 ", "12:34", "2023-11", "2023", "00:00:00.001Z", "23:59:59.999Z",
    "1969-12-31T23:59:59.999Z", "2023-11-14T22\\:13\\:20.123Z",
]
COMPOUND = [
    "[]", "[ ]", "[1]", "[1,2]", "[1, 2, 3]", "[1]x", "[1,]", "[,1]", "[1,,2]", "[1", "[1,2", "1]", "[[1],[2]]",
    "[[1],[\"a\"]]", "[1,null]", "[null]", "[null,1]", "[1,2.5]", "[1,300]", "[1,70000]", "[1,5000000000]",
    "[1,99999999999999999999]", "[1.5,1e300]", '[1,"a"]', '["a","b"]', '["a",1]', "[true,false]", "[true,1]", "[a]",
    "[a,b]", '["a]', "[\"a\\\"b\"]", '["a,b"]', "['a']", '[2023-11-14]', '[2023-11-14T22:13:20.123Z]',
    '["2023-11-14"]', "[1:2]", "[1] ", " [1]", "[{}]", '[{"a":1}]', '[{"a":1},{"a":2}]', '[{"a":1},{"b":"x"}]',
    "[[]]", "[[],[1]]", "{}", "{ }", '{"a":1}', '{"a":1,}', '{"a":1', '{"a"}', '{"a":}', '{"a":,}', '{a:1}', '{a:b}',
    '{1:2}', '{1:2,3:4}', '{"a":"b"}', '{"a":null}', '{"a":null,"b":1}', '{"a":1,"b":2.5}', '{"a":1,"b":"x"}',
    '{"a":1,"a":2}', '{"a":{"b":1}}', '{"a":[1,2]}', '{"a":[1],"b":[2]}', '{"a":1}x', '{"a":true}', '{1.5:1}',
    '{true:1}', '{null:1}', '{[1]:1}', '{"a":1} ', ' {"a":1}', '{"a" : 1 , "b" : 2}', '{"a":1;"b":2}', '{,}', '{:}',
    '{"a":"x,y"}', '{"a":"x:y"}', '{"a":2023-11-14T22:13:20.123Z}', '{"a":12:30}',
]
STRINGS = [
    '"5"', '"true"', '"null"', '"a"', '""', '"', '"a', 'a"', '"a"b', '"a\\"b"', "'5'", "text", "two words",
    " leading", "trailing ", "\u00e4\u20ac", "\U0001f600", "a\\b", "\\", "\\n", "a\nb", "a,b", "a:b", "k=v",
    "http://x/y?z", "1.2.3", "1.2.3.4", "a b,c", "tru", "nul", "truefalse", "true,false", '"a","b"', "2023-11-14T",
    "\x00", "a\x00b", "-", "+", ".", "e", "E5", "1e3x", "5x"
]


def headers():
    cases = Cases("headers", "Header converters: SimpleHeaderConverter's guesses, and what it writes of every type")
    for value in [None] + SCALARS + DATES + COMPOUND + STRINGS:
        data = value if value is None else value.encode()
        cases.add("v", vin="string", vout="string", headers=[("h", data)], hout="json-schema")
        cases.add("v", vin="string", vout="string", headers=[("h", data)])
    for data in [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"a\xf0\x9f\x98"]:
        cases.add("v", vin="string", vout="string", headers=[("h", data)])
    for deep in (10, 100):
        for value in ("[" * deep + "]" * deep, "[" * deep, '{"a":' * deep + "1" + "}" * deep):
            cases.add("v", vin="string", vout="string", headers=[("h", value)])
    for kind, schema in TYPES.items():
        for payload in GOOD[kind]:
            cases.add("v", vin="string", vout="string", headers=[("h", envelope(schema, payload))], hin="json-schema")
            value = envelope(of("array", items=schema), "[%s]" % payload)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin="json-schema")
            value = envelope(of("map", keys=of("string"), values=schema), '{"k":%s}' % payload)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin="json-schema")
        cases.add("v", vin="string", vout="string", headers=[("h", envelope(dict(schema, optional=True), "null"))],
                  hin="json-schema")
    for payload in [
            '"a\\"b"', '["a\\"b"]', '{"a\\"b":"c\\\\d"}', '[1,"a",null,true,1.5]', '{"a":[]}', "1e20", "123456789012",
            "null"
    ]:
        cases.add("v", vin="string", vout="string", headers=[("h", payload)], hin="json")
    # several, the same name twice, an empty name, nulls
    many = [("a", "1"), ("b", None), ("a", "x"), ("", "y"), ("\u00e4", '{"k":[1]}')]
    cases.add("v", vin="string", vout="string", headers=many)
    cases.add("v", vin="string", vout="string", headers=many, hout="json-schema")
    cases.add("v", vin="string", vout="string", headers=many, hin="string", hout="string")
    cases.add("v", vin="string", vout="string", headers=many, hin="bytes", hout="bytes")
    return cases


def zones():
    """Dates without a zone, read and written in one that has summers, and that had another time in 1890."""
    cases = Cases("zones", "Dates in a process whose time zone is not UTC", "Europe/Berlin")
    times = [
        "2023-03-26", "2023-03-26T02:30:00.000Z", "2023-10-29", "2023-10-29T02:30:00.000Z", "2023-07-01", "1890-01-01",
        "1893-04-01", "1945-05-24", "1980-04-06", "2050-07-01", "2500-07-01", "00:30:00.000Z"
    ]
    for value in DATES + times:
        for out in ("json-schema", "simple"):
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hout=out)
    for kind in ("date", "time", "timestamp"):
        for payload in GOOD[kind] + ["1679788800000", "1698537600000", "82800000", "3600000", "-1000"]:
            value = envelope(TYPES[kind], payload)
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin="json-schema")
            for chain in ([step("Cast$Value", spec="string")],
                          [step("TimestampConverter$Value", target__type="string", format="yyyy-MM-dd HH:mm:ss.SSS Z z")],
                          [step("TimestampConverter$Value", target__type="Date")],
                          [step("TimestampConverter$Value", target__type="Time")]):
                cases.add(value, vin="json-schema", vout="json-schema", chain=chain)
    for pattern, value in (("yyyy-MM-dd HH:mm", "2023-07-01 12:00"), ("yyyy-MM-dd HH:mm z", "2023-07-01 12:00 CEST"),
                           ("yyyy-MM-dd HH:mm Z", "2023-07-01 12:00 +0200")):
        cases.add(text(value), vin="json", vout="json",
                  chain=[step("TimestampConverter$Value", target__type="unix", format=pattern)])
    for stamp in (1679788800000, 1698537599999, 1700000000123):
        cases.add("v", vin="string", vout="string", timestamp=stamp,
                  chain=[step("TimestampRouter", timestamp__format="yyyyMMddHH")])
    return cases


def encodings():
    """What there is in ASCII means other characters by iconv than by Java in some sets, and the sets' names differ."""
    cases = Cases("encodings", "StringConverter with character sets by Java's names, and by those of others")
    latin = "A~\\|^-\u00e4\u20ac\u00a5\u00ab\u00b5\u0416\u05d1\u1ea4"
    asian = "\\~ \u3042\u2014\u2015\uff5e\u301c\u2016\u2212\uffe0\u4e2d\uac00\u5b57\u5b8b?"
    chinese = "\u4e2d\u6587\uff0c\u2022\u00a5\uff0f"
    for name in ONE_BYTE + MANY_BYTES:
        one = "string-" + name
        cases.add(bytes(range(0x20, 0x7f)), vin=one)
        for value in (latin, asian, chinese) if name != "Big5" else (chinese, ):
            cases.add(value, vin="string", vout=one)
        cases.add("\\\"~\\", vin="string", vout=one, headers=[("h", "\\")], hin="string", hout=one)
        for i in range(0, 0x100, 32) if name in ONE_BYTE else ():
            cases.add(bytes(range(i, i + 32)), vin=one, vout="json")
    for name in ONE_BYTE + MANY_BYTES:
        if name != "ISO2022JP":  # where Java's stands in the wrong one of its sets
            cases.add('"a\\ud800b"', vout="string-" + name)
    for name in ("Shift_JIS", "MS932"):
        for value in (b"\x83\x5c\x81\x5c\x81\x60\x5c\x7e\xb1", b"C:\\\x95\x5c\\a.txt", b"\x81\x7c\x81\x61\x81\x91"):
            cases.add(value, vin="string-" + name, vout="json")
    for name in OTHERS:
        cases.add("a", vin="string-" + name, vout="string")
        cases.add("a", vin="string", vout="string-" + name)
    return cases


def zone_names(name, zone):
    """Names of time zones, of which the process's own come first."""
    cases = Cases(name, "Names of time zones, read where several mean another time", zone)
    for zone_name in ("CST", "cst", "CDT", "IST", "IDT", "PST", "AST", "ADT", "AMT", "BST", "CEST", "EST", "UTC",
                      "China Standard Time", "Irish Standard Time", "Central Standard Time"):
        for pattern, value in (("yyyy-MM-dd HH:mm z", "2023-07-01 12:00 " + zone_name),
                               ("zzzz yyyy-MM-dd HH:mm", zone_name + " 2024-01-15 12:00")):
            cases.add(text(value), chain=[step("TimestampConverter$Value", target__type="unix", format=pattern)])
    return cases


def stages():
    """Of several stages that would fail, the first is named; and settings that are refused."""
    cases = Cases("stages",
                  "Which stage fails first, on the way in and on the way out; converters that cannot be configured")
    fail = [
        step("ExtractField$Value", field="f"),
        step("HoistField$Value", field="x"),
        step("SetSchemaMetadata$Value", schema__name="n")
    ]
    for key in ("1", "{"):
        for value in ("1", "{", '{"f":1}'):
            for header in ("1", "{"):
                for chain in ([], fail[:1], fail[1:2], fail[1:]):
                    cases.add(value, key=key, headers=[("h", header)], kin="json", kout="json", hin="json",
                              hout="json", chain=chain)
                    cases.add(value, key=key, headers=[("h", header)], kin="json", kout="long", hin="json",
                              hout="short", vout="integer", chain=chain)
    for bad in ("string-unknown", "json-unknown-format", "json-not-boolean"):
        cases.add("1", vin=bad)
        cases.add("1", vout=bad)
        cases.add("1", kin=bad)
        cases.add("1", hin=bad)
    for stamp in (None, 0, 1700000000000):
        cases.add("1", timestamp=stamp)
        cases.add("1", timestamp=stamp, source=True)
    return cases


def families(_rng):
    places = [
        zone_names("zones-" + zone.split("/")[1].lower(), zone)
        for zone in ("Asia/Shanghai", "Asia/Kolkata", "Europe/Dublin", "Asia/Riyadh")
    ]
    return [primitives(), headers(), zones(), *places, stages(), encodings()]
