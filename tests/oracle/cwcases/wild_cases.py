"""Random steps over random documents, broken JSON, and random regular expressions."""

import json

from cwcases.base import Cases, envelope, predicate, step, text
from cwcases.documents import ORDERS, ORDER, PLAIN_ORDERS
from cwcases.json_cases import of
from cwcases.random_cases import schema_of, value_of

FIELDS = ["a", "b", "c", "d.e", "\u00e4", "none"]
TYPES = ["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"]
FORMATS = ["yyyy-MM-dd", "HH:mm:ss", "yyyyMMddHHmmssSSS", "EEE MMM d yyyy", "yy"]


def settings(rng):
    """A random step of those that work on fields; None where the chance says no step."""
    fields = rng.sample(FIELDS, rng.randint(1, 3))
    name = fields[0]
    return rng.choice([("Cast", {"spec": ",".join("%s:%s" % (f, rng.choice(TYPES)) for f in fields)}),
                       ("Cast", {"spec": rng.choice(TYPES)}), ("ExtractField", {"field": name}),
                       ("ExtractField", {
                           "field": rng.choice(["a.b", "`d.e`", "a.`d.e`", "b.a.c", "`a`", "d.e", "c."]),
                           "field.syntax.version": "V2"
                       }), ("Flatten", {"delimiter": rng.choice([".", "_", "-"])}),
                       ("HeaderFrom", {
                           "fields": ",".join(fields), "headers": ",".join("h" + str(i) for i in range(len(fields))),
                           "operation": rng.choice(["copy", "move"])
                       }), ("HoistField", {"field": name}),
                       ("InsertField", {
                           rng.choice(["topic.field", "partition.field", "offset.field", "timestamp.field"]): name +
                           rng.choice(["", "!", "?"])
                       }), ("InsertField", {"static.field": name, "static.value": "v"}),
                       ("MaskField", {"fields": ",".join(fields)}),
                       ("MaskField", {"fields": name, "replacement": rng.choice(["1", "-7.5", "x", "300"])}),
                       ("ReplaceField", {rng.choice(["include", "exclude"]): ",".join(fields)}),
                       ("ReplaceField", {"renames": "%s:%s" % (name, rng.choice(["new", "x y"]))}),
                       ("SetSchemaMetadata", {"schema.name": "Set", "schema.version": "9"}),
                       ("TimestampConverter", {
                           "field": rng.choice([name, ""]), "target.type": rng.choice(
                               ["string", "unix", "Date", "Time", "Timestamp"]), "format": rng.choice(FORMATS),
                           "unix.precision": rng.choice(["seconds", "milliseconds", "microseconds", "nanoseconds"])
                       }), ])


def plain_of(rng, depth):
    """A random value without a schema."""
    kind = rng.randint(0, 8 if depth else 5)
    if kind > 5:
        return {rng.choice(FIELDS): plain_of(rng, depth - 1) for _ in range(rng.randint(0, 3))}
    return [
        None,
        rng.random() < 0.5,
        rng.randint(-2**40, 2**40),
        rng.choice([1.5, -0.25, 1e21, 3.0]),
        rng.choice(["x", "12", "2023-11-14", "\u00e4"]),
        [plain_of(rng, depth - 1) for _ in range(rng.randint(0, 2))] if depth else 7
    ][kind]


def struct(rng):
    names = rng.sample(FIELDS[:5], rng.randint(1, 4))
    return of("struct", fields=[dict(schema_of(rng, 2), field=name) for name in names])


def steps(rng):
    cases = Cases("wild", "Random steps over random documents, with and without schemas")
    for _ in range(400):
        typed = rng.random() < 0.6
        schema = struct(rng) if typed else None
        value = envelope(schema, text(value_of(rng, schema))) if typed else text(plain_of(rng, 3))
        made = [settings(rng) for _ in range(rng.randint(1, 3))]
        if "bytes" in value and any(name in ("Cast", "HeaderFrom") for name, _ in made):
            continue  # bytes as text are the identity of a Java object
        way = rng.choice(["Value", "Value", "Key"])
        chain = [{"type": name + "$" + way, "config": config} for name, config in made]
        if rng.random() < 0.2:
            chain[-1]["predicate"] = rng.choice(
                [predicate("HasHeaderKey", name="h0"),
                 predicate("RecordIsTombstone")])
            chain[-1]["negate"] = rng.random() < 0.5
        converter = "json-schema" if typed else "json"
        if way == "Key":
            cases.add("v", vin="string", vout="string", key=value, kin=converter, kout=converter, hout="json-schema",
                      chain=chain)
        else:
            cases.add(value, vin=converter, vout=converter, hout="json-schema", chain=chain)
    return cases


def broken(rng):
    cases = Cases("broken", "JSON with a few characters changed, read with and without schemas")
    samples = [(text(p), "json") for p in [json.loads(o) for o in PLAIN_ORDERS]] + [(envelope(
        of("struct", fields=ORDER["fields"][:4]), ORDERS[0]), "json-schema")]
    samples += [(
        '{"schema":{"type":"map","keys":{"type":"int8"},"values":{"type":"string","optional":true}},'
        '"payload":[[1,"a"],[2,null]]}',
        "json-schema"), ('{"a":[1,-2.5e3,"\\u00e4\\n",true,null,{"b":{}}]}', "json"), ('[0,1e5,"x"]', "json")]
    for _ in range(400):
        value, converter = rng.choice(samples)
        letters = list(value)
        for _ in range(rng.randint(1, 2)):
            at = rng.randrange(len(letters))
            new = rng.choice(list('{}[]",:.-+eE0129 \\ntfu/"') + ["\\u12", "null", "\t", "1", "\u00e4"])
            letters[at:at + rng.randint(0, 2)] = rng.choice([[], [new], [new, letters[at]]])
        cases.add("".join(letters), vin=converter, vout=converter)
    return cases


def regexes(rng):
    cases = Cases("regexes", "Random regular expressions and replacements")
    tokens = [
        "a", "b", "x", "1", "-", ".", ".*", ".+", "a*", "b+?", "x?", "|", "(a)", "(b|x)", "(?:a|1)", "[ab]", "[^a]",
        "[a-x1]", "\\d", "\\w+", "\\W", "^", "$", "{2}", "{1,2}", "(?i)A", "\\b", "\\.", "(.*)", "(\\w)", "\\1",
        "(?<n>a|b)", "(?=a)", "(?!b)", "\\s", "[\\d-]", "(?>a+)", "a++", "[a-z&&[^b]]", "\\Qa.\\E", "\\p{L}", "\\x61"
    ]
    topics = ["a", "ab", "ab-1", "aab.x", "xx-11", "b", "a.b", "-", "AB", "abx1"]
    replacements = ["x", "$1", "[$0]", "$1-$2", "\\$", "${n}", "$1$1", ""]
    for _ in range(600):
        regex = "".join(rng.choice(tokens) for _ in range(rng.randint(1, 4)))
        topic = rng.choice(topics)
        chain = rng.choice([[step("RegexRouter", regex=regex, replacement=rng.choice(replacements))],
                            [step("Filter", predicate=predicate("TopicNameMatches", pattern=regex))]])
        cases.add("v", vin="string", vout="string", topic=topic, chain=chain)
    return cases


def families(rng):
    return [steps(rng), broken(rng), regexes(rng)]
