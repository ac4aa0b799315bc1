"""Cast and TimestampConverter."""

import json

from cwcases.base import Cases, envelope, step, text
from cwcases.documents import PLAIN, TYPED, everywhere, struct_of
from cwcases.json_cases import DATE, TIME, TIMESTAMP, of

TARGETS = ["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"]


def cast():
    cases = Cases("cast", "Cast: every type to every type, as a field and as a whole value")
    for target in TARGETS:
        chain = [step("Cast$Value", spec="f:" + target)]
        whole = [step("Cast$Value", spec=target)]
        for schema, payloads in TYPED.values():
            for payload in payloads:
                cases.add(struct_of(schema, payload), vin="json-schema", vout="json-schema", chain=chain)
            for payload in payloads[:2]:
                cases.add(envelope(schema, payload), vin="json-schema", vout="json-schema", chain=whole)
            cases.add(struct_of(dict(schema, optional=True), "null"), vin="json-schema", vout="json-schema",
                      chain=chain)
        for payload in PLAIN:
            cases.add('{"f":%s}' % payload, chain=chain)
            cases.add(payload, chain=whole)
    for target in ("bytes", "date", "INT8", "float", "array"):
        cases.add('{"f":1}', chain=[step("Cast$Value", spec="f:" + target)])
        cases.add("1", chain=[step("Cast$Value", spec=target)])
    # a whole Date keeps its name: the next step meets it
    for schema, payload in ((DATE, "18262"), (TIME, "1"), (TIMESTAMP, "1700000000123")):
        for target in ("string", "int64", "int32"):
            for after in (step("HoistField$Value",
                               field="v"), step("TimestampConverter$Value", target__type="string", format="yyyy")):
                cases.add(envelope(schema, payload), vin="json-schema", vout="json-schema",
                          chain=[step("Cast$Value", spec=target), after])
    for default in ("5", '"7"', '"x"', "true", "1.5"):
        kind = {"5": "int32", "true": "boolean", "1.5": "double"}.get(default, "string")
        for target in TARGETS:
            for extra in ({}, {"replace__null__with__default": "false"}):
                schema = of(kind, optional=True, default=json.loads(default))
                cases.add(struct_of(schema, "null"), vin="json-schema-null", vout="json-schema-null",
                          chain=[step("Cast$Value", spec="f:" + target, **extra)])
    specs = [
        "f:int32", " f : int32 ", "f:int32,g:string", "f:int32, g:int8", "f:INT32", "F:int32", "f:Int32", "f",
        "int32", "int32,f:int8", "f:int32,f:string", ":int32", "f:", "f::int32", "a:b:int32", "", " ", ",",
        "f:int32,", "f:nope", "nope", "f:array", "f:struct", "f:map", "f:bytes", "f:int", "f:float", "int32,string",
        "x:int32", "f.g:int32"
    ]
    for spec in specs:
        cases.add('{"f":"5","g":7,"f.g":"1"}', chain=[step("Cast$Value", spec=spec)])
        cases.add(
            envelope(
                of("struct", name="n", version=3, doc="d",
                   fields=[of("string", field="f", doc="fd"),
                           of("int32", field="g")]), '{"f":"5","g":7}'), vin="json-schema", vout="json-schema",
            chain=[step("Cast$Value", spec=spec)])
        cases.add('"5"', chain=[step("Cast$Value", spec=spec)])
    cases.add("{}", chain=[step("Cast$Value")])
    everywhere(cases, lambda way: [step("Cast$" + way, spec="id:string,at:string,price:int32")])
    everywhere(cases, lambda way: [step("Cast$" + way, spec="string")])
    everywhere(cases, lambda way: [step("Cast$" + way, spec="customer:string,missing:int8")])
    return cases


