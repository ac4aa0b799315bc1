"""The worker beside an Apache Kafka Connect worker, both on the same topic with the same configuration: JSON → three
transformations → JSON.

Kafka Connect's sink does no more than to make the JSON. Ours is the Elasticsearch sink, which makes the same JSON and
sends it in bulk requests on top of it. Kafka Connect's worker is warm: it has run the whole pipeline before it is
measured, so that its start and the compilation of its code are not counted; our host is counted from its start.
"""

import os
import time

from benchlib import STEP_S, Connector, Wrong, cpu_seconds
from cases import sink_config
from cwtest import env, stack
from cwtest.rest import Rest

STEPS = "org.apache.kafka.connect.transforms."
PIPELINE = {
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "transforms": "rename,insert,cast",
    "transforms.rename.type": STEPS + "ReplaceField$Value",
    "transforms.rename.renames": "ip:client_ip,endpoint:path", "transforms.rename.exclude": "referrer",
    "transforms.insert.type": STEPS + "InsertField$Value",
    "transforms.insert.static.field": "site", "transforms.insert.static.value": "shop",
    "transforms.insert.timestamp.field": "read_at",
    "transforms.cast.type": STEPS + "Cast$Value", "transforms.cast.spec": "status:string,size:int32",
}
WARM_UP = 2  # times the whole topic


def pipeline(schemas):
    return dict(PIPELINE, **{"value.converter.schemas.enable": "true" if schemas else "false"})


def documents(bench, records, schemas):
    """A topic of access-log records in JSON, which the product itself makes."""
    topic = bench.topic("json")
    source = Connector(bench, "json-source", {
        "connector.class": "SyntheticLogSource", "topic": topic, "count": str(records), "records.per.second": "0",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true" if schemas else "false",
        "transforms": "parse,time", "transforms.parse.type": "io.connectworker.transforms.ParseAccessLog$Value",
        "transforms.parse.output": "struct" if schemas else "map",
        "transforms.time.type": STEPS + "TimestampConverter$Value", "transforms.time.field": "timestamp",
        "transforms.time.target.type": "Timestamp" if schemas else "unix"})
    source.wait_completed("source of JSON documents")
    source.remove()
    return topic


class KafkaConnect:
    """The worker, ready and warm; one for a run."""

    def __init__(self, bench):
        self.bench = bench
        stack.start("connect")
        bench.addCleanup(stack.call, "stop", "connect")
        self.rest = Rest(env.CONNECT_PORT)
        self.pid = stack.pid("connect")

    def run(self, topic, records, schemas):
        """Seconds of CPU and of time that the records take."""
        name = self.bench.name("json-connect")
        file = os.path.join(self.bench.dir, name)
        before, began = cpu_seconds(self.pid), time.time()
        self.rest.create(name, dict(pipeline(schemas), file=file, topics=topic, **{"connector.class": "JsonSink"}))
        try:
            env.wait_for(lambda: self.taken(file) >= records, STEP_S, "Kafka Connect has taken all records")
            return cpu_seconds(self.pid) - before, time.time() - began
        finally:
            self.rest.delete(name)

    @staticmethod
    def taken(file):
        try:
            with open(file, encoding="ascii") as f:
                return int((f.read().split() or ["0"])[0])
        except FileNotFoundError:
            return 0


def connect_round(connect, topic, records, schemas):
    cpu, seconds = connect.run(topic, records, schemas)
    return {"cpu": cpu / records * 1e6, "rate": records / seconds}


def product_round(bench, topic, records, schemas):
    sink = bench.sink()
    config = dict(sink_config(topic, sink.url, 1), **pipeline(schemas))
    connector = Connector(bench, "json", dict(config, **{"schema.ignore": "true"}))
    stats = sink.wait(records, connector.watch, "sink of JSON documents")
    connector.watch()
    if connector.cpu is None:
        raise Wrong("sink of JSON documents: its host was not seen")
    figures = {"cpu": connector.cpu / records * 1e6, "rate": records / (stats["last_us"] / 1e6 - connector.asked),
               "peak_mb": connector.peak}
    connector.remove()
    sink.check(records, "sink of JSON documents, after it stopped")
    sink.close()
    return figures


def makers(bench, records, schemas):
    """The columns of the case."""
    topic = documents(bench, records, schemas)
    connect = KafkaConnect(bench)
    for _ in range(WARM_UP):
        connect.run(topic, records, schemas)
    return {"Kafka Connect": lambda: connect_round(connect, topic, records, schemas),
            "connect": lambda: product_round(bench, topic, records, schemas)}
