"""The whole pipeline on real servers: generated lines, through Kafka, into OpenSearch and Elasticsearch."""

import json
import os

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline
from cwtest.search import Search

COUNT = 100000 if env.LONG else 20000


class SourceToKafka(TestCase):
    """The topic holds exactly the lines that the settings describe."""

    def run_source(self, partitions=1, **settings):
        topic = kafka.topic("lines", partitions)
        self.addCleanup(kafka.delete, topic)
        config = pipeline.source(topic, COUNT, **settings)
        rest = self.worker(env.unique("worker")).rest
        rest.create("src", config)
        rest.wait_state("src", tasks="COMPLETED", n=int(config["tasks.max"]), seconds=60)
        pipeline.assert_topic(self, topic, config)
        return topic, config

    def test_one_task(self):
        topic, config = self.run_source()
        # one task, one partition: the order is the generator's too
        self.assertEqual(kafka.values(topic), pipeline.lines_of(config))

    def test_four_tasks(self):
        self.run_source(partitions=4, tasks=4)

    def test_formats(self):
        for form in ("common", "combined", "json"):
            with self.subTest(form):
                self.run_source(format=form)

    def test_keys_and_times(self):
        topic, _ = self.run_source(partitions=4, key="client_ip", record_timestamp="log")
        partition_of = {}
        for record in kafka.records(topic):
            ip = record.value.split(b" ", 1)[0]
            self.assertEqual(record.key, ip)
            self.assertEqual(partition_of.setdefault(ip, record.partition), record.partition)
            self.assertGreaterEqual(record.timestamp, 1767225600000)  # the default start of the log, 2026
            self.assertEqual(record.timestamp // 1000 % 60, int(record.value.split(b"]")[0][-2:]))

    def test_pace(self):
        topic = kafka.topic("pace", 1)
        self.addCleanup(kafka.delete, topic)
        rest = self.worker().rest
        rest.create("src", pipeline.source(topic, 3000, rate=1000))
        rest.wait_state("src", tasks="COMPLETED", n=1)
        times = sorted(r.timestamp for r in kafka.records(topic))
        # three seconds; never ahead of the pace by more than a moment, whatever the machine was doing
        self.assertGreaterEqual(times[-1] - times[0], 2700)
        for i in range(0, 3000, 100):
            self.assertGreaterEqual(times[i] - times[0], i - 120)


class Pipeline(TestCase):
    SERVERS = {"opensearch": env.OPENSEARCH, "elasticsearch": env.ELASTICSEARCH}

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("pipe", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = env.unique("pipe")

    def add_up(self, rest, connector, read, indexed, skipped=0):
        """Waits until the counters say so; they are sent once a second."""
        want = dict.fromkeys(pipeline.COUNTERS, 0)
        want.update(read=read, indexed=indexed, skipped=skipped)
        self.assertTrue(pipeline.settled(want))
        env.wait_for(lambda: pipeline.counters(rest, connector) == want, 10,
                     lambda: "%s; it is %s" % (want, pipeline.counters(rest, connector)))

    def whole(self, url):
        search = Search(url)
        self.drop(search, self.index)
        rest = self.worker().rest
        config = pipeline.source(self.topic, COUNT, tasks=2)
        rest.create("sink", pipeline.sink(self.topic, url, self.index, tasks=2))
        rest.create("src", config)
        rest.wait_state("src", tasks="COMPLETED", n=2, seconds=60)
        env.wait_for(lambda: search.count(self.index) == COUNT, 60,
                     lambda: "%d documents; there are %d" % (COUNT, search.count(self.index)), 0.2)
        pipeline.assert_topic(self, self.topic, config)
        self.assertEqual(pipeline.assert_indexed(self, search, self.index, self.topic), COUNT)
        self.add_up(rest, "sink", COUNT, COUNT)
        self.assertEqual(pipeline.difference([], [s for s in rest.task_states("sink") if s != "RUNNING"]), "")
        pipeline.assert_fields(self, search, self.index)
        mapping = search.mapping(self.index)
        self.assertEqual({f: mapping[f]["type"] for f in
                          ("ip", "method", "endpoint", "status", "size", "@timestamp")},
                         {"ip": "ip", "method": "keyword", "endpoint": "keyword", "status": "short", "size": "long",
                          "@timestamp": "date"})
        # what was committed is what was indexed
        rest.action("sink", "stop")
        rest.wait_state("sink", connector="STOPPED", n=0)
        committed = kafka.committed("connect-sink", self.topic)
        self.assertEqual(committed, kafka.end_offsets(self.topic))

    @deadline(180)
    def test_opensearch(self):
        self.whole(env.OPENSEARCH)

    @deadline(180)
    def test_elasticsearch_7(self):
        self.whole(env.ELASTICSEARCH)

    def test_malformed_lines_fail_the_task(self):
        rest = self.worker().rest
        self.drop(self.opensearch, self.index)
        kafka.produce(self.topic, [b"this is no line of an access log"])
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        status = rest.wait_state("sink", connector="RUNNING", tasks="FAILED", n=1)
        trace = status["tasks"][0]["trace"]
        self.assertIn(self.topic, trace)
        self.assertNotIn("this is no line", trace, "a record's content may hold secrets")
        self.assertEqual(self.opensearch.count(self.index), 0)
        # nothing is committed past the record that failed
        self.assertEqual(set(kafka.committed("connect-sink", self.topic).values()) - {-1, 0}, set())

    def test_malformed_lines_are_skipped_when_tolerated(self):
        rest = self.worker().rest
        self.drop(self.opensearch, self.index)
        config = pipeline.source(self.topic, COUNT, malformed_share="0.1")
        rest.create("src", config)
        rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index, errors_tolerance="all"))
        kinds = [line.split(b"\t", 3)[2] for line in pipeline.lines_of(config, "--number")]
        malformed = sum(1 for kind in kinds if kind != b"-1")
        # exactly the malformed ones are missing; every document is a line that was in the topic, none twice
        self.assertGreater(malformed, COUNT // 20)
        self.add_up(rest, "sink", COUNT, COUNT - malformed, malformed)
        self.assertEqual(self.opensearch.count(self.index), COUNT - malformed)
        self.assertEqual(rest.task_states("sink"), ["RUNNING"])
        values = {"%s+%d+%d" % (self.topic, r.partition, r.offset): r.value.decode("utf-8", "replace")
                  for r in kafka.records(self.topic)}
        for _, doc, fields in self.opensearch.scan(self.index, ["raw"]):
            self.assertEqual(fields["raw"], values[doc])

    def test_documents_that_the_store_refuses(self):
        """A mapping that cannot take a document: refused ones are counted, reported, and fail or are skipped."""
        self.drop(self.opensearch, self.index)
        self.opensearch.call("PUT", "/" + self.index, {"mappings": {"properties": {"method": {"type": "integer"}}}})
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 100)))
        rest = self.worker().rest
        rest.create("strict", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        status = rest.wait_state("strict", tasks="FAILED", n=1)
        self.assertRegex(status["tasks"][0]["trace"], r"mapper_parsing_exception|document_parsing_exception|failed to parse")
        rest.create("tolerant", pipeline.sink(self.topic, env.OPENSEARCH, self.index, errors_tolerance="all"))
        self.add_up(rest, "tolerant", 100, 0, skipped=100)
        self.assertEqual(rest.task_states("tolerant"), ["RUNNING"])

    def test_index_template_is_put(self):
        template = self.index + "-template"
        self.addCleanup(self.opensearch.call, "DELETE", "/_index_template/" + template, None, {})
        self.drop(self.opensearch, self.index + "*")
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 10)))
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index, template_name=template))
        env.wait_for(lambda: self.opensearch.count(self.index) == 10, 30, "10 documents")
        stored = self.opensearch.call("GET", "/_index_template/" + template)["index_templates"][0]["index_template"]
        self.assertIn(self.index, json.dumps(stored["index_patterns"]))
        with open(os.path.join(env.PREFIX, "share", "connect-worker", "access-log-index-template.json")) as f:
            shipped = json.load(f)
        self.assertEqual(stored["template"]["mappings"], shipped["template"]["mappings"])
        rest.delete("sink")
        # unless it is told not to
        other = self.index + "-other"
        rest.create("plain", pipeline.sink(self.topic, env.OPENSEARCH, other, template_enable="false",
                                           template_name=other))
        env.wait_for(lambda: self.opensearch.count(other) == 10, 30, "10 documents")
        self.assertEqual(self.opensearch.call("GET", "/_index_template/" + other, missing={}), {})

    def test_index_of_the_day(self):
        """Lines of three days go into three indices, by the time in the line."""
        self.drop(self.opensearch, self.index + "-*")
        config = pipeline.source(self.topic, 3000, start_time="2026-03-01T12:00:00Z", log_records_per_second="0.0174")
        config["error.burst.interval.seconds"] = "0"
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index + "-%{+yyyy.MM.dd}"))
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") == 3000, 60, "3000 documents", 0.2)
        indices = self.opensearch.indices(self.index + "-*")
        self.assertGreaterEqual(len(indices), 3)
        for index, _, fields in self.opensearch.scan(self.index + "-*", ["@timestamp"]):
            self.assertEqual(index, self.index + "-" + fields["@timestamp"][:10].replace("-", "."))

    def test_index_of_the_topic(self):
        self.drop(self.opensearch, "logs-of-" + self.topic)
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 10)))
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, "logs-of-%{topic}"))
        env.wait_for(lambda: self.opensearch.count("logs-of-" + self.topic) == 10, 30, "10 documents")

    def test_data_stream(self):
        namespace = env.unique("ns").replace("-", "_")
        stream = "logs-access-" + namespace
        self.addCleanup(self.opensearch.call, "DELETE", "/_data_stream/" + stream, None, {})
        config = pipeline.source(self.topic, 1000)
        rest = self.worker().rest
        sink = pipeline.sink(self.topic, env.OPENSEARCH, None, data_stream_type="LOGS", data_stream_dataset="access",
                             data_stream_namespace=namespace)
        del sink["index"]
        rest.create("sink", sink)
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(stream) == 1000, 60,
                     lambda: "1000 documents; sink: %s" % rest.status("sink"), 0.2)
        streams = self.opensearch.call("GET", "/_data_stream/" + stream)["data_streams"]
        self.assertEqual([s["name"] for s in streams], [stream])
        # again from the start: the same documents, none twice
        rest.action("sink", "stop")
        rest.wait_state("sink", connector="STOPPED", n=0)
        rest.create("again", dict(sink))
        self.add_up(rest, "again", 1000, 1000)
        self.assertEqual(self.opensearch.count(stream), 1000)

    def test_compressed_and_small_requests(self):
        self.drop(self.opensearch, self.index)
        config = pipeline.source(self.topic, COUNT)
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index, connection_compression="true",
                                          batch_size="300", max_in_flight_requests="2", linger_ms="5"))
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index) == COUNT, 60, "all documents", 0.2)
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)
        self.add_up(rest, "sink", COUNT, COUNT)


