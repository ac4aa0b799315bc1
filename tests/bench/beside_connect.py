"""The worker beside an Apache Kafka Connect worker, both on the same topic with the same configuration: JSON → three
transformations → JSON.

The sinks do no more than to make the JSON: JsonSink.java there, json_sink.c here; both say how much it was, and that is
the same. Kafka Connect's worker is warm: it has run the whole pipeline before it is measured, so that its start and the
compilation of its code are not counted; our host is counted from its start.
"""

import os
import time

from benchlib import STEP_S, Connector, Wrong, cpu_seconds
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


def taken(file):
    """How many records a sink has had, and how many bytes of JSON it has made of them."""
    try:
        with open(file, encoding="ascii") as f:
            records, size = f.read().split()
            return int(records), int(size)
    except (FileNotFoundError, ValueError):  # it is being written
        return 0, 0


def config(topic, file, schemas):
    return dict(pipeline(schemas), file=file, topics=topic, **{"connector.class": "JsonSink"})


class KafkaConnect:
    """The worker, ready and warm; one for a run."""

    def __init__(self, bench):
        self.bench = bench
        stack.start("connect")
        bench.addCleanup(stack.call, "stop", "connect")
        self.rest = Rest(env.CONNECT_PORT)
        self.pid = stack.pid("connect")

    def run(self, topic, records, schemas):
        """Seconds of CPU and of time that the records take, and the bytes of JSON."""
        name = self.bench.name("json-connect")
        file = os.path.join(self.bench.dir, name)
        before, began = cpu_seconds(self.pid), time.time()
        self.rest.create(name, config(topic, file, schemas))
        try:
            env.wait_for(lambda: taken(file)[0] >= records, STEP_S, "Kafka Connect has taken all records")
            return cpu_seconds(self.pid) - before, time.time() - began, taken(file)[1]
        finally:
            self.rest.delete(name)


def connect_round(connect, topic, records, schemas):
    cpu, seconds, size = connect.run(topic, records, schemas)
    return {"cpu": cpu / records * 1e6, "rate": records / seconds, "document_bytes": size / records}


def product_round(bench, topic, records, schemas):
    file = os.path.join(bench.dir, bench.name("json-product"))
    connector = Connector(bench, "json", config(topic, file, schemas))

    def all_taken():
        connector.watch()
        return taken(file)[0] >= records

    env.wait_for(all_taken, STEP_S, "all records are taken", 0.01)
    seconds, size = time.time() - connector.asked, taken(file)[1]
    connector.watch()
    if connector.cpu is None:
        raise Wrong("sink of JSON documents: its host was not seen")
    connector.remove()
    return {"cpu": connector.cpu / records * 1e6, "rate": records / seconds, "document_bytes": size / records,
            "peak_mb": connector.peak}


def makers(bench, records, schemas):
    """The columns of the case."""
    topic = documents(bench, records, schemas)
    connect = KafkaConnect(bench)
    for _ in range(WARM_UP):
        size = connect.run(topic, records, schemas)[2]

    def product():
        figures = product_round(bench, topic, records, schemas)
        if figures["document_bytes"] != size / records:
            raise Wrong("the JSON of Kafka Connect has %.3f bytes a record, ours %.3f" % (
                size / records, figures["document_bytes"]))
        return figures

    return {"Kafka Connect": lambda: connect_round(connect, topic, records, schemas), "connect": product}
