"""Values that the transformations are given: single fields of every type, and whole documents."""

from cwcases.base import envelope, text
from cwcases.json_cases import DATE, STRUCT, TIME, TIMESTAMP, decimal, of

# Type with schema: what its field "f" has.
TYPED = {
    "int8": (of("int8"), ["0", "-5", "127"]), "int16": (of("int16"), ["0", "300", "-32768"]), "int32": (of("int32"), [
        "0", "70000", "-2147483648"
    ]), "int64": (of("int64"), ["0", "5000000000", "-9223372036854775808", "1700000000123"]), "float": (of("float"), [
        "0", "1.5", "-0.1", "1e10", "16777216", "1e-5"
    ]), "double": (of("double"), ["0", "1.5", "-2.7", "1e10", "1e300", "1e7", "0.001"]),
    "boolean": (of("boolean"), ["true", "false"]), "string": (of("string"), [
        '"12"', '"+12"', '"0012"', '" 12"', '"1.5"', '"1e3"', '"true"', '"TRUE"', '"abc"', '""', '"300"',
        '"99999999999"', '"\\u0661\\u0662"', '"NaN"', '"-Infinity"', '"1.5f"', '"0x1p3"', '"-0"', '"1_0"'
    ]), "bytes": (of("bytes"), ['"AAEC/w=="', '""']), "decimal": (decimal(), ['"ATk="', "-12.34", "1.00"]),
    "date": (DATE, ["0", "18262", "-1"]), "time": (TIME, ["0", "3661001"]), "timestamp": (TIMESTAMP, [
        "0", "-1", "86399999", "86400000", "1700000000123"
    ]), "array": (of("array", items=of("int32")), ["[1,2]"]), "map": (of(
        "map", keys=of("string"), values=of("int32")), ['{"k":1}']), "struct": (STRUCT, ['{"a":1,"b":"x"}']),
}

# Without a schema.
PLAIN = [
    "null", "0", "1", "-5", "300", "70000", "5000000000", "9223372036854775807", "1.5", "-2.7", "1e7", "1e10",
    "1e300", "1e400", "true", "false", '"12"', '"+12"', '" 12"', '"1.5"', '"1e3"', '"true"', '"TRUE"', '"yes"',
    '"abc"', '""', '"99999999999"', '"\\u0661\\u0662"', "[1,2]", "[]", '{"k":1}', "{}"
]


def struct_of(schema, payload, **members):
    """A struct with the one field f."""
    return envelope(of("struct", fields=[dict(schema, field="f")], **members), '{"f":%s}' % payload)


ORDER = of(
    "struct", name="com.example.Order", version=2, fields=[
        of("int32", field="id"),
        of("string", field="name", optional=True),
        of("double", field="price", default=9.5, optional=True),
        of("boolean", field="paid"),
        dict(TIMESTAMP, field="at"),
        dict(decimal(), field="total", optional=True),
        of("bytes", field="raw", optional=True),
        of("array", items=of("string", optional=True), field="tags", optional=True),
        of(
            "struct", name="com.example.Customer", optional=True, field="customer", fields=[
                of("int64", field="id"),
                of("string", field="mail", optional=True),
                of("struct", optional=True, field="address",
                   fields=[of("string", field="city", optional=True),
                           of("string", field="zip.code", optional=True)]),
            ]),
    ])
ORDERS = [
    '{"id":1,"name":"pen","price":1.5,"paid":true,"at":1700000000123,"total":"ATk=","raw":"AAE=","tags":["a",null],'
    '"customer":{"id":7,"mail":"a@example.com","address":{"city":"Ulm","zip.code":"89073"}}}',
    '{"id":2,"name":null,"price":null,"paid":false,"at":0,"total":null,"raw":null,"tags":null,"customer":null}',
    '{"id":-3,"name":"","paid":true,"at":-1,"tags":[],"customer":{"id":0,"mail":null,"address":null}}',
]
# The same without a schema.
PLAIN_ORDERS = [
    text({
        "id": 1, "name": "pen", "price": 1.5, "paid": True, "at": 1700000000123, "tags": ["a", None],
        "customer": {"id": 7, "mail": "a@example.com", "address": {"city": "Ulm", "zip.code": "89073"}}
    }),
    text({"id": 2, "name": None, "price": None, "paid": False, "at": 0, "tags": None, "customer": None}),
    text({"id": -3, "customer": {"id": 0, "mail": None, "address": None}, "extra": {"deep": [{"x": 1}]}}),
]
# No document at all.
OTHERS = [None, "null", "5", '"text"', "true", "1.5", "[]", '[{"id":1}]', "{}"]
TYPED_OTHERS = [
    None,
    envelope(of("int32"), "5"),
    envelope(of("string"), '"text"'),
    envelope(of("string", optional=True), "null"),
    envelope(of("array", items=of("int32")), "[1]"),
    envelope(of("map", keys=of("string"), values=of("int32")), '{"id":1}'),
    envelope(dict(ORDER, optional=True), "null"),
    envelope(of("struct", fields=[]), "{}")
]


def documents():
    """(value, converter) of documents, with and without a schema."""
    return [(envelope(ORDER, o), "json-schema") for o in ORDERS] + [(o, "json") for o in PLAIN_ORDERS]


def others():
    return [(o, "json") for o in OTHERS] + [(o, "json-schema") for o in TYPED_OTHERS]


def everywhere(cases, chain_of, values=None):
    """Each value through chain_of("Value"), and as the key through chain_of("Key")."""
    for value, name in values if values is not None else documents() + others():
        cases.add(value, vin=name, vout=name, chain=chain_of("Value"))
        if name == "json":
            cases.add("v", vin="string", vout="string", key=value, kin=name, kout=name, chain=chain_of("Key"))
    for value, name in (values if values is not None else documents())[:1]:
        cases.add("v", vin="string", vout="string", key=value, kin=name, kout=name, chain=chain_of("Key"))
