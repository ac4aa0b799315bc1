"""Whole pipelines through an Apache Kafka Connect worker and through connect-worker: the same configurations on the
same records, with the connectors RecordSink and RecordSource, which both have (tests/stack/services/connect and
tests/connectors).

What the sinks were given and what the sources' topics hold is the same; what a sink skips, it skips for the same
reason: Kafka Connect's is in the headers of its dead letter queue, ours in the log.
"""

import json
import os
import re

from cwtest import env, kafka, stack
from cwtest.case import TestCase, deadline
from cwtest.process import Worker
from cwtest.rest import Rest

JSON = "org.apache.kafka.connect.json.JsonConverter"
CONVERTERS = "org.apache.kafka.connect.converters."
STEPS = "org.apache.kafka.connect.transforms."
COUNT = 20  # orders of a source
ERRORS = "__connect.errors."
LOGGED = re.compile(r"Error encountered in task (\S+)-\d+\. Executing stage '(\w+)' with class '([^']+)', "
                    r"where consumed record is \{topic='[^']*', partition=\d+, offset=(\d+)[^}]*\}\. (.*)")


def record(value, key=None, headers=(), timestamp=1700000000123):
    return (key, value, list(headers), timestamp)


def chain(*steps, **predicates):
    """Configuration of steps (class, settings…) and of predicates by their names."""
    config = {"transforms": ",".join("t%d" % i for i in range(len(steps)))} if steps else {}
    for i, (name, settings) in enumerate(steps):
        config["transforms.t%d.type" % i] = STEPS + name
        config.update({"transforms.t%d.%s" % (i, k): v for k, v in settings.items()})
    if predicates:
        config["predicates"] = ",".join(predicates)
    for name, (kind, settings) in predicates.items():
        config["predicates.%s.type" % name] = STEPS + "predicates." + kind
        config.update({"predicates.%s.%s" % (name, k): v for k, v in settings.items()})
    return config


PLAIN = {"value.converter": JSON, "value.converter.schemas.enable": "false"}
TYPED = {"value.converter": JSON}
TOLERANT = {"errors.tolerance": "all", "errors.log.enable": "true"}
ORDER = {"type": "struct", "name": "com.example.Order", "fields": [
    {"type": "int32", "field": "id"},
    {"type": "string", "field": "name", "optional": True},
    {"type": "double", "field": "price", "optional": True, "default": 9.5},
    {"type": "int64", "field": "at", "name": "org.apache.kafka.connect.data.Timestamp", "version": 1},
    {"type": "bytes", "field": "total", "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
     "parameters": {"scale": "2"}},
    {"type": "struct", "field": "customer", "optional": True, "fields": [
        {"type": "int64", "field": "id"}, {"type": "string", "field": "mail", "optional": True}]},
]}


def typed_order(i):
    return record(json.dumps({"schema": ORDER, "payload": {
        "id": i, "name": None if i % 3 == 0 else "n%d" % i, "price": None if i % 4 == 0 else i / 10,
        "at": 1700000000000 + i, "total": "ATk=",
        "customer": None if i % 2 else {"id": 7 * i, "mail": "%d@example.com" % i}}}), "k%d" % i)


def plain_order(i):
    return record(json.dumps({"id": i, "name": None if i % 3 == 0 else "n%d" % i, "at": 1700000000000 + i,
                              "nested": {"a": i / 4, "b": {"c": [i, None, "x"]}}}),
                  "k%d" % i, [("n", str(i)), ("t", "text")])


TYPED_RECORDS = [typed_order(i) for i in range(20)]
PLAIN_RECORDS = [plain_order(i) for i in range(20)]
BAD_VALUES = ['{"id":1}', "{", '{"id":2}', "nope", '{"id":"x"}', None, '{"id":3}', "[1]", "5", '{"id":300}', b"\xff"]
GUESSES = ["1", "1.5", "true", "null", "[1,2]", '{"a":"b"}', "2023-11-14", "12:00:00.000Z", "x y", "", "9" * 20]
INT32 = '{"schema":{"type":"int32"},"payload":5}'

SINKS = {}  # name: configuration, records
SOURCES = {}  # name: configuration


def sink(name, config, records, *steps, **predicates):
    SINKS[name] = (dict(config, **chain(*steps, **predicates)), records)


def source(name, config, *steps, **predicates):
    SOURCES[name] = dict(config, **chain(*steps, **predicates))


