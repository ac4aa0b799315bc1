"""What nobody thought of: random schemas and values, texts of headers, numbers and dates."""

import json

from cwcases.base import Cases, envelope, step, text
from cwcases.json_cases import DATE, TIME, TIMESTAMP, decimal, of

WORDS = ["a", "b", "id", "name", "\u00e4", "x.y", "", "key", "with space", "\U0001f600", "q\"q", "n\\n"]


def value_of(rng, schema):
    """A random payload that fits the schema, in JSON."""
    if schema.get("optional") and rng.random() < 0.25:
        return None
    kind, name = schema["type"], schema.get("name", "")
    if name.endswith("Decimal"):
        return rng.choice(["ATk=", "AA==", "/w==", "AP8="])
    if name.endswith(("Date", "Time")):
        return rng.randint(0, 86399999) if name.endswith("Time") else rng.randint(-800000, 800000)
    if kind.startswith("int"):
        bits = int(kind[3:])
        return rng.choice(
            [0, 1, -1, 2**(bits - 1) - 1, -2**(bits - 1),
             rng.randint(-2**(bits - 1), 2**(bits - 1) - 1)])
    if kind == "float":
        return rng.choice([0.5, -1.25, 3.0, 1e10, 65536.5])
    if kind == "double":
        return rng.choice([
            0.1,
            rng.random(),
            rng.random() * 1e6, -rng.random() * 1e-6,
            float(rng.randint(-1000, 1000)), 1e21 * rng.random()
        ])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "string":
        return "".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))
    if kind == "bytes":
        return rng.choice(["", "AA==", "AAEC/w==", "//8="])
    if kind == "array":
        return [value_of(rng, schema["items"]) for _ in range(rng.randint(0, 3))]
    if kind == "map":
        pairs = {
            text(value_of(rng, schema["keys"])): value_of(rng, schema["values"])
            for _ in range(rng.randint(0, 3))
        }
        if schema["keys"]["type"] == "string" and not schema["keys"].get("optional"):
            return {json.loads(k): v for k, v in pairs.items()}
        return [[json.loads(k), v] for k, v in pairs.items()]
    return {f["field"]: value_of(rng, f) for f in schema["fields"] if not (f.get("optional") and rng.random() < 0.1)}


def schema_of(rng, depth):
    kinds = [
        "int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "string", "bytes", "decimal",
        "date", "time", "timestamp"
    ]
    kind = rng.choice(kinds + ["array", "map", "struct", "struct"] * 2 if depth else kinds)
    if kind in ("decimal", "date", "time", "timestamp"):
        schema = dict({
            "decimal": decimal(rng.choice(["0", "2", "-1", "10"])), "date": DATE, "time": TIME, "timestamp": TIMESTAMP
        }[kind])
    elif kind == "array":
        schema = of(kind, items=schema_of(rng, depth - 1))
    elif kind == "map":
        schema = of(
            kind, keys=rng.choice(
                [of("string"), of("string"),
                 of("int32"), of("boolean"),
                 of("string", optional=True)]), values=schema_of(rng, depth - 1))
    elif kind == "struct":
        names = rng.sample(["a", "b", "c", "d.e", "\u00e4"], rng.randint(1, 4))
        schema = of(kind, fields=[dict(schema_of(rng, depth - 1), field=name) for name in names])
    else:
        schema = of(kind)
    if rng.random() < 0.3:
        schema["optional"] = True
    if kind not in ("decimal", "date", "time", "timestamp") and rng.random() < 0.2:
        schema.update(
            rng.choice([{"name": "com.example.Some"}, {"version": 3}, {"doc": "words"}, {"parameters": {"p": "q"}},
                        {"name": "N", "version": 1, "doc": ""}]))
    return schema


def documents(rng):
    cases = Cases("random", "Random schemas and values through the JSON converter and some steps")
    for _ in range(350):
        schema = schema_of(rng, 3)
        value = envelope(schema, text(value_of(rng, schema)))
        out = rng.choice(["json-schema", "json-schema", "json", "json-schema-numeric"])
        chain = rng.choice([
            None, None, [step("HoistField$Value", field="v")],
            [step("HoistField$Value", field="v"), step("Flatten$Value")],
            [
                step("HoistField$Value", field="v"),
                step("Cast$Value", spec="v:" + rng.choice(["string", "int32", "float64", "boolean"]))
            ], [step("HoistField$Value", field="v"),
                step("MaskField$Value", fields="v")], [step("SetSchemaMetadata$Value", schema__name="set")],
            [
                step("HoistField$Value", field="v"),
                step("HeaderFrom$Value", fields="v", headers="h", operation="move")
            ]
        ])
        if "bytes" in text(schema) and chain:
            chain = chain[:1]
        cases.add(value, vin="json-schema", vout=out, chain=chain)
        if "bytes" not in text(schema):
            cases.add("v", vin="string", vout="string", headers=[("h", value)], hin="json-schema")
    return cases


def texts(rng):
    cases = Cases("random-texts", "Random texts: headers whose type is guessed, numbers to cast, dates to parse")
    tokens = [
        "[", "]", "{", "}", ",", ":", "\"", "\\", " ", "1", "5", "-", "+", ".", "e", "E3", "true", "false", "null",
        "a", "xy", "\"s\"", "2.5", "300", "[1,2]", "{\"k\":1}", "2023-11-14", "22:13:20.000Z", "70000", "\\\"", "\t",
        "\u00e4"
    ]
    for _ in range(600):
        value = "".join(rng.choice(tokens) for _ in range(rng.randint(1, 7)))
        cases.add("v", vin="string", vout="string", headers=[("h", value)], hout=rng.choice(["simple",
                                                                                             "json-schema"]))
    digits = [
        "0", "1", "9", "12", "-", "+", ".", "e", "E", "5", " ", "f", "d", "x", "NaN", "Infinity", "0x", "p1", "99999",
        "_", "\u0663"
    ]
    for _ in range(200):
        value = "".join(rng.choice(digits) for _ in range(rng.randint(1, 5)))
        cases.add(text(value),
                  chain=[step("Cast$Value", spec=rng.choice(["int8", "int32", "int64", "float32", "float64"]))])
    letters = [
        "yyyy", "yy", "y", "MM", "M", "MMM", "MMMM", "dd", "d", "HH", "H", "hh", "mm", "m", "ss", "SSS", "a", "E",
        "EEEE", "D", "'T'", "''", "-", "/", ".", " ", ":", "Z", "X", "z", "u", "k", "K", "w", "G"
    ]
    parts = [
        "2023", "23", "11", "1", "Nov", "november", "14", "4", "22", "10", "13", "20", "123", "PM", "am", "Tue", "T",
        "'", "-", "/", ".", " ", ":", "+0100", "Z", "UTC", "318", "AD", "-", " "
    ]
    for _ in range(300):
        pattern = "".join(rng.choice(letters) for _ in range(rng.randint(1, 6)))
        cases.add(
            str(rng.choice([0, 1700000000123, -1, 951782400000,
                            rng.randint(-62135769600000, 253402300799999)])),
            chain=[step("TimestampConverter$Value", target__type="string", format=pattern)])
        cases.add(text("".join(rng.choice(parts) for _ in range(rng.randint(1, 7)))),
                  chain=[step("TimestampConverter$Value", target__type="unix", format=pattern)])
    return cases


def families(rng):
    return [documents(rng), texts(rng)]
