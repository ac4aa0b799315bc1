"""JsonConverter: bytes without schemas, bytes with schemas, and what it writes."""

import json

from cwcases.base import Cases, envelope, text

DATA = "org.apache.kafka.connect.data."


def of(kind, **members):
    return dict({"type": kind}, **members)


def decimal(scale="2", **members):
    return of("bytes", name=DATA + "Decimal", version=1, parameters={"scale": scale}, **members)


DATE = of("int32", name=DATA + "Date", version=1)
TIME = of("int32", name=DATA + "Time", version=1)
TIMESTAMP = of("int64", name=DATA + "Timestamp", version=1)
STRUCT = of("struct", name="com.example.Pair",
            fields=[of("int32", field="a"), of("string", optional=True, field="b")])
PRIMITIVES = ["int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes"]
TYPES = dict({name: of(name)
              for name in PRIMITIVES}, **{
                  "array": of("array", items=of("int32")), "strings": of("array", items=of("string", optional=True)),
                  "map": of("map", keys=of("string"), values=of("int32")), "bytemap": of(
                      "map", keys=of("int8"), values=of("string", optional=True)), "struct": STRUCT,
                  "decimal": decimal(), "date": DATE, "time": TIME, "timestamp": TIMESTAMP,
              })

# Read under every schema: what fits, what nearly fits and what does not at all.
PAYLOADS = [
    "null", "0", "1", "-1", "127", "128", "300", "-129", "32768", "-32769", "2147483647", "2147483648",
    "9223372036854775807", "9223372036854775808", "1000000000000000000000000000000", "1.0", "1.5", "-1.5", "1.50",
    "0.1", "1e3", "1E+2", "1e400", "-1e400", "1e-400", "-0.0", "123456789.123456789", "3.4028235e39", '"5"', '""',
    '"abc"', '"NaN"', '"Infinity"', '"true"', '"AAE="', '"AAA="', '"AQ"', '"_-8="', '"//8="', "true", "false", "[]",
    "[1,2]", '["a",null]', "[[1],[2]]", "{}", '{"a":1,"b":"x"}', '{"b":"x"}', '{"a":1,"b":null,"c":3}',
    '{"a":"x","b":2}', '[["1","a"]]', '[["k",1],["l",2]]', '[["k"]]', "18262", "-1", "86399999", "86400000",
    "86400001", "1577836800000", "-62135769600000", '"2020-01-01"', '"\\u00e4\\ud83d\\ude00"',
]

# A good payload of each, for what writes.
GOOD = {
    "int8": ["-128", "127"], "int16": ["-32768", "32767"], "int32": ["-2147483648", "2147483647"], "int64": [
        "-9223372036854775808", "9223372036854775807"
    ], "float": ["0.1", "1e10", "1e-10", "16777216", "3.4028235e38", "1.0"], "double": [
        "0.1", "1e10", "1e-10", "9007199254740993", "1.7976931348623157e308", "100", "1e7", "9999999", "0.001",
        "0.0009"
    ], "boolean": ["true", "false"], "string": [
        '"text"', '""', '"\\u0000\\u001f\\"\\\\/\\u00e4\\u2028\\ud83d\\ude00"'
    ], "bytes": ['"AAEC/w=="', '""'], "array": ["[1,2,3]",
                                                "[]"], "strings": ['["a",null,"b"]'], "map": ['{"k":1}', "{}"],
    "bytemap": ['[[1,"a"]]', "[]", '[[1,null]]'], "struct": ['{"a":1,"b":"x"}', '{"a":1}'], "decimal": [
        '"ATk="', '"/w=="', "12.34", "-0.05", '"AA=="', '"AIAAAAAAAAAAAA=="'
    ], "date": ["0", "18262", "-1", "-719164", "2932896"], "time": ["0", "3661001", "86399999"],
    "timestamp": ["0", "1700000000123", "-1", "-62135769600000", "253402300799999"],
}