sink("plain", PLAIN, PLAIN_RECORDS,
     ("Flatten$Value", {"delimiter": "_"}), ("ReplaceField$Value", {"renames": "id:number", "exclude": "at"}),
     ("InsertField$Value", {"topic.field": "topic", "offset.field": "offset", "timestamp.field": "ts"}))
sink("typed", TYPED, TYPED_RECORDS,
     ("Cast$Value", {"spec": "id:string,price:float32"}),
     ("TimestampConverter$Value", {"field": "at", "target.type": "string", "format": "yyyy-MM-dd'T'HH:mm:ss.SSS"}),
     ("InsertField$Value", {"static.field": "s", "static.value": "v", "partition.field": "p"}),
     ("MaskField$Value", {"fields": "name"}))
sink("flat", TYPED, TYPED_RECORDS,
     ("Flatten$Value", {}), ("SetSchemaMetadata$Value", {"schema.name": "flat", "schema.version": "4"}))
sink("keys", TYPED, TYPED_RECORDS,
     ("ValueToKey", {"fields": "id,name"}), ("Cast$Key", {"spec": "id:int64"}), ("ExtractField$Key", {"field": "id"}),
     ("HoistField$Key", {"field": "key"}))
sink("routed", {},
     [record("text %d \u00e4" % i, "key%d" % i if i % 3 else None, timestamp=1700000000000 + i * 40000000)
      for i in range(20)],
     ("RegexRouter", {"regex": "in-(.*)ed-(.*)", "replacement": "$1-$2"}),
     ("TimestampRouter", {"topic.format": "${topic}.${timestamp}", "timestamp.format": "yyyyMMdd"}))
sink("headers", PLAIN, PLAIN_RECORDS,
     ("HeaderFrom$Value", {"fields": "id,name", "headers": "id,name", "operation": "move"}),
     ("InsertHeader", {"header": "added", "value.literal": "[1,2]"}), ("DropHeaders", {"headers": "t"}))
sink("guessed", {}, [record("v", headers=[("h", text)]) for text in GUESSES])
sink("broken", {}, [record(text, text) for text in (b"a\xffb", b"\xed\xa0\x80", b"\xc0\x80", b"\xf0\x9f\x98", b"")])
sink("filtered", PLAIN,
     PLAIN_RECORDS[:6] + [record(None, "k"), record("null", "k"), record('{"name":"no header"}', "k")],
     ("Filter", {"predicate": "gone"}), ("ExtractField$Value", {"field": "name"}), ("Filter", {"predicate": "gone"}),
     ("InsertHeader", {"header": "kept", "value.literal": "1", "predicate": "tagged", "negate": "true"}),
     gone=("RecordIsTombstone", {}), tagged=("HasHeaderKey", {"name": "n"}))
sink("numbers", {"key.converter": CONVERTERS + "LongConverter", "value.converter": CONVERTERS + "ByteArrayConverter",
                 "header.converter": JSON, "header.converter.schemas.enable": "false"},
     [record(bytes([i, 255]), (i * 1000).to_bytes(8, "big"), [("h", '{"n":%d}' % i)]) for i in range(10)])
sink("letters", dict(PLAIN, **TOLERANT),
     [record(value, "k%d" % i, [("h", "1")]) for i, value in enumerate(BAD_VALUES)],
     ("Cast$Value", {"spec": "id:int8"}))
sink("letters-key", dict(TYPED, **TOLERANT, **{"key.converter": CONVERTERS + "IntegerConverter"}),
     [record(INT32, key) for key in (b"\0\0\0\1", b"", b"\0", b"12345")]
     + [record("{}", b"\0\0\0\1"), record("null", b"\0\0\0\2"), record(None, None)])
sink("fails", PLAIN, [record('{"id":"x"}')],
     ("HoistField$Value", {"field": "v"}), ("ExtractField$Value", {"field": "v"}), ("Cast$Value", {"spec": "id:int8"}))

source("values", TYPED,
       ("Cast$Value", {"spec": "id:int64,paid:string"}),
       ("InsertField$Value", {"timestamp.field": "ts", "static.field": "s", "static.value": "v"}))
source("lean", dict(PLAIN, **{"value.converter.decimal.format": "NUMERIC"}),
       ("Filter", {"predicate": "gone"}), ("ReplaceField$Value", {"exclude": "raw"}),
       ("TimestampConverter$Value", {"field": "at", "target.type": "unix"}),
       gone=("RecordIsTombstone", {}))
