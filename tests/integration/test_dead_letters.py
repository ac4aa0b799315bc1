"""Dead letters on real Kafka: what is in their topic, each once whoever is killed, and what is counted and committed."""

import base64
import collections
import json
import os
import signal
import subprocess
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline
from cwtest.process import Devstore, Worker, alive

ERRORS = "__connect.errors."
COUNT = 200
TIME = int(time.time() * 1000) - 3600000  # what is older than the topic keeps is soon gone

# How every fourth record is poison, and what its letter says of that; n is a record's number.
STAGES = {
    "value converter": ({"value.converter": "JsonConverter", "value.converter.schemas.enable": "false"},
                        ("VALUE_CONVERTER", "org.apache.kafka.connect.json.JsonConverter", "DataException")),
    "key converter": ({"key.converter": "IntegerConverter"},
                      ("KEY_CONVERTER", "org.apache.kafka.connect.converters.IntegerConverter", "DataException")),
    "header converter": ({"header.converter": "JsonConverter", "header.converter.schemas.enable": "false"},
                         ("HEADER_CONVERTER", "org.apache.kafka.connect.json.JsonConverter", "DataException")),
    "transformation": ({"transforms": "cast", "transforms.cast.type": "org.apache.kafka.connect.transforms.Cast$Value",
                        "transforms.cast.spec": "int32"},
                       ("TRANSFORMATION", "org.apache.kafka.connect.transforms.Cast$Value", "DataException")),
}


def records(topic):
    """(key, value, timestamp, headers) of each record; headers in order."""
    return [(r.key, r.value, r.timestamp, r.headers) for r in kafka.hex_records(topic)]


def hex_line(n, partition):
    """A record that is poison for every stage when n is a multiple of four."""
    key, value, color = (b"key", b"poison %d \xff" % n, b"gr\xfcn") if n % 4 == 0 else (b"\0\0\0\1", b"%d" % n, b'"red"')
    fields = [b"%d" % partition, b"0", b"%d" % (TIME + n), key.hex().encode(), value.hex().encode(), b"color".hex().encode(),
              color.hex().encode(), b"none".hex().encode(), b"-"]
    return b"\t".join(fields) + b"\n"


def produce(topic, first, n, partitions):
    kafka.run("produce", topic, "hex", data=b"".join(hex_line(i, i % partitions) for i in range(first, first + n)))