class Broker(TestCase):
    """Rebalances, new partitions, and a broker that wants TLS and a password."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("broker", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.index = self.drop(self.opensearch, env.unique("broker"))

    def partitions_of_tasks(self, rest, connector):
        """The number of partitions of each task, as the metrics tell it."""
        return sorted(int(v) for n, l, v in rest.metrics().samples
                      if n == "connect_worker_task_partitions" and l["connector"] == connector)

    @deadline(180)
    def test_two_workers_share_the_partitions(self):
        kafka.add_partitions(self.topic, 4)
        config = pipeline.source(self.topic, COUNT, rate=COUNT // 20, tasks=2)
        sink = pipeline.sink(self.topic, env.OPENSEARCH, self.index, tasks=2)
        first = self.worker("first")
        first.rest.create("sink", sink)
        first.rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index) > 0, 30, "documents", 0.1)
        # A second worker with a sink of the same name joins its group, and leaves again.
        second = self.worker("second")
        second.rest.create("sink", sink)
        env.wait_for(lambda: pipeline.counters(second.rest, "sink")["indexed"] > 0, 30, "its share of records")
        second.stop()
        first.rest.wait_state("src", tasks="COMPLETED", n=2, seconds=60)
        env.wait_for(lambda: self.opensearch.count(self.index) == COUNT, 60,
                     lambda: "%d documents; there are %d" % (COUNT, self.opensearch.count(self.index)), 0.2)
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)
        self.assertEqual(first.rest.task_states("sink"), ["RUNNING", "RUNNING"])

    @deadline(180)
    def test_new_partitions_are_found(self):
        worker = self.worker()
        rest = worker.rest
        sink = pipeline.sink(self.topic, env.OPENSEARCH, self.index, tasks=2)
        sink["consumer.override.topic.metadata.refresh.interval.ms"] = "500"
        rest.create("sink", sink)
        env.wait_for(lambda: self.partitions_of_tasks(rest, "sink") == [1, 1], 30, "a partition for each task")
        kafka.add_partitions(self.topic, 6)
        env.wait_for(lambda: self.partitions_of_tasks(rest, "sink") == [3, 3], 30,
                     lambda: "three partitions for each; %s" % self.partitions_of_tasks(rest, "sink"))
        config = pipeline.source(self.topic, 6000, key="client_ip")
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index) == 6000, 30, "all documents", 0.2)
        self.assertTrue(all(kafka.end_offsets(self.topic).values()), "every partition got lines")
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)

    def test_tls_and_password(self):
        secure = {
            "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "ssl.ca.location": env.KAFKA_CA,
            "sasl.username": "connect", "sasl.password": "connect-secret",
        }
        properties = {"bootstrap.servers": env.KAFKA_SASL_SSL}
        for prefix in ("", "producer.", "consumer."):
            properties.update({prefix + k: v for k, v in secure.items()})
        worker = self.worker(properties=properties)
        config = pipeline.source(self.topic, 1000)
        worker.rest.create("src", config)
        worker.rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        env.wait_for(lambda: self.opensearch.count(self.index) == 1000, 60,
                     lambda: "1000 documents: %s %s" % (worker.rest.status("src"), worker.rest.status("sink")), 0.2)
        self.assertNotIn("connect-secret", worker.log)

    def test_tls_with_java_settings(self):
        """As a worker file for Kafka Connect has them: JAAS text and a PEM trust store."""
        jaas = ('org.apache.kafka.common.security.plain.PlainLoginModule required '
                'username="connect" password="connect-secret";')
        secure = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.jaas.config": jaas,
                  "ssl.truststore.type": "PEM", "ssl.truststore.location": env.KAFKA_CA}
        properties = {"bootstrap.servers": env.KAFKA_SASL_SSL}
        for prefix in ("", "producer.", "consumer."):
            properties.update({prefix + k: v for k, v in secure.items()})
        worker = self.worker(properties=properties)
        worker.rest.create("src", pipeline.source(self.topic, 1000))
        worker.rest.wait_state("src", tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(self.topic), 1000)
        self.assertNotIn("connect-secret", worker.log)

    def test_overrides_of_one_connector(self):
        worker = self.worker(properties={"bootstrap.servers": env.KAFKA_SASL_SSL})
        config = pipeline.source(self.topic, 1000)
        config.update({"producer.override.bootstrap.servers": env.KAFKA, "producer.override.compression.type": "gzip"})
        worker.rest.create("src", config)
        worker.rest.wait_state("src", tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(self.topic), 1000)