FORMATS = [
    "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "yyyy-MM-dd HH:mm:ss Z",
    "yyyy-MM-dd HH:mm:ss z", "dd/MMM/yyyy:HH:mm:ss Z", "EEE, dd MMM yyyy HH:mm:ss z", "EEEE d MMMM y", "hh:mm a",
    "KK:mm a", "kk:mm", "H:m:s.S", "HHmmssSSS", "yyyyMMdd", "yyMMdd", "yy", "y", "yyyyy", "YYYY-'W'ww-u", "YY w",
    "DDD", "D", "F W", "G yyyy", "M/d/yy", "MMM", "LLL", "LLLL", "'literal' yyyy", "yyyy''MM", "''", "'", "yyyy'",
    "b", "yyyy-MM-dd'", "XXX", "XX", "X", "ZZZZ", "zzzz", "SSSSSS", "S", "SS", "ss.SSS", "u", "E", "a", "", " ",
    "yyyy年MM月dd日", "MMMMM", "EEEEE", "'a''b'yyyy", "yyyy-MM-dd HH:mm:ss,SSS",
]
MILLIS = [
    0, 1700000000123, -1, 1582934400000, 951782400000, -12219292800000, -12219292800001, -62135769600000,
    253402300799999, 1672531199999, 1704067200000, -2208988800000, 1709208000005
]
PARSED = {
    "yyyy-MM-dd": [
        "2023-11-14", "2023-02-30", "2023-13-45", "23-1-1", "2023-11-14x", " 2023-11-14", "2023- 11-14", "2023-11",
        "x", "", "-1-1-1", "0-1-1", "20231-1-1", "2023-00-00", "\u0662\u0660\u0662\u0663-11-14", "1582-10-10",
        "9999999999-1-1"
    ], "yyyy-MM-dd'T'HH:mm:ss.SSSX": [
        "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:20.123+01", "2023-11-14T22:13:20.123-0130",
        "2023-11-14T22:13:20.123+01:00", "2023-11-14t22:13:20.123Z", "2023-11-14T22:13:20.1Z",
        "2023-11-14T22:13:20.123456Z", "2023-11-14T22:13:20.123", "2023-11-14T25:61:61.999Z",
        "2023-11-14T22:13:20.123z"
    ], "yyyy-MM-dd HH:mm:ss Z": [
        "2023-11-14 22:13:20 +0100", "2023-11-14 22:13:20 -0930", "2023-11-14 22:13:20 GMT",
        "2023-11-14 22:13:20 UTC", "2023-11-14 22:13:20 GMT+1", "2023-11-14 22:13:20 +01:00", "2023-11-14 22:13:20 Z",
        "2023-11-14 22:13:20 +1", "2023-11-14 22:13:20"
    ], "yyyy-MM-dd HH:mm:ss z": [
        "2023-11-14 22:13:20 UTC", "2023-11-14 22:13:20 GMT+01:00", "2023-11-14 22:13:20 +0100",
        "2023-11-14 22:13:20 PST", "2023-11-14 22:13:20 nowhere"
    ], "yyyy-MM-dd XXX": ["2023-11-14 +01:00", "2023-11-14 Z", "2023-11-14 +0100", "2023-11-14 +01"],
    "dd/MMM/yyyy:HH:mm:ss Z": [
        "14/Nov/2023:22:13:20 +0000", "14/NOV/2023:22:13:20 +0000", "14/nov/2023:22:13:20 +0000",
        "14/November/2023:22:13:20 +0000", "14/Nox/2023:22:13:20 +0000", "4/Nov/2023:2:3:0 +0000",
        "14/ Nov/2023:22:13:20 +0000", "14/11/2023:22:13:20 +0000"
    ], "EEE, dd MMM yyyy HH:mm:ss z": [
        "Tue, 14 Nov 2023 22:13:20 GMT", "Wed, 14 Nov 2023 22:13:20 GMT", "Tuesday, 14 Nov 2023 22:13:20 GMT",
        "tue, 14 nov 2023 22:13:20 gmt", "Xxx, 14 Nov 2023 22:13:20 GMT"
    ], "hh:mm a": ["10:13 PM", "10:13 pm", "12:00 AM", "12:00 PM", "22:13 PM", "10:13", "10:13 X", "0:00 AM"],
    "KK:mm a": ["0:13 PM", "11:13 AM", "12:13 AM"], "kk:mm": ["24:00", "1:00", "0:00", "25:00"], "yyyyMMdd": [
        "20231114", "2023111", "202311144", "2023 1114", "x20231114"
    ], "yyMMdd": ["231114", "691231", "991231", "000101"], "yy": ["23", "5", "2023", "99", "123"], "y": [
        "23", "2023", "5"
    ], "yyyy": ["23", "2023", "5", "-5"], "HHmmssSSS": ["221320123", "2213201", "1"], "ss.SSSSSS": [
        "20.123456", "20.1"
    ], "S": ["5", "5000", "99999999999"], "DDD yyyy": ["318 2023", "366 2023", "0 2023"], "YYYY-'W'ww-u": [
        "2023-W46-2", "2024-W01-1", "2023-W99-9"
    ], "G yyyy": ["AD 2023", "BC 1", "ad 5", "XX 5"], "MMM": ["Nov", "NOVEMBER", "No"], "EEEE": [
        "Tuesday", "tue", "T"
    ], "'x'yyyy": ["x2023", "X2023", "2023"], "yyyy''MM": ["2023'11", "2023''11"], "F W MM yyyy": ["2 3 11 2023"],
    "H": ["5", " 5", "\t5", "+5", "-5"], "HH:mm": ["5:7", "05:07:09", "5 :7", "5: 7"],
}


