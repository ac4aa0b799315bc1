"""The transformations that move, add, hide and rename fields."""

from cwcases.base import Cases, envelope, step
from cwcases.documents import ORDER, ORDERS, PLAIN, PLAIN_ORDERS, TYPED, documents, everywhere, others, struct_of
from cwcases.json_cases import of

DEFAULTED = envelope(
    of("struct",
       fields=[of("string", field="f", optional=True, default="d"),
               of("int32", field="g", optional=True, default=5)]), '{"f":null,"g":null}')


def through(cases, name, configs, values=None):
    """Each configuration with each value, as value and as key."""
    for config in configs:
        everywhere(cases, lambda way, c=config: [step(name + "$" + way, **c)], values)
        if name != "Flatten":
            for extra in ({}, {"replace__null__with__default": "false"}):
                cases.add(DEFAULTED, vin="json-schema-null", vout="json-schema-null",
                          chain=[step(name + "$Value", **dict(config, **extra))])


def extract():
    cases = Cases("extract", "ExtractField and HoistField, with both syntaxes of field paths")
    through(cases, "ExtractField",
            [{"field": f} for f in ("id", "name", "price", "customer", "missing", "customer.id", "f", "")])
    for f in ("customer.id", "customer.address.city", "customer.address.zip.code", "customer.address.`zip.code`",
              "`customer`.id", "customer.missing", "missing.id", "id.x", "`customer.id`", "customer.", ".customer",
              "a.", "", "``", "`", "customer.`id", "customer`.id", "`a`b.c", "customer.address", "customer..id",
              "cust`omer", "`a``b`", "a.`b.c`.d", "\\`a"):
        everywhere(cases, lambda way, f=f: [step("ExtractField$" + way, field=f, field__syntax__version="V2")],
                   documents())
        cases.add('{"a":{"":1,"b.c":{"d":2}},"a`":3,"":{"a":4},"`a`":5}',
                  chain=[step("ExtractField$Value", field=f, field__syntax__version="V2")])
        cases.add('{"a":{"":1,"b.c":{"d":2}},"a`":3,"":{"a":4},"`a`":5}', chain=[step("ExtractField$Value", field=f)])
    for version in ("V1", "v1", "V3", "", "v2"):
        cases.add('{"a":{"b":1},"a.b":2}',
                  chain=[step("ExtractField$Value", field="a.b", field__syntax__version=version)])
    cases.add("{}", chain=[step("ExtractField$Value")])
    through(cases, "HoistField", [{"field": f} for f in ("v", "a.b", "", "\u00e4")])
    cases.add("{}", chain=[step("HoistField$Value")])
    for schema, payloads in TYPED.values():
        value = envelope(schema, payloads[0])
        cases.add(value, vin="json-schema", vout="json-schema", chain=[step("HoistField$Value", field="x")])
        cases.add(value, vin="json-schema", vout="json-schema",
                  chain=[step("HoistField$Value", field="x"),
                         step("ExtractField$Value", field="x")])
        cases.add(struct_of(schema, payloads[0]), vin="json-schema", vout="json-schema",
                  chain=[step("ExtractField$Value", field="f")])
    return cases


def insert():
    cases = Cases("insert", "InsertField")
    configs = [{"topic__field": "t"}, {"topic__field": "t!"}, {"topic__field": "t?"}, {"topic__field": "t!!"}, {
        "topic__field": "t??"
    }, {"topic__field": "!"}, {"partition__field": "p"}, {"partition__field": "p?"}, {"offset__field": "o"}, {
        "offset__field": "o!"
    }, {"offset__field": "o?"}, {"timestamp__field": "ts"}, {"timestamp__field": "ts!"}, {"timestamp__field": "ts?"},
               {"static__field": "s", "static__value": "x"}, {"static__field": "s?", "static__value": ""},
               {"static__field": "s"}, {"static__value": "x"}, {}, {
                   "topic__field": "t", "partition__field": "p", "offset__field": "o", "timestamp__field": "ts",
                   "static__field": "s", "static__value": "v"
               }, {"topic__field": "id"}, {"timestamp__field": "id"}, {"static__field": "id", "static__value": "x"}, {
                   "topic__field": "t", "partition__field": "t"
               }, {"topic__field": ""}, {"topic__field": "a.b"}, ]
    through(cases, "InsertField", configs, documents()[:1] + documents()[3:4])
    through(cases, "InsertField", configs[:1] + configs[19:20], documents() + others())
    for config in configs:
        for value, name in documents()[:1] + documents()[3:4]:
            cases.add(value, vin=name, vout=name, timestamp=None, chain=[step("InsertField$Value", **config)])
            cases.add(value, vin=name, vout=name, source=True, chain=[step("InsertField$Value", **config)])
            cases.add(value, vin=name, vout=name, topic="a.b-\u00e4", partition=0, offset=9223372036854775807,
                      timestamp=0, chain=[step("InsertField$Value", **config)])
    return cases