source("keyed", dict(TYPED, **{"key.converter": JSON, "header.converter": JSON}),
       ("Filter", {"predicate": "gone"}), ("ValueToKey", {"fields": "id,customer"}), ("Flatten$Key", {}),
       ("MaskField$Value", {"fields": "name,paid"}),
       gone=("RecordIsTombstone", {}))
source("text", {},
       ("Filter", {"predicate": "gone"}), ("ExtractField$Value", {"field": "name"}),
       ("RegexRouter", {"regex": "(.*)", "replacement": "$1-out"}),
       gone=("RecordIsTombstone", {}))
source("skips", dict(TYPED, **{"errors.tolerance": "all"}),
       ("HeaderFrom$Value", {"fields": "id", "headers": "id", "operation": "copy"}))
source("fails", TYPED, ("ExtractField$Value", {"field": "missing"}))
source("fails-written", TYPED, ("MaskField$Value", {"fields": "total"}))  # whose scale is then another one
ROUTED = {"text": "-out"}
ALL = {"values"}  # of the others, those without a value are dropped or skipped


def hex_of(data):
    return "-" if data is None else (data if isinstance(data, bytes) else data.encode()).hex()


def hex_line(r):
    key, value, headers, timestamp = r
    return "\t".join(["0", "0", str(timestamp), hex_of(key), hex_of(value)] +
                     [hex_of(x) for pair in headers for x in pair])


def sorted_maps(value):
    """Maps in one order: that of Connect's is a hash table's."""
    if isinstance(value, list):
        return [sorted_maps(v) for v in value]
    if isinstance(value, dict):
        value = {k: sorted_maps(v) for k, v in value.items()}
        if "map" in value:
            value["map"].sort(key=json.dumps)
    return value


class Side:
    """One of the two workers: its word is part of the names of what it makes."""

    def __init__(self, word, rest, folder, run):
        self.word, self.rest, self.folder, self.run = word, rest, folder, run

    def name(self, pipeline):
        return "%s-%s-%s" % (self.word, pipeline, self.run)

    def file(self, pipeline):
        return os.path.join(self.folder, self.name(pipeline))

    def letters(self, pipeline):
        return self.name(pipeline) + "-dlq"

    def same_words(self, data):
        """What differs only because the names do."""
        return data.replace(self.word.encode() + b"-", b"x-")

    def lines(self, pipeline):
        if not os.path.exists(self.file(pipeline)):
            return []
        with open(self.file(pipeline), encoding="utf-8", errors="surrogateescape") as f:
            return [sorted_maps(json.loads(line)) for line in f]

    def records(self, topic):
        """What a topic holds: key, value, timestamp, headers."""
        out = []
        for line in kafka.run("consume", topic, "hex").decode().splitlines():
            fields = line.split("\t")
            key, value, *rest = [None if f == "-" else self.same_words(bytes.fromhex(f)) for f in fields[3:]]
            headers = [(n.decode(), v) for n, v in zip(rest[::2], rest[1::2])]
            out.append((int(fields[2]), key, self.json(value), headers))
        return out

    @staticmethod
    def json(value):
        """Members of a map may come in any order, numbers be spelled otherwise."""
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except (TypeError, ValueError):
            return value


