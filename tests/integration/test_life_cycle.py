"""The life of a connector, over REST."""

import json
import os
import signal

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Worker, alive

RATE = 500


class LifeCycle(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("life", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.config = pipeline.source(self.topic, 0, rate=RATE)

    def flows(self, at_least=50):
        """Waits until that many more records are in the topic."""
        before = sum(kafka.end_offsets(self.topic).values())
        env.wait_for(lambda: sum(kafka.end_offsets(self.topic).values()) >= before + at_least, 20,
                     "records flow into " + self.topic)

    def assert_still(self, seconds=1.5):
        """No record arrives during that time, in which a running source would write hundreds."""
        before = kafka.end_offsets(self.topic)

        def moved():
            return kafka.end_offsets(self.topic) != before

        try:
            env.wait_for(moved, seconds, "nothing")
        except AssertionError:
            return
        self.fail("records flow though nothing should run: %s, then %s" % (before, kafka.end_offsets(self.topic)))

    def exact_prefix(self):
        """What the topic holds are the first lines of the source, each once, none left out."""
        values = kafka.values(self.topic)
        expected = pipeline.lines_of(dict(self.config, count=str(len(values))))
        self.assertEqual(pipeline.difference(expected, values), "")

    def test_create_list_read_delete(self):
        rest = self.worker().rest
        self.assertEqual(rest.get("/connectors"), [])
        answer = rest.expect(201, "POST", "/connectors", {"name": "src", "config": self.config})
        self.assertTrue(answer.headers["Location"].endswith("/connectors/src"), answer.headers)
        self.assertEqual(answer.json["config"], dict(self.config, name="src"))
        self.assertEqual(answer.json["type"], "source")
        self.assertEqual(rest.get("/connectors"), ["src"])
        status = rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.assertEqual([t["id"] for t in status["tasks"]], [0])
        info = rest.get("/connectors/src")
        self.assertEqual(info["tasks"], [{"connector": "src", "task": 0}])
        self.assertEqual(rest.get("/connectors/src/config"), dict(self.config, name="src"))
        tasks = rest.get("/connectors/src/tasks")
        self.assertEqual(tasks[0]["id"], {"connector": "src", "task": 0})
        self.assertEqual(tasks[0]["config"]["topic"], self.topic)
        self.assertEqual(rest.get("/connectors/src/tasks/0/status")["state"], "RUNNING")
        both = rest.get("/connectors?expand=info&expand=status")
        self.assertEqual(sorted(both["src"]), ["info", "status"])
        self.flows()
        rest.delete("src")
        self.assertEqual(rest.get("/connectors"), [])
        self.assert_still()
        self.assertEqual(rest.expect(404, "DELETE", "/connectors/src").message, "Connector src not found")

    def test_pause_resume_stop(self):
        rest = self.worker().rest
        rest.create("src", self.config)
        self.flows()
        rest.action("src", "pause")
        rest.action("src", "pause")
        rest.wait_state("src", connector="PAUSED", tasks="PAUSED", n=1)
        self.assert_still()
        rest.action("src", "resume")
        rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.flows()
        rest.action("src", "stop")
        rest.wait_state("src", connector="STOPPED", n=0)
        self.assertEqual(rest.get("/connectors/src/tasks"), [])
        self.assert_still()
        rest.action("src", "resume")
        rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.flows()
        rest.action("src", "stop")
        rest.wait_state("src", connector="STOPPED", n=0)
        self.exact_prefix()

    def test_initial_states(self):
        rest = self.worker().rest
        rest.create("paused", self.config, initial_state="PAUSED")
        rest.create("stopped", self.config, initial_state="stopped")
        rest.wait_state("paused", connector="PAUSED", n=0)
        rest.wait_state("stopped", connector="STOPPED", n=0)
        self.assert_still()
        rest.action("stopped", "resume")
        rest.wait_state("stopped", connector="RUNNING", tasks="RUNNING", n=1)
        self.flows()

    def test_restart(self):
        worker = self.worker()
        rest = worker.rest
        rest.create("src", self.config)
        rest.wait_state("src", tasks="RUNNING", n=1)
        self.flows()
        self.assertEqual(rest.restart("src").status, 204)
        answer = rest.restart("src", "?includeTasks=true")
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.json["tasks"][0]["state"], "RESTARTING")
        rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.flows()
        rest.expect(204, "POST", "/connectors/src/tasks/0/restart")
        rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.flows()
        self.assertEqual(rest.restart_failed("src").status, 202)
        rest.action("src", "stop")
        rest.wait_state("src", connector="STOPPED", n=0)
        self.exact_prefix()

    def test_unchanged_put_restarts_nothing(self):
        worker = self.worker()
        rest = worker.rest
        self.assertEqual(rest.put("src", self.config).status, 201)
        rest.wait_state("src", tasks="RUNNING", n=1)
        self.flows()
        host = worker.host("src")
        self.assertEqual(rest.put("src", self.config).status, 200)
        self.flows()
        self.assertEqual(worker.host("src"), host)
        self.assertTrue(alive(host))
        self.assertEqual(rest.task_states("src"), ["RUNNING"])
        self.assertEqual(rest.metrics().sum("connect_worker_task_restarts_total", connector="src") or 0, 0)

    def test_changed_put_and_patch(self):
        rest = self.worker().rest
        other = kafka.topic("life-other", 1)
        self.addCleanup(kafka.delete, other)
        rest.create("src", self.config)
        self.flows()
        rest.put("src", dict(self.config, topic=other))
        env.wait_for(lambda: kafka.count(other) > 50, 20, "records in the other topic")
        self.assert_still()
        answer = rest.expect(200, "PATCH", "/connectors/src/config", {"topic": self.topic, "records.per.second": None})
        self.assertNotIn("records.per.second", answer.json["config"])
        self.flows()

    def test_survives_a_restart_of_the_worker(self):
        worker = self.worker()
        rest = worker.rest
        rest.create("runs", self.config)
        rest.create("paused", self.config, initial_state="PAUSED")
        rest.create("stopped", self.config, initial_state="STOPPED")
        self.flows()
        host = worker.host("runs")
        self.assertEqual(worker.stop(), 0)
        self.assertFalse(alive(host))
        self.assert_still()
        worker.start()
        self.assertEqual(sorted(rest.get("/connectors")), ["paused", "runs", "stopped"])
        rest.wait_state("runs", connector="RUNNING", tasks="RUNNING", n=1)
        rest.wait_state("paused", connector="PAUSED")
        rest.wait_state("stopped", connector="STOPPED", n=0)
        self.flows()
        self.assertEqual(rest.get("/connectors/runs/config"), dict(self.config, name="runs"))
        worker.stop()
        # A clean stop commits what was written: nothing is written again after it.
        self.exact_prefix()

    def test_two_workers_on_one_state(self):
        first = self.worker()
        first.rest.create("src", self.config)
        self.flows()
        second = Worker(self, "second", state=first.state)
        second.spawn_worker()
        status = second.wait(10)
        self.assertNotEqual(status, 0)
        self.assertIn(first.properties["offset.storage.file.filename"], second.log)
        self.assertIn(str(first.pid), second.log)
        self.flows()
        self.assertEqual(first.rest.task_states("src"), ["RUNNING"])
        first.stop()
        second.start()
        self.assertEqual(second.rest.get("/connectors"), ["src"])

    def test_second_sigterm_ends_at_once(self):
        hung = Worker(self, "hung", properties={"task.shutdown.graceful.timeout.ms": "60000"}).start()
        kafka.produce(self.topic, [b"x"] * 10)
        hung.rest.create("hang", {"connector.class": "HangSink", "topics": self.topic, "hang.in": "put"})
        hung.rest.wait_state("hang", tasks="RUNNING", n=1)
        env.wait_for(lambda: pipeline.received(hung.rest, "hang") > 0, 10, "it has received records, and hangs")
        host = hung.host("hang")
        hung.signal(signal.SIGTERM)
        env.wait_for(lambda: "stop" in hung.log.lower(), 10, "the worker says that it stops")
        self.assertTrue(hung.running())
        hung.signal(signal.SIGTERM)
        hung.wait(5)
        env.wait_for(lambda: not alive(host), 5, "the hanging host is gone")

    def test_sigterm_while_connector_files_are_applied(self):
        """It is the first request to end, and drains what runs already."""
        files = []
        for i in range(8):
            files.append(os.path.join(self.dir, "%d.properties" % i))
            with open(files[i], "w", encoding="utf-8") as f:
                f.writelines("%s=%s\n" % kv for kv in dict(self.config, name=i).items())
        worker = Worker(self, files=files)
        worker.spawn_worker()
        env.wait_for(lambda: "[0|task-0] RUNNING" in worker.log, 20, "the first of them runs", 0.002)
        self.assertNotIn("[7] created", worker.log)
        worker.signal(signal.SIGTERM)
        self.assertEqual(worker.wait(20), 0)
        self.assertIn("the worker ends before all connector files are applied: ", worker.log)
        self.assertNotIn("at once", worker.log)

    def test_bounded_source_completes(self):
        rest = self.worker().rest
        config = pipeline.source(self.topic, 1001, tasks=2)
        rest.create("src", config)
        rest.wait_state("src", connector="RUNNING", tasks="COMPLETED", n=2)
        pipeline.assert_topic(self, self.topic, config)
        offsets = rest.get("/connectors/src/offsets")["offsets"]
        self.assertEqual(len(offsets), 2)

    def test_plugins(self):
        rest = self.worker().rest
        plugins = rest.get("/connector-plugins")
        types = {p["class"].rsplit(".", 1)[-1]: p["type"] for p in plugins}
        self.assertEqual(types.get("SyntheticLogSource"), "source")
        self.assertEqual(types.get("AccessLogElasticsearchSink"), "sink")
        keys = [d["name"] for d in rest.get("/connector-plugins/SyntheticLogSource/config")]
        self.assertIn("records.per.second", keys)
        answer = rest.expect(200, "PUT", "/connector-plugins/SyntheticLogSource/config/validate",
                             {"connector.class": "SyntheticLogSource", "name": "x", "count": "many"}).json
        # count is no number, and null as a number; there is no topic
        self.assertEqual(answer["error_count"], 3, answer)
        errors = {c["value"]["name"]: c["value"]["errors"] for c in answer["configs"] if c["value"] and c["value"]["errors"]}
        self.assertEqual(sorted(errors), ["count", "topic"])


class ConfigFiles(TestCase):
    """Connector files on the command line: each is applied like a PUT of its configuration."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("files", 1)
        self.addCleanup(kafka.delete, self.topic)

    def file(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def test_three_forms(self):
        common = {"connector.class": "SyntheticLogSource", "topic": self.topic, "count": "100"}
        files = [
            self.file("a.properties", "# a comment\nname = a\n" + "".join("%s: %s\n" % kv for kv in common.items())),
            self.file("b.json", '{"name": "b", "config": {%s}}' % ", ".join('"%s": "%s"' % kv for kv in common.items())),
            self.file("c.json", '{"name": "c", %s}' % ", ".join('"%s": "%s"' % kv for kv in common.items())),
        ]
        worker = Worker(self, files=files).start()
        env.wait_for(lambda: sorted(worker.rest.get("/connectors")) == ["a", "b", "c"], 10, "three connectors")
        for name in "abc":
            worker.rest.wait_state(name, tasks="COMPLETED", n=1)
            self.assertEqual(worker.rest.get("/connectors/%s/config" % name), dict(common, name=name))
        self.assertEqual(kafka.count(self.topic), 300)
        worker.restart()
        # the same files again: nothing changes, and completed connectors have nothing left to write
        for name in "abc":
            worker.rest.wait_state(name, tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(self.topic), 300)

    def test_unknown_keys_are_named(self):
        worker = Worker(self, properties={"offset.flush.intervall.ms": "1000"}).start()
        env.wait_for(lambda: "offset.flush.intervall.ms" in worker.log, 5, "a warning")
        line = next(l for l in worker.log.splitlines() if "offset.flush.intervall.ms" in l)
        self.assertIn("WARN", line)
        self.assertIn("offset.flush.interval.ms", line.replace("offset.flush.intervall.ms", ""))

    def test_json_log_lines(self):
        worker = Worker(self, properties={"log.format": "json"}).start()
        worker.rest.create("src", {"connector.class": "SyntheticLogSource", "topic": self.topic, "count": "10"})
        worker.rest.wait_state("src", tasks="COMPLETED", n=1)
        worker.stop()
        lines = [json.loads(line) for line in worker.log.splitlines()]
        self.assertTrue(lines)
        self.assertTrue(any(line.get("connector") == "src" for line in lines), worker.log)