class DeadLetters(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("poison", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.dead = env.unique("dead")

    def sink(self, **more):
        self.addCleanup(self.delete_letters)
        return dict({"connector.class": "RecordSink", "topics": self.topic, "file": os.path.join(self.dir, "out"),
                     "errors.tolerance": "all", "errors.deadletterqueue.topic.name": self.dead,
                     "errors.deadletterqueue.topic.replication.factor": "1",
                     "errors.deadletterqueue.context.headers.enable": "true"}, **more)

    def delete_letters(self):
        if self.dead:
            kafka.delete(self.dead)
            self.dead = None

    def settle(self, rest, name, read):
        def there():
            counters = pipeline.counters(rest, name)
            return counters["read"] == read and pipeline.settled(counters) and counters

        return env.wait_for(there, 60, lambda: "%d are read: %r %r" % (read, pipeline.counters(rest, name),
                                                                     rest.status(name)), 0.1)

    def check_letters(self, expected, connector):
        """Letters of the records whose numbers are expected, and of no others, each once."""
        found = records(self.dead)
        self.assertEqual(pipeline.difference([b"poison %d \xff" % n for n in expected], [value for _, value, _, _ in found]), "")
        for key, value, timestamp, headers in found:
            n = int(value.split()[1])
            self.assertEqual((key, timestamp), (b"key", TIME + n))
            self.assertEqual(headers[:2], [("color", b"gr\xfcn"), ("none", None)])
            told = {name[len(ERRORS):]: text.decode() for name, text in headers[2:]}
            self.assertEqual((told["topic"], told["partition"], told["connector.name"]),
                             (self.topic, str(n % 2), connector))
            self.assertEqual(told["offset"], str(n // 2))
        return [headers for _, _, _, headers in found]

    def test_each_stage(self):
        worker = self.worker()
        produce(self.topic, 0, COUNT, 2)
        for word, (config, (stage, plugin, exception)) in STAGES.items():
            name = "sink-" + word.replace(" ", "-")
            self.dead = env.unique("dead")
            with self.subTest(stage=word):
                worker.rest.create(name, self.sink(file=os.path.join(self.dir, name), **{"errors.log.enable": "true"}, **config))
                counters = self.settle(worker.rest, name, COUNT)
                self.assertEqual((counters["letters"], counters["indexed"], counters["skipped"]), (COUNT // 4, COUNT * 3 // 4, 0))
                for headers in self.check_letters(range(0, COUNT, 4), name):
                    told = {h[len(ERRORS):]: text.decode() for h, text in headers[2:]}
                    self.assertEqual((told["stage"], told["class.name"], told["exception.class.name"].rpartition(".")[2]),
                                     (stage, plugin, exception))
                    self.assertIn(told["exception.message"], told["exception.stacktrace"])
                self.assertEqual(len(kafka.end_offsets(self.dead)), 1)
                self.check_log(worker, name, stage, plugin)
                worker.rest.action(name, "stop")
                worker.rest.wait_state(name, connector="STOPPED", n=0)
                self.assertEqual(kafka.committed("connect-" + name, self.topic), {0: COUNT // 2, 1: COUNT // 2})
                self.delete_letters()

    def check_log(self, worker, name, stage, plugin):
        """A line for each record that is poison, which says where it was, and does not show it."""
        lines = [line for line in worker.log.splitlines() if "Error encountered in task %s-0" % name in line]
        self.assertEqual(len(lines), COUNT // 4)
        for n in range(0, COUNT, 4):
            where = "'%s' with class '%s', where consumed record is {topic='%s', partition=%d, offset=%d," % (
                stage, plugin, self.topic, n % 2, n // 2)
            self.assertEqual(len([line for line in lines if where in line]), 1, where)
        self.assertEqual([line for line in lines if "; its key: " in line or "; its value: " in line], [])

    def test_each_stage_without_tolerance(self):
        """The first poison fails the task, which says where that is; nothing of its partition is committed or a letter."""
        worker = self.worker()
        produce(self.topic, 0, COUNT, 2)
        for word, (config, (stage, plugin, _)) in STAGES.items():
            name = "none-" + word.replace(" ", "-")
            with self.subTest(stage=word):
                worker.rest.create(name, self.sink(**dict(config, **{"errors.tolerance": "none"})))
                trace = worker.rest.wait_state(name, tasks="FAILED", n=1)["tasks"][0]["trace"]
                self.assertIn("Executing stage '%s' with class '%s', where consumed record is {topic='%s', partition=0, offset=0,"
                              % (stage, plugin, self.topic), trace)
                self.assertNotIn(self.dead, kafka.run("topics").decode().split())
                self.assertEqual(kafka.committed("connect-" + name, self.topic)[0], -1, "where all the poison is")
                audit = json.loads(self.workerctl(worker, "audit", name, "-o", "json"))
                self.assertTrue(audit["adds_up"], audit)
                self.assertEqual(pipeline.counters(worker.rest, name)["failed"], 1)
                worker.rest.delete(name)
        self.dead = None

    def test_of_a_source_without_tolerance(self):
        worker = self.worker()
        config = self.sink(**{"connector.class": "RecordSource", "topic": self.topic, "count": "40",
                              "value.converter": "IntegerConverter", "errors.tolerance": "none"})
        for key in ("topics", "file"):
            del config[key]
        worker.rest.create("source", config)
        trace = worker.rest.wait_state("source", tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.converters.IntegerConverter'", trace)
        self.assertNotIn(self.dead, kafka.run("topics").decode().split())
        self.dead = None
        audit = json.loads(self.workerctl(worker, "audit", "source", "-o", "json"))
        self.assertTrue(audit["adds_up"], audit)

    def test_what_the_store_cannot_have(self):
        """put: lines that are no lines of a log; and without context headers the letter is the record."""
        store = Devstore(self).start()
        worker = self.worker()
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 50)) + [b"no line", b"no line"])
        worker.rest.create("sink", dict(pipeline.sink(self.topic, store.url, env.unique("index")), **{
            key: value for key, value in self.sink().items() if key.startswith("errors.") and "context" not in key}))
        counters = self.settle(worker.rest, "sink", 52)
        self.assertEqual((counters["indexed"], counters["letters"]), (50, 2))
        self.assertEqual([(value, headers) for _, value, _, headers in records(self.dead)], [(b"no line", [])] * 2)

    def test_the_newest_are_shown_of_all_partitions(self):
        """A topic of several partitions is read one after the other; where letters are does not say how old they are."""
        worker = self.worker()
        self.dead = kafka.topic("dead", 3)
        letters = [(n % 3, TIME + n * 1000) for n in range(60)]
        kafka.run("produce", self.dead, "hex", data=b"".join(
            b"%d\t0\t%d\t-\t%s\n" % (partition, time, b"x".hex().encode()) for partition, time in letters))
        worker.rest.expect(201, "POST", "/connectors", {"name": "sink", "config": self.sink(), "initial_state": "STOPPED"})
        for n in (1, 10, 100):
            shown = worker.rest.get("/connectors/sink/dlq?letters=%d" % n)["letters"]
            self.assertEqual([(letter["partition"], letter["timestamp"]) for letter in shown], letters[-n:])

    def test_any_bytes_are_shown(self):
        """A NUL, which JSON may not have here, bytes that are no UTF-8, and the name of a header that is none."""
        worker = self.worker()
        self.dead = kafka.topic("dead", 1)
        long = b"x" * 1999 + "\u20ac".encode() + b"y"
        fields = [b"k\0", b"l\xe4", b"h\xe4", b"\xff"]
        kafka.run("produce", self.dead, "hex", data=b"0\t0\t%d\t%s\n0\t0\t%d\t-\t%s\n" % (
            TIME, b"\t".join(f.hex().encode() for f in fields), TIME, long.hex().encode()))
        worker.rest.expect(201, "POST", "/connectors", {"name": "sink", "config": self.sink(), "initial_state": "STOPPED"})
        first, second = worker.rest.get("/connectors/sink/dlq")["letters"]
        self.assertEqual([base64.b64decode(first[key]) for key in ("key_base64", "value_base64")], fields[:2])
        self.assertEqual(first["headers"], [{"key": "h\ufffd", "value_base64": "/w=="}])
        self.assertEqual((second["value"], second["truncated"]), ("x" * 1999, True))

    def test_replay_puts_them_back(self):
        """Once each, with their bytes, headers and times; what is poison still becomes a letter again."""
        worker = self.worker()
        produce(self.topic, 0, COUNT, 2)
        worker.rest.create("sink", self.sink(**STAGES["value converter"][0]))
        self.settle(worker.rest, "sink", COUNT)
        shown = worker.rest.get("/connectors/sink/dlq?letters=20")
        self.assertEqual((shown["topic"], len(shown["letters"])), (self.dead, 20))
        last = shown["letters"][-1]
        self.assertEqual(last["from"], {"topic": self.topic, "partition": 0, "offset": (COUNT - 4) // 2})
        self.assertEqual(base64.b64decode(last["value_base64"]), b"poison %d \xff" % (COUNT - 4))
        self.assertEqual((last["key"], last["stage"], last["replayed"]), ("key", "VALUE_CONVERTER", False))
        # Somebody mends the sink, and then the letters are put back.
        config = worker.rest.get("/connectors/sink/config")
        config["value.converter"] = "ByteArrayConverter"
        worker.rest.expect(200, "PUT", "/connectors/sink/config?wait=RUNNING", config)
        for back in (COUNT // 4, 0):
            answer = worker.rest.expect(200, "POST", "/connectors/sink/dlq/replay").json
            self.assertEqual(answer, {"topic": self.dead, "replayed": back, "left": 0})
        there = records(self.topic)
        self.assertEqual(len(there), COUNT + COUNT // 4)
        self.assertEqual(sorted(r for r in there if r[1].startswith(b"poison")),
                         sorted(2 * [(b"key", b"poison %d \xff" % n, TIME + n, [("color", b"gr\xfcn"), ("none", None)])
                                     for n in range(0, COUNT, 4)]))
        self.settle(worker.rest, "sink", COUNT // 4)
        self.assertEqual(worker.rest.get("/connectors/sink/dlq")["letters"][-1]["replayed"], True)
        self.assertEqual(len(worker.rest.get("/connectors/sink/dlq")["letters"]), COUNT // 4)

    def test_of_a_source(self):
        """What is no text is JSON in its letter; the books of source and sink add up."""
        worker = self.worker()
        config = self.sink(**{"connector.class": "RecordSource", "topic": self.topic, "count": "40",
                              "value.converter": "IntegerConverter"})
        for key in ("topics", "file"):
            del config[key]
        worker.rest.create("source", config)
        worker.rest.wait_state("source", tasks="COMPLETED", n=1)
        letters = records(self.dead)
        self.assertEqual(len(letters), 36, "a tenth are tombstones, which every converter takes")
        for _, value, _, headers in letters:
            json.loads(value)
            told = {name[len(ERRORS):]: text.decode() for name, text in headers if name.startswith(ERRORS)}
            self.assertEqual((told["stage"], told["topic"]), ("VALUE_CONVERTER", self.topic))
            self.assertIn("source.partition", told)
        shown = worker.rest.get("/connectors/source/dlq")["letters"]
        self.assertEqual((len(shown), shown[0]["stage"]), (36, "VALUE_CONVERTER"))
        self.assertIn("source_offset", shown[0])
        produce(self.topic, 0, COUNT, 2)
        worker.rest.create("sink", dict(self.sink(**STAGES["value converter"][0]), topics=self.topic))
        self.settle(worker.rest, "sink", COUNT + 4)
        for name in ("source", "sink"):
            audit = json.loads(self.workerctl(worker, "audit", name, "-o", "json"))
            self.assertTrue(audit["adds_up"], audit)
            self.assertGreater(audit["tasks"][0]["dead_lettered"], 0)

    @staticmethod
    def workerctl(worker, *args):
        return subprocess.run([env.program("workerctl"), "--server", worker.url, *args], stdout=subprocess.PIPE,
                              check=True, timeout=60).stdout

    def test_who_has_no_letters(self):
        worker = self.worker()
        worker.rest.create("source", pipeline.source(self.topic, 1))
        config = self.sink()
        del config["errors.deadletterqueue.topic.name"]
        self.dead = None
        worker.rest.create("sink", config)
        self.assertIn("is a source: its dead letters were never in a topic",
                      worker.rest.request("POST", "/connectors/source/dlq/replay").message)
        for method, path in (("GET", "/dlq"), ("POST", "/dlq/replay")):
            answer = worker.rest.request(method, "/connectors/sink" + path)
            self.assertEqual(answer.status, 400)
            self.assertIn("the connector has no errors.deadletterqueue.topic.name", answer.message)
            self.assertEqual(worker.rest.request(method, "/connectors/nobody" + path).status, 404)

    def test_letters_that_the_broker_refuses(self):
        """What is not in the dead letter topic is not committed: all of it is there once the topic takes it."""
        worker = self.worker()
        self.dead = kafka.topic("narrow", 1, "max.message.bytes=200")
        config = self.sink(**STAGES["value converter"][0])
        produce(self.topic, 0, COUNT, 2)
        worker.rest.create("sink", config)
        worker.rest.wait_state("sink", tasks="FAILED", n=1)
        self.assertIn("was not written to the dead letter topic %s either" % self.dead,
                      worker.rest.status("sink")["tasks"][0]["trace"])
        committed = kafka.committed("connect-sink", self.topic)
        self.assertEqual(committed[0], -1, "where all the poison is")
        audit = json.loads(self.workerctl(worker, "audit", "sink", "-o", "json"))
        self.assertTrue(audit["adds_up"], audit)
        self.delete_letters()
        self.dead = env.unique("dead")
        worker.rest.expect(200, "PUT", "/connectors/sink/config?wait=RUNNING",
                           dict(config, **{"errors.deadletterqueue.topic.name": self.dead}))
        self.settle(worker.rest, "sink", COUNT - max(committed[1], 0))
        self.check_letters(range(0, COUNT, 4), "sink")

    def test_a_replay_that_ends_half_way(self):
        """The letters before the one that cannot go are not put back again; variables are resolved."""
        topic = self.topic
        with open(os.path.join(self.dir, "names.properties"), "w", encoding="ascii") as f:
            f.write("dead=%s\n" % self.dead)
        worker = self.worker(properties={
            "config.providers": "file", "config.providers.file.class": "file"})
        other = kafka.topic("other", 2)
        produce(topic, 0, 40, 2)
        config = self.sink(**STAGES["value converter"][0])
        config["errors.deadletterqueue.topic.name"] = "${file:%s:dead}" % os.path.join(self.dir, "names.properties")
        worker.rest.create("sink", config)
        self.settle(worker.rest, "sink", 40)
        config["topics"] = other
        worker.rest.expect(200, "PUT", "/connectors/sink/config?wait=RUNNING", config)
        kafka.run("produce", other, "hex", data=hex_line(0, 1) + hex_line(4, 1))
        self.settle(worker.rest, "sink", 2)
        config["topics"] = topic
        worker.rest.expect(200, "PUT", "/connectors/sink/config?wait=RUNNING", config)
        kafka.delete(other)  # the broker makes it again, with one partition
        for _ in range(2):
            answer = worker.rest.request("POST", "/connectors/sink/dlq/replay")
            self.assertGreaterEqual(answer.status, 400)
            self.assertIn(" put back into topic %s" % other, answer.message)
        self.assertEqual(kafka.count(topic), 40 + 10)

    def test_a_topic_that_cannot_be_made(self):
        worker = self.worker()
        worker.rest.create("sink", self.sink(**{"errors.deadletterqueue.topic.replication.factor": "3"}))
        self.dead = None
        worker.rest.wait_state("sink", tasks="FAILED", n=1)
        trace = worker.rest.status("sink")["tasks"][0]["trace"]
        self.assertRegex(trace, r"for dead letters, cannot be created: .*replication.factor is the connector's")

    @deadline(200)
    def test_a_topic_that_is_gone_is_made_again(self):
        """Somebody deletes it before the first letter: the sink makes it as it did at its start, and goes on."""
        worker = self.worker()
        worker.rest.create("sink", self.sink(**STAGES["value converter"][0]))
        worker.rest.wait_state("sink", tasks="RUNNING", n=1)
        kafka.delete(self.dead)
        env.wait_for(lambda: self.dead not in kafka.run("topics").decode().split(), 30, "the topic is gone", 0.1)
        produce(self.topic, 0, COUNT, 2)
        counters = self.settle(worker.rest, "sink", COUNT)
        self.assertEqual((counters["letters"], counters["indexed"]), (COUNT // 4, COUNT * 3 // 4))
        self.check_letters(range(0, COUNT, 4), "sink")
        self.assertIn("topic %s, for dead letters, is gone: it is made again" % self.dead, worker.log)

    def test_each_is_written_once_whoever_is_killed(self):
        """No commit between the kills but the last one's: all that is read again is poison that was written."""
        worker = Worker(self, properties={"offset.flush.interval.ms": "4000", "task.restart.attempts.max": None}).start()
        config = self.sink(**dict(STAGES["value converter"][0], **{"consumer.override.session.timeout.ms": "6000"}))
        produce(self.topic, 0, COUNT, 2)
        worker.rest.create("sink", config)
        total = COUNT
        for kill in range(5):
            env.wait_for(lambda: self.written() >= total // 4, 60, lambda: "%d letters: %d" % (total // 4, self.written()), 0.05)
            host = worker.host("sink")
            if kill % 2:
                worker.kill()
            os.kill(host, signal.SIGKILL)
            env.wait_for(lambda: not alive(host), 10, "the host is dead")
            produce(self.topic, total, COUNT, 2)
            total += COUNT
            if kill % 2:
                worker.start()
        env.wait_for(lambda: self.written() >= total // 4, 60, lambda: "%d letters: %d" % (total // 4, self.written()), 0.05)
        env.wait_for(lambda: sum(kafka.committed("connect-sink", self.topic).values()) == total, 60,
                     lambda: "%d are committed" % total, 0.2)
        self.check_letters(range(0, total, 4), "sink")
        self.assertEqual(collections.Counter(value for _, value, _, _ in records(self.dead)).most_common(1)[0][1], 1)

    def written(self):
        try:
            return sum(kafka.end_offsets(self.dead).values())
        except AssertionError:
            return 0  # it is not there yet