def mask():
    cases = Cases("mask", "MaskField: every type, with and without a replacement")
    replacements = [None, "***", "5", "12.7", "300", "-1", "x", "", "1e3", "99999999999", "true", "2023-11-14", " 5"]
    for replacement in replacements:
        extra = {} if replacement is None else {"replacement": replacement}
        for schema, payloads in TYPED.values():
            cases.add(struct_of(schema, payloads[-1]), vin="json-schema", vout="json-schema",
                      chain=[step("MaskField$Value", fields="f", **extra)])
        for payload in PLAIN:
            cases.add('{"f":%s}' % payload, chain=[step("MaskField$Value", fields="f", **extra)])
    for schema, _ in TYPED.values():
        cases.add(struct_of(dict(schema, optional=True), "null"), vin="json-schema", vout="json-schema",
                  chain=[step("MaskField$Value", fields="f")])
        cases.add(struct_of(dict(schema, optional=True), "null"), vin="json-schema", vout="json-schema",
                  chain=[step("MaskField$Value", fields="f", replacement="7")])
    cases.add(
        envelope(of("struct", fields=[dict(TYPED["decimal"][0], field="f", parameters={"scale": "0"})]),
                 '{"f":"ATk="}'), vin="json-schema", vout="json-schema", chain=[step("MaskField$Value", fields="f")])
    through(cases, "MaskField",
            [{"fields": "name"}, {"fields": "id,name,price"}, {"fields": "missing"},
             {"fields": "name", "replacement": "xx"}, {"fields": ""}, {"fields": "customer.id"}, {"fields": "at"}])
    cases.add("{}", chain=[step("MaskField$Value")])
    return cases


def replace():
    cases = Cases("replace", "ReplaceField and ValueToKey")
    configs = [{}, {"exclude": "id"}, {"exclude": "id,name,missing"}, {"include": "id"}, {
        "include": "id, name,missing"
    }, {"include": "id,name", "exclude": "name"}, {"exclude": "*"}, {"renames": "id:number"}, {
        "renames": "id:number,name:label"
    }, {"renames": "id:name,name:id"}, {"renames": "missing:x"}, {"renames": "id:name"},
               {"include": "id", "renames": "id:x"}, {"exclude": "id", "renames": "id:x"}, {"exclude": ""},
               {"include": ""}, {"exclude": "customer.id"}, {"renames": "customer:c.d"}]
    through(cases, "ReplaceField", configs)
    for bad in ("x", "a:b:c", ":", "a:", ":b", "a:b,c", "", "a:b,a:c", " a : b "):
        cases.add('{"a":1,"d":2}', chain=[step("ReplaceField$Value", renames=bad)])
    for kind in ("blacklist", "whitelist"):
        cases.add('{"a":1,"c":2}', chain=[step("ReplaceField$Value", **{kind: "a"})])
    for fields in ("id", "id,name", "name,id", "missing", "id,missing", "customer", "id,id", "", "at,tags"):
        for value, name in documents() + others():
            cases.add(value, vin=name, vout=name, key="old", kout=name, chain=[step("ValueToKey", fields=fields)])
        cases.add(DEFAULTED, vin="json-schema-null", vout="json-schema-null", kout="json-schema-null",
                  chain=[step("ValueToKey", fields="f,g")])
        cases.add(DEFAULTED, vin="json-schema-null", vout="json-schema-null", kout="json-schema-null",
                  chain=[step("ValueToKey", fields="f,g", replace__null__with__default="false")])
    cases.add("{}", chain=[step("ValueToKey")])
    return cases


