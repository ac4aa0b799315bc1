"""The DAGs of examples/airflow, run by a real Airflow against the worker, Kafka and OpenSearch."""

import json
import subprocess
import threading
import urllib.parse

from cwtest import env, kafka, pipeline
from cwtest.airflow import Airflow, Home, connection
from cwtest.case import TestCase, deadline
from cwtest.gateway import Gateway

COUNT, LONG_COUNT = 10000, 100000

IMPORT = """
import json, sys
from airflow.models import DagBag
bag = DagBag(include_examples=False)
print("RESULT " + json.dumps({"dags": sorted(bag.dags), "errors": bag.import_errors,
                              "warnings": {k: [str(w) for w in v] for k, v in bag.captured_warnings.items()}}))
"""

OLD_PROVIDER = """
import airflow.providers.http.operators.http as http
del http.HttpOperator
""" + IMPORT + """
kinds = {type(t).__name__ for t in bag.dags["access_logs_produce"].tasks}
print("KINDS " + " ".join(sorted(kinds)))
"""

MISSING = """
import types
import access_logs
read = {"offsets_before": {"0": 5}, "offsets_after": {"0": 100, "1": 10}, "check_dead_letters": 1}
context = {"ti": types.SimpleNamespace(xcom_pull=lambda task_ids: read[task_ids]),
           "params": {"max_missing": 1, "max_dead_letters": 2, "topic": "t", "sink": "s"}}
def tried(function, answer):
    try:
        function(types.SimpleNamespace(json=lambda: answer), **context)
        return "fine"
    except Exception as error:
        return str(error)
def check(count):
    return tried(access_logs.all_indexed, {"count": count})
def letters(name, *places):
    found = [{"from": dict(zip(("topic", "partition", "offset"), place)), "stage": "TASK_PUT", "message": "bad"}
             for place in places]
    answer = {"topic": "dead", "letters": [{"message": "without headers"}] + found}
    print(name, tried(access_logs.dead_letters_are_few, answer))
offsets = [{"partition": {"seed": seed, "task": 0, "tasks": 2}, "offset": {"record": 7}} for seed in (1, 2)]
try:
    access_logs.check_series(offsets, {"seed": 1, "tasks": 2, "count": 8}, None)
except Exception as error:
    print(error)
for count in 105, 103, 102, 106:
    print(count, check(count))
of_others = [("t", 0, 4), ("t", 0, 100), ("t", 2, 0), ("other", 0, 50)]
letters("FEW", ("t", 0, 5), ("t", 1, 0), ("t", 0, 5), *of_others)
letters("SOME", ("t", 0, 5), ("t", 1, 0), ("t", 1, 9), *of_others)
read["offsets_after"]["0"] = 1005
letters("MANY", *[("t", 0, offset) for offset in range(5, 1005)])
"""


SPAN = """
import json
from access_logs_maintenance import begins, ends
saved, day = {"0": 100, "1": 100, "2": 100, "3": 100}, {"0": [10, 20], "1": [30, None], "2": [50, 40], "4": [1, 2]}
print("BEGINS", json.dumps(begins(saved, day)))
print("ENDS", json.dumps(ends(saved, day)))
"""

LATE = """
from datetime import timedelta
from types import SimpleNamespace
from airflow.utils import timezone
from airflow.models import DagBag
bag = DagBag(include_examples=False)
for name in "morning", "evening":
    (first,) = bag.dags["access_logs_" + name].roots
    now = timezone.utcnow()
    print("LATE", name, first.task_id, *[
        first.python_callable(SimpleNamespace(run_type=kind), now - timedelta(hours=hours))
        for kind, hours in (("scheduled", 0), ("scheduled", 11.9), ("scheduled", 12), ("manual", 100))])
"""


