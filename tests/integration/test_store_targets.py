"""Where documents go in a real store, and what they replace there."""

import json

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline
from cwtest.search import Search

JSON = "org.apache.kafka.connect.json.JsonConverter"
TRANSFORMS = "org.apache.kafka.connect.transforms."


class Targets(TestCase):
    def setUp(self):
        super().setUp()
        self.search = Search(env.OPENSEARCH)
        self.index = env.unique("target")
        self.topic = kafka.topic("target", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.rest = self.worker().rest

    def create(self, records, **more):
        kafka.produce(self.topic, [json.dumps(record).encode() for record in records])
        config = {"value.converter": JSON, "value.converter.schemas.enable": "false", "template.enable": "false"}
        index = more.pop("index", self.index)
        self.rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, index, **dict(config, **more)))

    def arrive(self, index, expected):
        """The index holds these sources, and no others."""
        def there():
            return self.search.count(index) == len(expected) and [source for _, _, source in self.search.scan(index, True)]

        def plain(sources):
            return sorted(json.dumps(source, sort_keys=True) for source in sources)

        env.wait_for(lambda: plain(there() or []) == plain(expected), 30, lambda: "%s holds %s, not %s; %s" % (
            index, there() or self.search.count(index), expected, self.rest.status("sink")), 0.1)

    KEYS = {"key.ignore": "false", "transforms": "key,id", "transforms.key.type": TRANSFORMS + "ValueToKey",
            "transforms.key.fields": "id", "transforms.id.type": TRANSFORMS + "ExtractField$Key",
            "transforms.id.field": "id"}

    def test_upserts(self):
        self.drop(self.search, self.index)
        self.create([{"id": "a", "x": 1}, {"id": "b", "x": 2}, {"id": "a", "y": 3}], **dict(self.KEYS, **{
            "write.method": "UPSERT"}))
        self.arrive(self.index, [{"id": "a", "x": 1, "y": 3}, {"id": "b", "x": 2}])

    def test_versions_of_headers(self):
        """The higher version wins, whatever order they come in."""
        self.drop(self.search, self.index)
        self.create([{"id": "a", "rev": 7}, {"id": "a", "rev": 5}, {"id": "b", "rev": 5}, {"id": "b", "rev": 9}], **dict(
            self.KEYS, **{"external.version.header": "rev", "transforms": "key,id,rev",
                          "transforms.rev.type": TRANSFORMS + "HeaderFrom$Value", "transforms.rev.fields": "rev",
                          "transforms.rev.headers": "rev", "transforms.rev.operation": "copy"}))
        self.arrive(self.index, [{"id": "a", "rev": 7}, {"id": "b", "rev": 9}])

    def test_indices_and_routing_of_fields(self):
        for name in ("red", "dark_blue"):
            self.drop(self.search, self.index + "-" + name)
        self.create([{"c": "Red", "n": 1}, {"c": "dark blue", "n": 2}, {"c": "red", "n": 3}],
                    index=self.index + "-%{[c]}", routing="%{[n]}")
        self.arrive(self.index + "-red", [{"c": "Red", "n": 1}, {"c": "red", "n": 3}])
        self.arrive(self.index + "-dark_blue", [{"c": "dark blue", "n": 2}])
        hits = self.search.call("POST", "/%s-red/_search" % self.index, {})["hits"]["hits"]
        self.assertEqual(sorted(hit["_routing"] for hit in hits), ["1", "3"])

    def test_write_alias(self):
        first = self.drop(self.search, self.index + "-000001")
        self.addCleanup(self.search.call, "DELETE", "/_index_template/" + self.index, missing={})
        records = [{"n": n} for n in range(5)]
        self.create(records, **{"alias.bootstrap": "true", "template.enable": "true", "tasks.max": "2"})
        self.arrive(first, records)
        self.assertEqual(self.search.call("GET", "/_alias/" + self.index),
                         {first: {"aliases": {self.index: {"is_write_index": True}}}})
        # the store begins the next index, and documents go there
        second = self.drop(self.search, self.search.call("POST", "/%s/_rollover" % self.index)["new_index"])
        kafka.produce(self.topic, [b'{"n":5}'])
        self.arrive(second, [{"n": 5}])

    def test_external_data_stream(self):
        template = "/_index_template/" + self.index
        self.search.call("PUT", template, {"index_patterns": [self.index], "data_stream": {}, "priority": 500})
        self.addCleanup(self.search.call, "DELETE", template, missing={})
        self.create([{"n": 1, "at": 1769034220123}, {"n": 2, "at": 1769034220124}], **{
            "index": "access-logs-%{+yyyy.MM.dd}", "external.resource.usage": "DATASTREAM",
            "topic.to.external.resource.mapping": self.topic + ":" + self.index, "behavior.on.missing.index": "RETRY",
            "data.stream.timestamp.field": "at"})
        # it is not there yet: the task waits
        env.wait_for(lambda: "external resource" in str(self.rest.get("/connectors/sink/logs")) or
                     "index_not_found_exception" in str(self.rest.get("/connectors/sink/logs")), 20, "the log says so")
        self.assertEqual(self.rest.task_states("sink"), ["RUNNING"])
        self.search.call("PUT", "/_data_stream/" + self.index)
        self.addCleanup(self.search.call, "DELETE", "/_data_stream/" + self.index, missing={})
        self.arrive(self.index, [{"n": 1, "at": 1769034220123, "@timestamp": "2026-01-21T22:23:40.123Z"},
                                 {"n": 2, "at": 1769034220124, "@timestamp": "2026-01-21T22:23:40.124Z"}])

    def test_sniffing(self):
        self.drop(self.search, self.index)
        records = [{"n": n} for n in range(5)]
        self.create(records, **{"connection.sniff": "true"})
        self.arrive(self.index, records)
        self.assertNotIn("does not name its nodes", str(self.rest.get("/connectors/sink/logs")))

    @deadline(150)
    def test_read_only_index(self):
        """Nothing is lost, nothing fails, and it goes on once the index may be written again."""
        self.drop(self.search, self.index)
        config = pipeline.source(self.topic, 5000, rate=1000)
        self.rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        self.rest.create("src", config)
        env.wait_for(lambda: self.search.count(self.index) > 500, 30, "documents flow", 0.1)
        settings = "/%s/_settings" % self.index
        self.search.call("PUT", settings, {"index.blocks.write": True})
        env.wait_for(lambda: "cluster_block_exception" in str(self.rest.get("/connectors/sink/logs")), 20, "the log says so")
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.assertEqual(self.rest.task_states("sink"), ["RUNNING"])
        self.search.call("PUT", settings, {"index.blocks.write": None})
        env.wait_for(lambda: self.search.count(self.index) == 5000, 30, "all documents", 0.1)
        pipeline.assert_topic(self, self.topic, config)
        pipeline.assert_indexed(self, self.search, self.index, self.topic)