def flatten():
    cases = Cases("flatten", "Flatten and SetSchemaMetadata")
    through(cases, "Flatten",
            [{}, {"delimiter": "_"}, {"delimiter": ""}, {"delimiter": "->"}, {"delimiter": "\u00e4"}])
    for value in [
            '{"a":{"b":1},"c":[{"d":1}]}', '{"a":{}}', '{"a":{"b":{}},"c":1}', '{"a":{"b":{"c":{"d":null}}}}',
            '{"a":null}', '{"":{"":1}}', '{"a":{"b":[1,{"c":2}]}}', '{"a":{"b":1.5,"c":true,"d":"x"}}'
    ]:
        cases.add(value, chain=[step("Flatten$Value")])
        cases.add(value, chain=[step("Flatten$Value", delimiter="_"), step("ExtractField$Value", field="a_b")])
    inner = of("struct", field="a", fields=[of("int32", field="b")])
    for fields, payload in [
        ([inner, of("int32", field="a.b")], '{"a":{"b":1},"a.b":2}'), ([dict(inner, optional=True)], '{"a":null}'),
        ([dict(inner, optional=True)], '{"a":{"b":1}}'), ([of("struct", field="a", fields=[])], '{"a":{}}'),
        ([of("struct", field="a", optional=True, fields=[of("int32", field="b", default=5,
                                                            optional=True)])], '{"a":{}}'),
        ([of("array", items=of("struct", fields=[of("int32", field="x")]), field="l")], '{"l":[{"x":1}]}'),
        ([of("struct", field="a", fields=[of("map", keys=of("string"), values=of("int8"),
                                             field="m")])], '{"a":{"m":{}}}'),
        ([
            of("struct", field="a", optional=True, name="n", doc="d", version=3,
               fields=[of("struct", field="b", fields=[of("string", field="c", default="z", doc="q")])])
        ], '{"a":{"b":{"c":"y"}}}')
    ]:
        cases.add(envelope(of("struct", name="top", version=1, doc="t", fields=fields), payload), vin="json-schema",
                  vout="json-schema", chain=[step("Flatten$Value")])
        cases.add(envelope(of("struct", name="top", fields=fields, optional=True), "null"), vin="json-schema",
                  vout="json-schema", chain=[step("Flatten$Value")])
    for schema, payloads in TYPED.values():
        cases.add(struct_of(of("struct", fields=[dict(schema, field="g")]), '{"g":%s}' % payloads[0]),
                  vin="json-schema", vout="json-schema", chain=[step("Flatten$Value")])
    through(cases, "SetSchemaMetadata",
            [{"schema__name": "n"}, {"schema__version": "7"}, {"schema__name": "n", "schema__version": "7"},
             {"schema__name": ""}, {"schema__version": "x"}, {"schema__version": "-1"}, {"schema__version": "0"}, {}])
    for schema, payloads in TYPED.values():
        cases.add(envelope(schema, payloads[0]), vin="json-schema", vout="json-schema",
                  chain=[step("SetSchemaMetadata$Value", schema__name="n")])
    cases.add('{"a":{"b":1}}', vout="long", chain=[step("Flatten$Value")])
    return cases


