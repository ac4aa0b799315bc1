"""A configuration that was written for Kafka Connect's Elasticsearch sink, as it is."""

from cwtest import env, kafka
from cwtest.case import TestCase
from cwtest.process import Devstore
from cwtest.search import Search

CLASS = "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector"
OLD = {"flush.synchronously": "true", "type.name": "_doc", "topic.index.map": "a:b",
       "auto.create.indices.at.start": "false", "flush.timeout.ms": "60000",
       "elastic.https.ssl.protocol": "TLSv1.3", "elastic.https.ssl.truststore.password": "planted"}


class UnchangedConfig(TestCase):
    def config(self, topic, url, name=CLASS):
        return dict(OLD, **{
            "connector.class": name, "tasks.max": "1", "topics": topic, "connection.url": url,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
            "transforms": "key,id", "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
            "transforms.key.fields": "id", "transforms.id.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
            "transforms.id.field": "id",
            "schema.ignore": "true", "behavior.on.null.values": "DELETE", "behavior.on.malformed.documents": "WARN"})

    def test_runs(self):
        """On a worker that knows no mercy with unknown keys."""
        topic = kafka.topic("Unchanged", 1)
        self.addCleanup(kafka.delete, topic)
        store = Devstore(self).start()
        rest = self.worker(properties={"connector.unknown.keys": "error"}).rest
        for name in (CLASS, "ElasticsearchSinkConnector", "ElasticsearchSink"):
            infos = rest.expect(200, "PUT", "/connector-plugins/%s/config/validate" % name,
                                dict(self.config(topic, store.url, name), name="x")).json
            self.assertEqual(infos["error_count"], 0, infos)
            said = [text.partition(" has no effect: ")[0] for text in infos["warnings"]]
            self.assertEqual(sorted(said), sorted(OLD), infos["warnings"])
            self.assertNotIn("planted", str(infos))
        sink = env.unique("unchanged")
        rest.create(sink, self.config(topic, store.url))
        kafka.produce(topic, [b'{"id":"a","v":1}', b'{"id":"b","v":2}', b'{"id":"a","v":3}'])
        search, index = Search(store.url), topic.lower()
        env.wait_for(lambda: search.count(index) == 2 and search.get(index, "a")["_source"]["v"] == 3, 20,
                     lambda: "the documents of the keys are there: %s" % rest.status(sink))
        self.assertEqual(search.get(index, "b")["_source"], {"id": "b", "v": 2})
        self.assertEqual(search.call("GET", "/_index_template/" + index, missing={}), {})
