"""Structured records into a real store: documents, ids from keys, mappings from schemas, beside raw lines."""

import json

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.search import Search

TRANSFORMS = "org.apache.kafka.connect.transforms."
JSON = "org.apache.kafka.connect.json.JsonConverter"
SCHEMA = {"type": "struct", "optional": False, "fields": [
    {"field": "id", "type": "string", "optional": False},
    {"field": "n", "type": "int16", "optional": False},
    {"field": "price", "type": "bytes", "optional": False, "name": "org.apache.kafka.connect.data.Decimal",
     "version": 1, "parameters": {"scale": "2"}},
    {"field": "at", "type": "int64", "optional": False, "name": "org.apache.kafka.connect.data.Timestamp",
     "version": 1},
    {"field": "until", "type": "int32", "optional": False, "name": "org.apache.kafka.connect.data.Date", "version": 1},
    {"field": "tags", "type": "map", "optional": True, "keys": {"type": "string"}, "values": {"type": "int32"}}]}
FAR_DAYS = 2932897  # beyond 9999, as what stands for "for ever"
AT_MS = 1769034220123  # 2026-01-21T22:23:40.123Z


def typed(name, n):
    payload = {"id": name, "n": n, "price": "AfI=", "at": AT_MS, "until": FAR_DAYS, "tags": {"a": n}}
    return json.dumps({"schema": SCHEMA, "payload": payload}).encode()


class StructuredSink(TestCase):
    def setUp(self):
        super().setUp()
        self.search = Search(env.OPENSEARCH)
        self.index = env.unique("structured")
        self.addCleanup(self.drop, self.search, self.index)
        self.topic = kafka.topic("structured", 2)
        self.addCleanup(kafka.delete, self.topic)

    def start(self, **more):
        rest = self.worker().rest
        config = pipeline.sink(self.topic, env.OPENSEARCH, self.index, **dict(
            {"value.converter": JSON, "template.enable": "false"}, **more))
        rest.create("sink", config)
        return rest

    def arrive(self, n):
        env.wait_for(lambda: self.search.count(self.index) == n, 30,
                     lambda: "%d documents, there are %d" % (n, self.search.count(self.index)))

    def test_schema_is_the_mapping_and_the_key_the_id(self):
        # Versions are offsets: records of one key have to be in one partition, and Kafka sees no key in these.
        self.topic = kafka.topic("structured", 1)
        self.addCleanup(kafka.delete, self.topic)
        kafka.produce(self.topic, [typed("doc-%d" % i, i) for i in range(20)])
        self.start(**{"key.ignore": "false", "transforms": "key,id", "tasks.max": "2",
                      "transforms.key.type": TRANSFORMS + "ValueToKey", "transforms.key.fields": "id",
                      "transforms.id.type": TRANSFORMS + "ExtractField$Key", "transforms.id.field": "id"})
        self.arrive(20)
        document = self.search.get(self.index, "doc-7")
        self.assertEqual(document["_source"], {"id": "doc-7", "n": 7, "price": 4.98, "at": AT_MS, "until": "+10000-01-01",
                                               "tags": {"a": 7}})
        mapping = self.search.mapping(self.index)
        self.assertEqual({f: mapping[f]["type"] for f in ("id", "n", "price", "at", "until")},
                         {"id": "text", "n": "short", "price": "double", "at": "date", "until": "date"})
        self.assertEqual(mapping["id"]["fields"], {"keyword": {"type": "keyword", "ignore_above": 256}})
        self.assertEqual(mapping["tags"]["properties"]["a"]["type"], "long")  # the store's own, of a compact map
        # A later record of the same key replaces the document.
        kafka.produce(self.topic, [typed("doc-7", 70)])
        env.wait_for(lambda: self.search.get(self.index, "doc-7")["_source"]["n"] == 70, 20, "doc-7 is replaced")
        self.arrive(20)

    def test_without_schemas_and_beside_lines(self):
        lines = pipeline.lines_of(pipeline.source(self.topic, 50))
        kafka.produce(self.topic, [json.dumps({"free": {"form": ["one", None]}, "i": i}).encode() for i in range(50)])
        kafka.produce(self.topic, [json.dumps(line.decode()).encode() for line in lines])
        rest = self.start(**{"value.converter.schemas.enable": "false"})
        self.arrive(100)
        found = list(self.search.scan(self.index, fields=True))
        self.assertEqual(sorted(s["i"] for _, _, s in found if "i" in s), list(range(50)))
        self.assertEqual(len([s for _, _, s in found if "user_agent" in s and "@timestamp" in s]), 50)
        self.assertTrue(all(i.startswith(self.topic + "+") for _, i, _ in found), found[:3])
        self.assertEqual(rest.status("sink")["summary_state"], "RUNNING")

    def test_merged_topics_keep_their_documents_apart(self):
        other = kafka.topic("structured-other", 1)
        self.addCleanup(kafka.delete, other)
        for topic in (self.topic, other):
            kafka.produce(topic, [b'{"a":1}'] * 5)
        self.start(**{"topics": self.topic + "," + other, "value.converter.schemas.enable": "false",
                      "transforms": "merge", "transforms.merge.type": "RegexRouter", "transforms.merge.regex": ".*",
                      "transforms.merge.replacement": "all"})
        self.arrive(10)

    def test_what_is_no_document_is_counted(self):
        kafka.produce(self.topic, [b'{"a":1}', b"[1]", b"5", b'{"broken"', b"", b'{"a":2}'])
        rest = self.start(**{"value.converter.schemas.enable": "false", "errors.tolerance": "all"})
        self.arrive(2)
        env.wait_for(lambda: rest.metrics().sum("connect_worker_task_records_skipped_total", connector="sink") == 4, 20,
                     lambda: "four records are skipped: %s" % pipeline.counters(rest, "sink"))
