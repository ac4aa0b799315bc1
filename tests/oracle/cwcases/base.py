"""What all families of cases are made with: converters by short names, and one file of cases."""

import collections
import json
import os

STORAGE = "org.apache.kafka.connect.storage."
CONVERTERS = "org.apache.kafka.connect.converters."
JSON = "org.apache.kafka.connect.json.JsonConverter"
LONG = 120


def converter(name, **config):
    made = {"class": name}
    if config:
        made["config"] = {key.replace("__", "."): value for key, value in config.items()}
    return made


# Character sets by Java's names, old and new, and by those of iconv alone.
ONE_BYTE = ("Cp1252 windows-1255 windows-1258 ISO8859_15 ISO8859_2 KOI8_R TIS-620 x-MacRoman Cp037 IBM1047 IBM278 "
            "Cp437 US-ASCII default L1").split()
MANY_BYTES = ("Shift_JIS SJIS x-sjis MS_Kanji windows-31j MS932 EUC_JP ISO2022JP EUC_KR MS949 x-Johab GB2312 GBK MS936 "
              "GB18030 Big5 MS950 UTF_32LE UnicodeLittle UTF_16BE").split()
OTHERS = "UTF-7 UCS-2 UCS-4 WCHAR_T VISCII SHIFT_JISX0213".split()

NAMES = {
    "string": converter(STORAGE + "StringConverter"),
    "string-latin1": converter(STORAGE + "StringConverter", converter__encoding="ISO-8859-1"),
    "string-ascii": converter(STORAGE + "StringConverter", converter__encoding="US-ASCII"),
    "string-utf16": converter(STORAGE + "StringConverter", converter__encoding="UTF-16"),
    "string-utf16le": converter(STORAGE + "StringConverter", converter__encoding="UTF-16LE"),
    "string-ignored": converter(STORAGE + "StringConverter", encoding="ISO-8859-1"),
    "bytes": converter(CONVERTERS + "ByteArrayConverter"),
    "boolean": converter(CONVERTERS + "BooleanConverter"),
    "short": converter(CONVERTERS + "ShortConverter"),
    "integer": converter(CONVERTERS + "IntegerConverter"),
    "long": converter(CONVERTERS + "LongConverter"),
    "float": converter(CONVERTERS + "FloatConverter"),
    "double": converter(CONVERTERS + "DoubleConverter"),
    "json": converter(JSON, schemas__enable="false"),
    "json-schema": converter(JSON),
    "json-numeric": converter(JSON, schemas__enable="false", decimal__format="NUMERIC"),
    "json-schema-numeric": converter(JSON, decimal__format="numeric"),
    "json-schema-null": converter(JSON, schemas__enable="TRUE", replace__null__with__default="false"),
    "json-null": converter(JSON, schemas__enable="false", replace__null__with__default="false"),
    "simple": converter(STORAGE + "SimpleHeaderConverter"),
    **{
        "string-" + name: converter(STORAGE + "StringConverter", converter__encoding=name)
        for name in ONE_BYTE + MANY_BYTES + OTHERS
    },
    # wrong ones
    "string-unknown": converter(STORAGE + "StringConverter", converter__encoding="no-such-charset"),
    "json-unknown-format": converter(JSON, decimal__format="ROMAN"),
    "json-not-boolean": converter(JSON, schemas__enable="yes"),
}


def data(value):
    """Bytes as a case has them: None, text, or bytes that are no text."""
    if isinstance(value, bytes):
        try:
            text = value.decode("utf-8")
            if "\0" not in text:
                return text
        except UnicodeDecodeError:
            pass
        return {"hex": value.hex()}
    return value


def step(kind, /, predicate=None, negate=False, **config):
    """A transformation by its name in Kafka's package; keys of its configuration with __ for a dot."""
    made = {"type": kind, "config": {key.replace("__", "."): value for key, value in config.items()}}
    if predicate:
        made["predicate"] = predicate
    if negate:
        made["negate"] = True
    return made


def predicate(kind, /, **config):
    return {"type": "predicates." + kind, "config": config}


def text(value):
    """JSON, as a case's bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def envelope(schema, payload):
    """JsonConverter's bytes with a schema; the payload is JSON already."""
    return '{"schema":%s,"payload":%s}' % (text(schema), payload)


class Cases:
    """One file of cases: name.jsonl, with ids name-0001 and so on; zone is the process's time zone."""

    def __init__(self, name, about, zone="UTC"):
        self.name, self.about, self.zone, self.cases = name, about, zone, []

    def add(self, value=None, *, vin="json", vout="json", key=None, kin="string", kout="string", hin="simple",
            hout="simple", headers=None, chain=None, **rest):
        """rest: topic, partition, offset, timestamp, source."""
        case = {"id": "%s-%04d" % (self.name, len(self.cases) + 1)}
        case.update(rest)
        if key is not None:
            case["key"] = data(key)
        case["value"] = data(value)
        if headers:
            case["headers"] = [[name, data(v)] for name, v in headers]
        case["in"] = [kin, vin, hin]
        if [kout, vout, hout] != case["in"]:
            case["out"] = [kout, vout, hout]
        if chain:
            case["chain"] = chain
        self.cases.append(case)

    def texts(self):
        """The long texts that several cases have: the file has each once, in its head."""
        counts = collections.Counter(case[place] for case in self.cases for place in ("key", "value")
                                     if isinstance(case.get(place), str) and len(case[place]) >= LONG)
        return [value for value, n in counts.items() if n > 1]

    def write(self, folder, seed):
        texts = self.texts()
        place_of = {value: i for i, value in enumerate(texts)}
        for case in self.cases:
            for place in ("key", "value"):
                if isinstance(case.get(place), str) and case[place] in place_of:
                    case[place] = {"text": place_of[case[place]]}
        used = {name for case in self.cases for way in ("in", "out") for name in case.get(way, [])}
        usual = collections.Counter(tuple(case["in"]) for case in self.cases).most_common(1)[0][0]
        for case in self.cases:
            if tuple(case["in"]) == usual:
                del case["in"]
        head = {"about": self.about, "seed": seed, "zone": self.zone, "in": usual, "texts": texts}
        head["converters"] = {n: c for n, c in NAMES.items() if n in used}
        with open(os.path.join(folder, self.name + ".jsonl"), "w", encoding="ascii") as f:
            for line in [head] + self.cases:
                f.write(json.dumps(line, separators=(",", ":")) + "\n")