def timestamps():
    cases = Cases("timestamps", "TimestampConverter: every source and target, formats written and read, precisions")
    times = {
        "string": [(of("string"), '"2023-11-14"'), (of(
            "string", optional=True), "null")], "unix": [(of("int64"), "1700000000123"), (of("int64"), "-1"),
                                                         (of("int64", optional=True), "null")],
        "Date": [(DATE, "18262"), (DATE, "-1"), (dict(DATE, optional=True), "null")], "Time": [(TIME, "3661001"),
                                                                                               (TIME, "0")],
        "Timestamp": [(TIMESTAMP, "1700000000123"), (TIMESTAMP, "-1"), (TIMESTAMP, "86400000"),
                      (dict(TIMESTAMP, optional=True), "null")]
    }
    wrong = [(of("int32"), "5"), (of("double"), "1.5"), (of("boolean"), "true"), (of("bytes"), '"AA=="'),
             (of("array", items=of("int8")), "[]")]
    for target in ("date", "UNIX", "nope", ""):
        cases.add("5", chain=[step("TimestampConverter$Value", target__type=target, format="yyyy")])
        cases.add("5", chain=[step("TimestampConverter$Value", target__type=target)])
    for target in times:
        for schema, payload in [pair for pairs in times.values() for pair in pairs] + wrong:
            for form in ({"format": "yyyy-MM-dd"}, {}):
                cases.add(struct_of(schema, payload), vin="json-schema", vout="json-schema",
                          chain=[step("TimestampConverter$Value", field="f", target__type=target, **form)])
            cases.add(envelope(schema, payload), vin="json-schema", vout="json-schema",
                      chain=[step("TimestampConverter$Value", target__type=target, format="yyyy-MM-dd")])
        for payload in ["null", "0", "1700000000123", "-1", '"2023-11-14"', '"x"', "1.5", "true", "[]", "{}"]:
            cases.add('{"f":%s}' % payload,
                      chain=[step("TimestampConverter$Value", field="f", target__type=target, format="yyyy-MM-dd")])
            cases.add(payload, chain=[step("TimestampConverter$Value", target__type=target, format="yyyy-MM-dd")])
            if target in ("Date", "Time", "Timestamp"):
                cases.add(
                    payload, vout="string", chain=[
                        step("TimestampConverter$Value", target__type=target, format="yyyy-MM-dd"),
                        step("TimestampConverter$Value", target__type="string", format="yyyy-MM-dd HH:mm:ss.SSS")
                    ])
                cases.add(
                    '{"f":%s}' % payload, chain=[
                        step("TimestampConverter$Value", field="f", target__type=target, format="yyyy-MM-dd"),
                        step("Cast$Value", spec="f:string")
                    ])
    for pattern in FORMATS:
        for millis in MILLIS if pattern in FORMATS[:20] else MILLIS[:2]:
            cases.add(str(millis), chain=[step("TimestampConverter$Value", target__type="string", format=pattern)])
    for pattern, values in PARSED.items():
        for value in values:
            cases.add(text(value), chain=[step("TimestampConverter$Value", target__type="unix", format=pattern)])
    for precision in ("SECONDS", "minutes", ""):
        cases.add(
            "1",
            chain=[step("TimestampConverter$Value", target__type="unix", format="yyyy", unix__precision=precision)])
    for precision in ("seconds", "milliseconds", "microseconds", "nanoseconds"):
        for number in ("0", "1700000000", "1700000000123", "-1", "-1001", "999", "1700000000123456789",
                       "9223372036854775807", "-9223372036854775808"):
            cases.add(
                number, chain=[
                    step("TimestampConverter$Value", target__type="string", format="yyyy-MM-dd HH:mm:ss.SSS",
                         unix__precision=precision)
                ])
        for millis in ("0", "1700000000123", "-1", "-1999", "253402300799999"):
            cases.add(envelope(TIMESTAMP, millis), vin="json-schema", vout="json-schema",
                      chain=[step("TimestampConverter$Value", target__type="unix", unix__precision=precision)])
    for field in ("missing", "a.b", "", "f.g"):
        for value in ('{"f":{"g":5},"a.b":1}', '{"a":{"b":1}}', "{}"):
            cases.add(value,
                      chain=[step("TimestampConverter$Value", field=field, target__type="string", format="yyyy")])
        cases.add(struct_of(of("int64"), "5"), vin="json-schema", vout="json-schema",
                  chain=[step("TimestampConverter$Value", field=field, target__type="string", format="yyyy")])
    for extra in ({}, {"replace__null__with__default": "false"}):
        for default, kind in ((1700000000123, TIMESTAMP), (1700000000123, of("int64")), ("2023", of("string"))):
            for target in ("string", "unix", "Date", "Timestamp"):
                cases.add(
                    struct_of(dict(kind, optional=True, default=default),
                              "null"), vin="json-schema-null", vout="json-schema-null",
                    chain=[step("TimestampConverter$Value", field="f", target__type=target, format="yyyy", **extra)])
    cases.add("1", chain=[step("TimestampConverter$Value", field="f")])
    everywhere(
        cases,
        lambda way: [step("TimestampConverter$" + way, field="at", target__type="string", format="dd.MM.yy HH:mm")])
    everywhere(
        cases,
        lambda way: [step("TimestampConverter$" + way, field="at", target__type="unix", unix__precision="seconds")])
    everywhere(cases, lambda way: [step("TimestampConverter$" + way, target__type="unix", format="yyyy")])
    return cases


def families(_rng):
    return [cast(), timestamps()]