def texts():
    """Bytes of JSON that is odd, or none."""
    out = [
        "", " ", "\n\t ", "null", " null ", "nullx", "nulll", "nul", "true", "false", "truefalse", "true false", "0",
        "-0", "1", "-1", "01", "007", "-01", "+1", "1.", ".5", "-.5", "1.5", "-1.5", "1e3", "1E3", "1e+3", "1e-3",
        "1e", "1e+", "1.e3", "1e400", "-1e400", "1e-1000", "-0.0", "0.0", "0.1", "1.10", "100000000000000000000.0",
        "0.000001", "1e21", "1e22", "1.7976931348623157e308", "4.9e-324", "2.2250738585072014e-308",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "10" + "0" * 29, "9" * 1000, "9" * 1001, "-" + "9" * 1000, "0." + "1" * 998,
        "0." + "1" * 999, "0." + "1" * 1000, "NaN", "Infinity", "-Infinity", "0x10", "1_000", '""', '"a"', '"a',
        "'a'", '"\\u0041"', '"\\u00"', '"\\x41"', '"\\/"', '"\\b\\f\\n\\r\\t\\"\\\\"', '"\t"', '"\n"', '"\x7f"',
        '"\u0080\u00ff\u20ac\U0001f600"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud800x"',
        '{"\\ud800":1}', '"\\u0000"', "[]", "[ ]", "[1]", "[1,]", "[,1]", "[1 2]", "[1", "[[]]",
        '[1,"a",null,true,1.5,{"b":[]}]', "{}", "{ }", '{"a":1}', '{"a":1,}', '{"a"}', '{"a":}', "{a:1}", "{'a':1}",
        '{"a":1', '{1:2}', '{"a":1 "b":2}', '{"a":1,"a":2}', '{"a":1,"b":2,"a":3}', '{"":1}',
        '{"a":{"b":{"c":[1,{"d":null}]}}}', '{"a":1}}', '{"a":1} x', "1 2", "1x", '"a"b', "[]]", "1,2", "// c\n1",
        "/* c */ 1", "# c\n1", '{"a":/* c */1}', "\ufeff1", "\ufeff", '\ufeff{"a":"\u00e4"}', "@", "undefined",
        '{"schema":null,"payload":{"a":1}}', '{"schema":{"type":"int32"},"payload":5}', '{"a":null}',
        '{"a":"x","b":null,"c":[null]}', '{"key with space":1,"\u00e4\u00f6":"\u00fc"}', '"' + "long " * 200 + '"',
    ]
    for deep in (10, 999, 1000, 1001):
        out += [
            "[" * deep + "]" * deep, '{"a":' * deep + "1" + "}" * deep,
            '[{"a":' * (deep // 2) + "1" + "}]" * (deep // 2)
        ]
    sample = '{"a":"\u00e4\U0001f600"}'
    out += [sample.encode(code) for code in ("utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be", "utf-32")]
    out += ["5".encode(code) for code in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
    out += [
        sample.encode("utf-16-le")[:-1],
        sample.encode("utf-32-be")[:-2], b"\xfe\xff", b"\xff\xfe", b"\x00", b"\x00\x00\x00\x00", b"\x01"
    ]
    bad = [
        "80", "c0", "c080", "c3", "c328", "e28228", "eda080", "edbfbf", "f09f98", "f4908080", "f8888080", "ff", "fe",
        "e0808f", "eda0bdedb880"
    ]
    out += [b'"' + bytes.fromhex(h) + b'"' for h in bad] + [b'{"a' + bytes.fromhex(h) + b'":1}' for h in bad[:8]]
    return out


def schemaless():
    cases = Cases("json-schemaless", "JsonConverter without schemas: bytes read and written again")
    for value in texts():
        cases.add(value)
        cases.add(value, vout="json-schema")
    cases.add(None)
    cases.add(None, vout="json-schema")
    for key in ["", "null", "1", '{"id":1}', "{", '"k"', None]:
        cases.add("1", key=key, kin="json", kout="json")
        cases.add("1", key=key, kin="json-schema", kout="json-schema")
    for value in [
            "1", "1.5", "true", '"a"', "[1,2]", '{"a":1}', '{"a":[1,{"b":"c"}]}', "null", '"\u00e4"', "1e7", "-0.0",
            "[null]", '{"a":null}'
    ]:
        cases.add(value, vout="string")
        for out in ("bytes", "boolean", "short", "integer", "long", "float", "double"):
            cases.add(value, vout=out)
        cases.add("1", headers=[("h", value)], hin="json")
        cases.add("1", headers=[("h", value)], hin="json", hout="json")
        cases.add("1", headers=[("h", value)], hin="json", hout="string")
    return cases


def schemas():
    cases = Cases("json-schemas", "JsonConverter with schemas: every type with every kind of payload")
    for schema in TYPES.values():
        for payload in PAYLOADS:
            cases.add(envelope(schema, payload), vin="json-schema", vout="json-schema")
        for payload in ["null", "1", '"x"', "[]", "{}"]:
            cases.add(envelope(dict(schema, optional=True), payload), vin="json-schema", vout="json-schema")
    for kind, schema in TYPES.items():
        for payload in GOOD[kind]:
            value = envelope(schema, payload)
            for out in ("json", "json-numeric", "json-schema-numeric", "string"):
                if not (out == "string" and "byte" in str(schema.get("type")) and "Decimal" not in str(schema)):
                    cases.add(value, vin="json-schema", vout=out)
            wrapped = envelope(
                of(
                    "struct", fields=[
                        dict(schema, field="f"),
                        dict(of("array", items=schema), field="l"),
                        dict(of("map", keys=of("string"), values=schema), field="m")
                    ]), '{"f":%s,"l":[%s],"m":{"k":%s}}' % (payload, payload, payload))
            cases.add(wrapped, vin="json-schema", vout="json-schema")
            cases.add(wrapped, vin="json-schema", vout="json")
    for kind in PRIMITIVES + ["array", "map", "decimal", "date", "time", "timestamp"]:
        defaults(cases, kind)
    envelopes(cases)
    oddities(cases)
    decimals(cases)
    return cases


def defaults(cases, kind):
    """Defaults, and nulls where there is one."""
    good = GOOD[kind][0]
    value = json.loads(good)
    if isinstance(value, float) or kind in ("int64", "double"):
        value = 5
    for optional in (False, True):
        schema = dict(TYPES[kind], optional=optional, default=value)
        field = envelope(of("struct", fields=[dict(schema, field="f")]), "{}")
        null = envelope(of("struct", fields=[dict(schema, field="f")]), '{"f":null}')
        for out in ("json-schema", "json-schema-null", "json"):
            cases.add(envelope(schema, "null"), vin="json-schema", vout=out)
            cases.add(field, vin="json-schema", vout=out)
        cases.add(null, vin="json-schema-null", vout="json-schema")
        cases.add(null, vin="json-schema-null", vout="json-schema-null")
        cases.add(null, vin="json-schema-null", vout="json-null")


def envelopes(cases):
    for value in [
            "", " ", "null", "1", "[]", "{}", '{"schema":{"type":"int32"}}', '{"payload":1}',
            '{"schema":null,"payload":1}', '{"schema":null,"payload":null}',
            '{"schema":null,"payload":{"a":[1,2.5,"x",null,true]}}', '{"payload":1,"schema":{"type":"int32"}}',
            '{"schema":{"type":"int32"},"payload":1,"x":1}', '{"schema":{"type":"int32"},"payload":1}}',
            '{"schema":{"type":"int32"},"payload":1} x', '{"schema":{},"payload":1}', '{"schema":1,"payload":1}',
            '{"schema":"int32","payload":1}', '{"schema":[],"payload":1}', '{"schema":{"type":null},"payload":1}',
            '{"schema":{"type":5},"payload":1}', '{"schema":{"type":"INT32"},"payload":1}',
            '{"schema":{"type":"float32"},"payload":1}', '{"schema":{"type":"float64"},"payload":1}',
            '{"schema":{"type":"null"},"payload":1}', '{"schema":{"type":""},"payload":1}',
            '{"schema":{"type":"int32"},"schema":{"type":"string"},"payload":"x"}', '{"schema":false,"payload":1}',
            '{"Schema":{"type":"int32"},"payload":1}', '"x"', "{", b"\xff"
    ]:
        cases.add(value, vin="json-schema", vout="json-schema")
        cases.add(value, vin="json-schema", vout="json")
    cases.add(None, vin="json-schema", vout="json-schema")


def oddities(cases):
    """Members of a schema that are missing, or of another kind than they should be."""

    def one(schema, payload="1"):
        cases.add(envelope(schema, payload), vin="json-schema", vout="json-schema")

    for name, values in {
            "optional": [True, False, "true", "false", "x", 1, 0, None, [], {}], "name": [
                "n", "", 5, None, True, [], {}, "org.apache.kafka.connect.data.Dat", "\u00e4 b"
            ], "version": [1, 0, -1, "1", 1.5, True, None, 2147483648, [], {}], "doc": ["words", "", 5, None, []],
            "parameters": [{}, {"a": "b"}, {"a": "b", "c": ""}, {"a": 1}, {"a": None}, [], [1], "x", None,
                           5], "default": [1, 0, "x", None, 1.5, True, [], {}, 2147483648], "unknown": [1, {"a": []}],
            "field": ["x"], "items": [of("int32")], "fields": [[]],
    }.items():
        for value in values:
            one(of("int32", **{name: value}))
            one(
                of("int32", optional=True, **{name: value}) if name != "optional" else of("string", optional=value),
                "null")
            one(of("string", **{name: value}), '"s"')
    for fields in [
            None, [], {}, "x", 5, [1], [{}], [of("int32")], [of("int32", field="")], [of("int32", field=5)],
        [of("int32", field=None)], [of("int32", field="a"), of("int32", field="a")],
        [of("int32", field="a", default=5)], [{"field": "a"}], [of("int32", field="a", optional=True)],
        [of("int32", field="b"), of("int32", field="a", optional=True)],
        [of("struct", fields=[of("string", field="x", optional=True)], field="a", optional=True)],
        [of("int32", field="\u00e4")]
    ]:
        schema = of("struct") if fields is None else of("struct", fields=fields)
        for payload in ["{}", '{"a":1}', '{"a":{"x":"y"}}', '{"b":2}']:
            one(schema, payload)
    for default in [{"a": 1}, {}, 5, None]:
        one(dict(STRUCT, default=default), '{"a":1}')
        one(of("struct", fields=[dict(STRUCT, default=default, field="s")]), "{}")
    for items in [
            None, {}, 5, "int32", [],
            of("int32"),
            of("int32", optional=True),
            of("array", items=of("string")),
            of("nope"), STRUCT
    ]:
        schema = of("array") if items is None else of("array", items=items)
        for payload in ["[]", "[1]", "[null]", '[["x"]]', '[{"a":1}]']:
            one(schema, payload)
    for keys, values in [(None, None), (of("string"), None), (None, of("string")), (of("string"), of("string")),
                         (of("string", optional=True), of("int32", optional=True)), (of("int32"), of("string")),
                         (of("boolean"), of("int8")), (of("bytes"), of("int8")), (STRUCT, of("int8")), (5, 5),
                         (of("double"), of("string")), (of("array", items=of("int8")), of("int8")),
                         (DATE, of("int8"))]:
        schema = of("map")
        if keys is not None:
            schema["keys"] = keys
        if values is not None:
            schema["values"] = values
        for payload in [
                "{}", "[]", '{"k":"v"}', '{"k":null}', '{"k":1}', '[[1,"v"]]', "[[true,1]]", '[["AAE=",1]]',
                '[[{"a":1},1]]', "[[null,null]]", "[1]", "[[1,2,3]]", "5", '[[[1,2],3]]', '[{"a":1,"b":2}]'
        ]:
            one(schema, payload)
    for schema in [
            dict(TIMESTAMP, type="int32"),
            dict(DATE, type="int64"),
            dict(DATE, type="string"),
            dict(TIME, type="int64"),
            dict(decimal(), type="string"),
            dict(DATE, version=2),
            dict(TIMESTAMP, parameters={"a": "b"}),
            dict(DATE, optional=True, default=5),
            of("int64", name="io.example.Micro")
    ]:
        for payload in ["1", "null", '"1"', "86400000"]:
            one(schema, payload)
    one(
        of(
            "struct", name="deep", fields=[
                dict(
                    of(
                        "struct", name="deeper", optional=True, doc="inner", version=3, fields=[
                            dict(
                                of("map", keys=of("string"), values=of("array", items=dict(
                                    decimal(), optional=True))), field="m")
                        ]), field="s")
            ]), '{"s":{"m":{"k":["ATk=",null,5.5]}}}')


def decimals(cases):
    for scale in ["2", "0", "-2", "30", " 2", "2.0", "+2", "02", "", "x", "2147483647", "2147483648"]:
        for payload in [
                '"ATk="', "1.5", "100", "1.25", "0", "1e3", "1e-7", '""', '"A"', '"ATk"', '"AT k="', '"AIA="',
                '"/4A="', "123456789012345678901234567890.12", "null", "true", "[]"
        ]:
            for out in ("json-schema", "json-numeric"):
                cases.add(envelope(decimal(scale), payload), vin="json-schema", vout=out)
    none = of("bytes", name=DATA + "Decimal")
    for payload in ['"ATk="', "1.5"]:
        cases.add(envelope(none, payload), vin="json-schema", vout="json-schema")
        cases.add(envelope(none, payload), vin="json-schema", vout="json-schema-numeric")
        for out in ("string", "double", "bytes"):
            cases.add(envelope(decimal(), payload), vin="json-schema", vout=out)
    for value in ["1.0", "1.10", "1E+2", "1e-7", "0.0000001", "1e20", "12345678901234567890", "0.00"]:
        cases.add(envelope(decimal("2"), value), vin="json-schema", vout="json-schema-numeric")
        cases.add(envelope(decimal("2"), value), vin="json-schema", vout="string")


def families(_rng):
    return [schemaless(), schemas()]


__all__ = ["families", "TYPES", "GOOD", "PRIMITIVES", "of", "decimal", "text"]