class Pipelines(TestCase):

    @classmethod
    def setUpClass(cls):
        stack.start("connect")

    @classmethod
    def tearDownClass(cls):
        stack.call("stop", "connect")

    def setUp(self):
        super().setUp()
        run = env.unique("run")
        # Both read dates without a zone in that of the process.
        self.worker = Worker(self).start(environ={"TZ": "UTC"})
        self.sides = [Side("ref", Rest(env.CONNECT_PORT), self.dir, run), Side("our", self.worker.rest, self.dir, run)]
        self.ref, self.our = self.sides
        self.addCleanup(self.forget)
        self.created = []

    def forget(self):
        for name in self.created:
            self.ref.rest.request("DELETE", Rest.path(name))

    def create(self, side, pipeline, config):
        side.rest.create(side.name(pipeline), config)
        if side is self.ref:
            self.created.append(side.name(pipeline))

    def new_topic(self, name):
        kafka.create(name, 1)
        self.addCleanup(kafka.delete, name)
        return name

    def finished(self, side, pipeline, topic, n):
        """A sink has read it all, or failed. Of the reference, which is asked last, what ours wrote is enough."""
        if side is self.ref and self.ref.lines(pipeline) and self.ref.lines(pipeline) == self.our.lines(pipeline):
            return True
        return (kafka.committed("connect-" + side.name(pipeline), topic).get(0) == n
                or "FAILED" in side.rest.task_states(side.name(pipeline)))

    def create_sink(self, side, pipeline, topic, config):
        config = dict(config, topics=topic, file=side.file(pipeline))
        config.update({"connector.class": "RecordSink", "tasks.max": "1"})
        if "errors.tolerance" in config and side is self.ref:
            config["errors.deadletterqueue.topic.name"] = self.new_topic(side.letters(pipeline))
            config["errors.deadletterqueue.topic.replication.factor"] = "1"
            config["errors.deadletterqueue.context.headers.enable"] = "true"
        self.create(side, pipeline, config)

    def compare_sink(self, pipeline):
        self.assertEqual(self.our.lines(pipeline), self.ref.lines(pipeline))
        states = [side.rest.task_states(side.name(pipeline)) for side in self.sides]
        self.assertEqual(states, [["FAILED" if pipeline == "fails" else "RUNNING"]] * 2)
        if "errors.tolerance" in SINKS[pipeline][0]:
            self.compare_skipped(pipeline)

    def compare_skipped(self, pipeline):
        """Offset, stage, class and reason of what was skipped."""
        expected = []
        for _, _, _, headers in self.ref.records(self.ref.letters(pipeline)):
            told = {name[len(ERRORS):]: value.decode() for name, value in headers if name.startswith(ERRORS)}
            expected.append((int(told["offset"]), told["stage"], told["class.name"], told["exception.message"]))
        found = [(int(m[4]), m[2], m[3], m[5]) for m in LOGGED.finditer(self.worker.log)
                 if m[1] == self.our.name(pipeline)]
        self.assertTrue(expected)
        self.assertEqual([f[:3] for f in found], [e[:3] for e in expected])
        for ours, theirs in zip(found, expected):
            # Kafka Connect has what its JSON parser says in the cause, ours after the colon.
            self.assertTrue(ours[3].startswith(theirs[3].rstrip()), (ours, theirs))

    def told(self, side, pipeline, topic):
        name = side.name(pipeline)
        return "%s has written %d, committed %r, status %r" % (name, len(side.lines(pipeline)),
                                                               kafka.committed("connect-" + name, topic),
                                                               side.rest.status(name))

    @deadline(240)
    def test_sinks(self):
        topics = {}
        for name, (config, records) in SINKS.items():
            topic = topics[name] = self.new_topic("in-%s-%s" % (name, self.ref.run))
            kafka.run("produce", topic, "hex", data="".join(hex_line(r) + "\n" for r in records).encode())
            for side in self.sides:
                self.create_sink(side, name, topic, config)
        for name, (_, records) in SINKS.items():
            for side in (self.our, self.ref):
                env.wait_for(lambda: self.finished(side, name, topics[name], len(records)), 90,
                             lambda: "%d are committed: %s" % (len(records), self.told(side, name, topics[name])), 0.2)
            with self.subTest(pipeline=name):
                self.compare_sink(name)

    def wait_for_source(self, side, pipeline, topic):
        if pipeline.startswith("fails"):
            side.rest.wait_state(side.name(pipeline), tasks="FAILED", n=1, seconds=90)
            return
        count = COUNT if pipeline in ALL else COUNT - COUNT // 10
        env.wait_for(lambda: kafka.count(topic) == count, 90,
                     lambda: "%d records in %s: %r" % (count, topic, side.rest.status(side.name(pipeline))), 0.2)

    @deadline(240)
    def test_sources(self):
        topics = {}
        for name, config in SOURCES.items():
            for side in self.sides:
                topics[side, name] = self.new_topic(side.name(name) + ROUTED.get(name, ""))
                self.create(side, name, dict(config, topic=side.name(name), count=str(COUNT),
                                             **{"connector.class": "RecordSource", "tasks.max": "1"}))
        for name in SOURCES:
            with self.subTest(pipeline=name):
                for side in self.sides:
                    self.wait_for_source(side, name, topics[side, name])
                self.assertEqual(self.our.records(topics[self.our, name]), self.ref.records(topics[self.ref, name]))