class AirflowCase(TestCase):
    DEADLINE = 600

    @classmethod
    def setUpClass(cls):
        cls.template = Home()
        cls.addClassCleanup(cls.template.remove)

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("flow", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = env.unique("flow")
        self.drop(self.opensearch, self.index + "-*")
        self.w = self.worker()
        self.rest = self.w.rest
        self.airflow = Airflow(self, self.template, self.w.url, env.OPENSEARCH)

    def produce(self, count, **params):
        return self.airflow.succeed("access_logs_produce", source="source", topic=self.topic, count=count, **params)

    def consume(self, **params):
        return self.airflow.succeed("access_logs_consume", sink="sink", topic=self.topic, index=self.index, **params)

    def status(self, name):
        return self.rest.status(name)["summary_state"]


class Import(AirflowCase):
    def setUp(self):
        TestCase.setUp(self)
        self.airflow = Airflow(self, self.template, "http://127.0.0.1:1", "http://127.0.0.1:1")

    def bag(self, code):
        out = self.airflow.python(code)
        lines = dict(line.split(" ", 1) for line in out.splitlines() if line.startswith(("RESULT ", "KINDS ")))
        return json.loads(lines["RESULT"]), lines.get("KINDS")

    def test_import_without_error_or_warning(self):
        found, _ = self.bag(IMPORT)
        self.assertEqual(found, {"errors": {}, "warnings": {}, "dags": [
            "access_logs_consume", "access_logs_evening", "access_logs_maintenance", "access_logs_morning",
            "access_logs_pipeline", "access_logs_produce", "connect_health"]})

    def test_import_with_an_older_provider(self):
        found, kinds = self.bag(OLD_PROVIDER)
        self.assertEqual(found["errors"], {})
        self.assertEqual(kinds, "HttpSensor ShortCircuitOperator SimpleHttpOperator")

    def test_missing_lines_and_documents(self):
        lines = self.airflow.python(MISSING).splitlines()
        self.assertIn("7 of 8 lines of the series with seed 1 are acknowledged", lines)
        self.assertIn("105 fine", lines)
        self.assertIn("103 fine", lines)
        for count, missing in ((102, 2), (106, -2)):
            text = "%d 105 records were read, %d of them are documents and 1 are dead letters: %d are missing, 1 may be" % (
                count, count, missing)
            self.assertIn(text, [line.split(" (")[0] for line in lines])
        self.assertIn("FEW fine", lines)
        for text in ("SOME dead letters of this run: 3", "MANY dead letters of this run: 1000 or more"):
            self.assertIn(text + ", more than the 2 of params.max_dead_letters; the first is the record of t, partition "
                          "0, offset 5: TASK_PUT: bad; they are in topic dead: workerctl dlq list s", lines)

    def test_runs_that_are_late(self):
        """Yesterday's evening does not pause today's lines: Airflow makes its run when the DAG is unpaused."""
        lines = self.airflow.python(LATE).splitlines()
        for name in ("morning", "evening"):
            self.assertIn("LATE %s is_in_time True True False True" % name, lines)

    def test_what_is_read_again(self):
        lines = self.airflow.python(SPAN).splitlines()
        self.assertIn('BEGINS {"0": 10, "1": 30, "2": 0, "3": 0}', lines)
        self.assertIn('ENDS {"0": 20, "1": 100, "2": 100, "3": 100}', lines)


class Runs(AirflowCase):
    @deadline(600, 1800)
    def test_twice_in_a_row(self):
        """Each run adds the documents of its own lines and nothing else."""
        count = LONG_COUNT if env.LONG else COUNT
        lines = []
        for pause in (False, True):
            lines += self.one_run(count, pause_after=pause)
            self.assert_documents(lines)
        self.assertEqual(self.status("source"), "PAUSED")
        # Asked for the second run's seed again, a third has nothing to add.
        seed = int(self.rest.get("/connectors/source/config")["seed"])
        self.one_run(count, seed=seed)
        self.assert_documents(lines)

    def one_run(self, count, **params):
        """Both DAGs, one after the other; the lines that such a run has to write."""
        self.produce(count, **params)
        self.consume()
        config = self.rest.get("/connectors/source/config")
        return pipeline.lines_of(pipeline.source(self.topic, count, tasks=config["tasks.max"], seed=config["seed"]))

    def assert_documents(self, lines):
        """The topic has these lines, each once, and the store a document of each, with its fields."""
        self.assertEqual(pipeline.difference(lines, kafka.values(self.topic)), "")
        index = self.index + "-*"
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, index, self.topic), len(lines))
        pipeline.assert_fields(self, self.opensearch, index)

    def test_the_package(self):
        names = {"source": "source", "sink": "sink", "topic": self.topic, "index": self.index}
        for total in (2000, 4000):
            self.airflow.succeed("access_logs_pipeline", count=2000, **names)
            self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index + "-*", self.topic), total)
        self.broken_topic()
        log = self.airflow.fail("access_logs_pipeline", ": a record for topic ", count=10, **dict(names, topic=self.topic))
        self.assertIn("Message size too large", log)

    def broken_topic(self):
        """A topic that no line fits into."""
        self.topic = kafka.topic("tiny", 1, "max.message.bytes=20")
        self.addCleanup(kafka.delete, self.topic)

    def test_a_connector_that_fails(self):
        self.broken_topic()
        log = self.airflow.fail("access_logs_produce", "is FAILED", source="source", topic=self.topic, count=10)
        self.assertIn("Message size too large", log)
        self.assertIn("the connector source is FAILED", log, "the task `trace` shows it")

    def test_a_run_that_takes_too_long(self):
        self.airflow.fail("access_logs_produce", "not within 2 s (params.timeout_s)", source="source", topic=self.topic,
                          count=1000, rate=1, timeout_s=2)

    def test_a_store_that_is_away(self):
        self.produce(10)
        self.airflow.environ["AIRFLOW_CONN_ACCESS_LOG_STORE"] = connection("http://127.0.0.1:1")
        self.airflow.fail("access_logs_consume", "not within 2 s (params.timeout_s)", sink="sink", topic=self.topic,
                          index=self.index, timeout_s=2)

    def test_a_worker_that_is_down(self):
        self.w.stop()
        self.airflow.fail("access_logs_produce", "Connection refused", source="source", topic=self.topic, count=10)

    def test_a_configuration_that_is_refused(self):
        self.airflow.fail("access_logs_consume", "HTTP 400: ", sink="sink", topic="..",
                          index=self.index)

    def test_dead_letters(self):
        """Those of the run are counted, and no others."""
        self.topic = kafka.topic("poison", 1)
        dead = env.unique("dead")
        for topic in (self.topic, dead):
            self.addCleanup(kafka.delete, topic)
        lines = pipeline.lines_of(pipeline.source(self.topic, 30))
        kafka.produce(self.topic, lines[:10] + [b"no line"] * 3)
        names = {"sink": "sink", "topic": self.topic, "index": self.index, "dead_letter_topic": dead}
        self.airflow.fail(
            "access_logs_consume", "dead letters of this run: 3, more than the 2 of params.max_dead_letters; the first is "
            "the record of %s, partition 0, offset 10: TASK_PUT: " % self.topic, max_dead_letters=2, **names)
        shown = subprocess.run([env.program("workerctl"), "--server", self.w.url, "dlq", "list", "sink"], timeout=60,
                               check=True, stdout=subprocess.PIPE).stdout.decode()
        self.assertEqual(shown.count("TASK_PUT"), 3, shown)
        kafka.produce(self.topic, lines[10:] + [b"no line"] * 2)
        self.airflow.succeed("access_logs_consume", max_dead_letters=2, **names)
        self.assertEqual(self.opensearch.count(self.index + "-*"), len(lines))

    def test_morning_and_evening(self):
        names = {"source": "source", "sink": "sink", "topic": self.topic, "index": self.index}
        self.airflow.succeed("access_logs_morning", rate=200, **names)
        self.assertEqual((self.status("source"), self.status("sink")), ("RUNNING", "RUNNING"))
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") > 0, 30, "lines flow", 0.2)
        self.airflow.succeed("access_logs_evening", **names)
        self.assertEqual((self.status("source"), self.status("sink")), ("PAUSED", "PAUSED"))
        pipeline.assert_indexed(self, self.opensearch, self.index + "-*", self.topic)
        self.assertEqual(self.rest.get("/connectors/sink/config")["run.until"], "forever")
        # A sink that was paused already, with lines left that it does not know of, comes to the end too.
        kafka.produce(self.topic, kafka.values(self.topic)[:10])
        self.airflow.succeed("access_logs_evening", **names)
        self.assertEqual((self.status("source"), self.status("sink")), ("PAUSED", "PAUSED"))
        pipeline.assert_indexed(self, self.opensearch, self.index + "-*", self.topic)
        # The next morning they go on.
        before = kafka.count(self.topic)
        self.airflow.succeed("access_logs_morning", rate=200, **names)
        env.wait_for(lambda: kafka.count(self.topic) > before, 30, "lines flow again", 0.2)

    def test_health(self):
        self.airflow.succeed("connect_health")
        good = self.topic
        self.broken_topic()
        self.rest.create("bad", pipeline.source(self.topic, 10))
        self.rest.create("good", pipeline.source(good, 10))
        self.rest.wait_state("bad", tasks="FAILED", n=1)
        self.airflow.fail("connect_health", "bad: task 0: ")
        self.assertIn("POST /connectors/bad/restart", self.w.log)
        self.assertNotIn("POST /connectors/good/restart", self.w.log)
        self.airflow.fail("connect_health", "bad has failed and is left alone", leave=["bad"])
        kafka.delete(self.topic)
        kafka.create(self.topic, 1)
        self.airflow.succeed("connect_health")
        self.rest.wait_state("bad", tasks="COMPLETED", n=1)

    def test_health_of_what_does_not_get_on(self):
        """RUNNING is not enough."""
        pipeline.make_degraded(self.rest, "stuck", self.topic)
        self.airflow.fail("connect_health", "stuck is DEGRADED: task 0: no progress for ")
        self.assertNotIn("POST /connectors/stuck/restart", self.w.log)

    def test_maintenance(self):
        """A day's index is lost, and made again from the topic; the sink is then as it was."""
        self.lose_a_day(1)

    def test_maintenance_of_lines_in_no_order(self):
        """Each task writes all days: no offsets are those of a day."""
        self.lose_a_day(2)

    def lose_a_day(self, tasks):
        config = self.indexed(env.OPENSEARCH, tasks)
        self.opensearch.delete(self.index + "-2026.01.21")
        self.assertLess(self.opensearch.count(self.index + "-*"), 3000)
        self.airflow.succeed("access_logs_maintenance", **self.day)
        self.assert_as_it_was(config)

    def indexed(self, store, tasks=1):
        """The lines of some days are in the store, by a sink that goes on; its configuration."""
        source = pipeline.source(self.topic, 3000, tasks=tasks, **{
            "start.time": "2026-01-20T12:00:00Z", "log.records.per.second": "0.01"})
        self.rest.expect(201, "POST", "/connectors?wait=COMPLETED", {"name": "source", "config": source})
        self.rest.create("sink", pipeline.sink(self.topic, store, self.index + "-%{+yyyy.MM.dd}", tasks=2))
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") == 3000, 60, "all indexed", 0.2)
        self.assertGreater(len(self.opensearch.indices(self.index + "-*")), 2)
        self.day = {"sink": "sink", "topic": self.topic, "index": self.index, "day": "2026-01-21"}
        return self.rest.get("/connectors/sink/config")

    def assert_as_it_was(self, config):
        """All lines are in the store, and the sink is at the topic's end and goes on."""
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index + "-*", self.topic), 3000)
        self.assert_goes_on(config)

    def assert_goes_on(self, config):
        self.assertEqual(self.rest.get("/connectors/sink/config"), config)
        self.rest.wait_state("sink", "RUNNING", "RUNNING", 2)
        committed = kafka.committed("connect-sink", self.topic)
        self.assertEqual({p: max(offset, 0) for p, offset in committed.items()}, kafka.end_offsets(self.topic))

    def test_maintenance_that_is_cut_off(self):
        """By a kill, and by a store that hangs: the sink comes back to where the first run has found it."""
        hangs, replays, goes_on = (threading.Event() for _ in range(3))
        self.addCleanup(goes_on.set)

        def check(handler, _):
            if hangs.is_set() and "_bulk" in handler.path:
                replays.set()
                goes_on.wait(120)

        config = self.indexed(Gateway(self, urllib.parse.urlsplit(env.OPENSEARCH).port, check).url)
        self.opensearch.delete(self.index + "-2026.01.21")
        hangs.set()
        run = self.airflow.begin("access_logs_maintenance", **self.day)
        env.wait_for(replays.is_set, 120, lambda: run.log)
        run.kill()
        self.assertEqual(self.rest.get("/connectors/sink/config")["run.until"], "offsets")
        self.airflow.fail("access_logs_maintenance", "not within 8 s (params.timeout_s)", timeout_s=8, **self.day)
        self.assert_goes_on(config)
        goes_on.set()
        self.airflow.succeed("access_logs_maintenance", **self.day)
        self.assert_as_it_was(config)

    def test_maintenance_of_a_bounded_sink(self):
        """Somebody's end is not taken for what to come back to."""
        config = self.indexed(env.OPENSEARCH)
        self.rest.put("sink", {**config, "run.until": "offsets", "run.until.offsets": "%s:0:1" % self.topic})
        self.airflow.fail("access_logs_maintenance", "the sink ends its run at offsets (run.until=offsets), and not for",
                          **self.day)

    def test_maintenance_without_offsets(self):
        """Nothing is replayed, and the sink goes on."""
        self.rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index + "-%{+yyyy.MM.dd}"))
        self.airflow.fail("access_logs_maintenance", "there is nothing to replay", sink="sink", topic=self.topic,
                          index=self.index, day="2026-01-21")
        self.rest.wait_state("sink", "RUNNING", "RUNNING", 1)