def header():
    cases = Cases("header", "HeaderFrom, InsertHeader and DropHeaders")
    configs = [{"fields": "id", "headers": "h"}, {"fields": "id,name", "headers": "h,i"}, {
        "fields": "missing", "headers": "h"
    }, {"fields": "id,missing", "headers": "h,h"}, {"fields": "customer", "headers": "c"}, {
        "fields": "at,total,raw,tags,price", "headers": "a,b,c,d,e"
    }, {"fields": "id", "headers": "h,i"}, {"fields": "", "headers": ""}, {"fields": "id,id", "headers": "h,i"}]
    for operation in ("copy", "move", "COPY", "drop", ""):
        for config in configs if operation in ("copy", "move") else configs[:1]:
            for value, name in documents() + (others() if config is configs[0] else []):
                if not (name == "json-schema" and "raw" in config["fields"]):
                    cases.add(value, vin=name, vout=name,
                              chain=[step("HeaderFrom$Value", operation=operation, **config)])
                    cases.add("v", key=value, vin="string", vout="string", kin=name, kout=name,
                              headers=[("h", "old")], chain=[step("HeaderFrom$Key", operation=operation, **config)])
                cases.add(value, vin=name, vout=name, hout="json-schema",
                          chain=[step("HeaderFrom$Value", operation=operation, **config)])
        cases.add(DEFAULTED, vin="json-schema-null", vout="json-schema-null", hout="json-schema-null",
                  chain=[step("HeaderFrom$Value", operation=operation, fields="f,g", headers="f,g")])
        cases.add(
            DEFAULTED, vin="json-schema-null", vout="json-schema-null", hout="json-schema-null", chain=[
                step("HeaderFrom$Value", operation=operation, fields="f,g", headers="f,g",
                     replace__null__with__default="false")
            ])
    for kind, (schema, payloads) in TYPED.items():
        for operation in ("copy", "move"):
            cases.add(struct_of(schema, payloads[0]), vin="json-schema", vout="json-schema", hout="json-schema",
                      chain=[step("HeaderFrom$Value", operation=operation, fields="f", headers="h")])
        if kind != "bytes":
            cases.add(struct_of(schema, payloads[0]), vin="json-schema", vout="json-schema",
                      chain=[step("HeaderFrom$Value", operation="copy", fields="f", headers="h")])
    cases.add("{}", chain=[step("HeaderFrom$Value")])
    old = [("h", "1"), ("i", "x"), ("h", None)]
    for literal in ("x", "5", "1.5", "true", "null", "[1,2]", '{"a":1}', "2023-11-14T22:13:20.123Z", "", " ", '"q"',
                    "1e3", "007", "\u00e4"):
        for out in ("simple", "json-schema"):
            cases.add("v", vin="string", vout="string", headers=old, hout=out,
                      chain=[step("InsertHeader", header="h", value__literal=literal)])
    for config in ({}, {"header": "h"}, {"value__literal": "x"}, {"header": "", "value__literal": "x"}, {
            "header": "new", "value__literal": "y"
    }):
        cases.add("v", vin="string", vout="string", headers=old, chain=[step("InsertHeader", **config)])
    for names in ("h", "i", "h,i", "missing", "H", "", " h , i ", "h,h"):
        cases.add("v", vin="string", vout="string", headers=old, chain=[step("DropHeaders", headers=names)])
    cases.add("v", vin="string", vout="string", headers=old, chain=[step("DropHeaders")])
    return cases


def empty_items():
    """Lists that were written by a program, with commas too many; a field without a name is one."""
    cases = Cases("empty-items", "Lists with empty items, of every transformation that has one")
    for items in ("a,", "a,,b", ",a", ",", " a , , b "):
        for value in ('{"a":1,"b":"x"}', '{"":1,"a":2}'):
            for kind, key in (("ReplaceField$Value", "exclude"), ("ReplaceField$Value", "include"),
                              ("MaskField$Value", "fields"), ("ValueToKey", "fields")):
                cases.add(value, kout="json", chain=[step(kind, **{key: items})])
            cases.add(value, headers=[("a", "1"), ("", "2"), ("b", "3")], chain=[step("DropHeaders", headers=items)])
            for headers in (items, "h"):
                cases.add(value, hout="json-schema",
                          chain=[step("HeaderFrom$Value", fields=items, headers=headers, operation="move")])
    for key, items in (("renames", "a:b,"), ("spec", "a:string,"), ("spec", "a:string,,b:int8"), ("spec", "string,")):
        kind = "ReplaceField$Value" if key == "renames" else "Cast$Value"
        cases.add('{"a":1,"b":"2"}', chain=[step(kind, **{key: items})])
    return cases


def families(_rng):
    return [extract(), insert(), mask(), replace(), flatten(), header(), empty_items()]


__all__ = ["families", "ORDER", "ORDERS", "PLAIN_ORDERS"]
