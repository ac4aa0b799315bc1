"""workerctl against a worker: every command, what it prints, and its exit status."""

import json
import os
import subprocess
import threading

from cwtest import env, kafka, pipeline
from cwtest.ctl import CtlCase


class Workerctl(CtlCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("ctl", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.config = pipeline.source(self.topic, 0, rate=200)
        self.running = self.worker()
        self.rest = self.running.rest

    def test_life_of_a_connector(self):
        self.assertIn("no connectors", self.run_ctl("list"))
        src = self.file("src.json", {"name": "src", "config": self.config})
        self.assertIn("created", self.run_ctl("create", src))
        self.assertIn("already exists", self.run_ctl("create", src, status=4))
        self.assertIn("RUNNING", self.run_ctl("wait", "src"))
        self.assertEqual(self.run_ctl("list", "-q"), "src\n")
        self.assertRegex(self.run_ctl("list"), r"src +source +RUNNING +1 ")
        for verb, state in (("pause", "PAUSED"), ("resume", "RUNNING"), ("stop", "STOPPED"), ("resume", "RUNNING")):
            self.run_ctl(verb, "src")
            self.run_ctl("wait", "src", "--for=" + state)
            self.assertEqual(self.rest.status("src")["connector"]["state"], state)
        self.run_ctl("restart", "src", "--include-tasks")
        self.run_ctl("wait", "src")
        self.assertIn("Unknown task", self.run_ctl("restart", "src", "--task=7", status=3))
        self.run_ctl("delete", "src")
        self.assertEqual(self.rest.get("/connectors"), [])
        self.assertIn("not found", self.run_ctl("delete", "src", status=3))

    def test_apply(self):
        src = self.file("src.json", {"name": "src", "config": self.config})
        other = self.file("other.properties", "name=other\n" + "".join("%s=%s\n" % kv for kv in self.config.items()))
        self.assertIn("src created", self.run_ctl("apply", src))
        text = self.run_ctl("apply", src, other)
        self.assertIn("src unchanged", text)
        self.assertIn("other created", text)
        self.file("src.json", {"name": "src", "config": dict(self.config, **{"records.per.second": "300"})})
        self.assertIn("src updated", self.run_ctl("apply", src))
        self.assertEqual(self.rest.get("/connectors/src/config")["records.per.second"], "300")

    def test_show_goes_back_through_apply(self):
        self.rest.create("src", self.config, initial_state="STOPPED")
        for args, name in (((), "again.properties"), (("-o", "json"), "again.json")):
            path = self.file(name, self.run_ctl("show", "src", *args))
            self.assertIn("src unchanged", self.run_ctl("apply", path))

    def test_status(self):
        self.rest.create("src", self.config)
        env.wait_for(lambda: "RUNNING" in self.run_ctl("status", "src"), 10, "it runs")
        env.wait_for(lambda: (self.rest.metrics().sum("connect_worker_task_records_total", connector="src") or 0) > 0,
                     10, "records are counted")
        self.assertRegex(self.run_ctl("status"), r"src +source +RUNNING +1 RUNNING +[0-9]")
        looks = self.run_ctl("status", "--watch", "--count=3", "--interval=0.3").splitlines()
        self.assertEqual(len(looks), 3)
        self.assertTrue(all("src RUNNING" in look for look in looks), looks)
        status = json.loads(self.run_ctl("status", "-o", "json", "src"))
        self.assertEqual(status["connector"]["state"], "RUNNING")

    def test_failed_tasks_show_in_the_exit_status(self):
        self.rest.create("crash", {"connector.class": "CrashSource", "topic": self.topic})
        self.rest.wait_state("crash", tasks="FAILED", n=1)
        self.assertIn("FAILED", self.run_ctl("status", "crash", status=8))
        self.assertIn("crash_on_purpose", self.run_ctl("status", "crash", status=8))

    def test_wait_for_what_does_not_come(self):
        self.rest.create("src", self.config)
        self.run_ctl("wait", "src", "--for=COMPLETED", "--timeout=1", status=5)

    def test_wait_sees_a_bounded_run_complete(self):
        self.rest.create("src", dict(self.config, count="300"))
        self.run_ctl("wait", "src", "--for=COMPLETED", "--timeout=30")
        self.assertEqual(kafka.count(self.topic), 300)

    def test_plugins_and_validate(self):
        names = self.run_ctl("plugins", "-q").split()
        self.assertIn("io.connectworker.SyntheticLogSource", names)
        self.assertIn("records.per.second", self.run_ctl("plugin", "SyntheticLogSource"))
        good = self.file("good.json", {"name": "src", "config": self.config})
        self.assertIn("valid", self.run_ctl("validate", good))
        bad = self.file("bad.json", {"name": "src", "config": dict(self.config, count="many")})
        self.assertIn("count", self.run_ctl("validate", bad, status=1))
        self.assertEqual(self.rest.get("/connectors"), [])

    def test_wrong_usage(self):
        for args in ((), ("frobnicate",), ("pause",), ("list", "--fast"), ("wait", "x", "--for=ASLEEP"),
                     ("list", "-o", "xml"), ("create", "/nonexistent.json"), ("status", "--interval=often")):
            with self.subTest(args):
                self.run_ctl(*args, status=2)

    def test_no_worker(self):
        self.assertIn("127.0.0.1:9", self.run_ctl("list", status=6, url="http://127.0.0.1:9"))
        self.assertIn("healthy", self.run_ctl("health"))

    def test_names_that_need_escaping(self):
        for name in ("with space", "ünï;cödé", "a%41"):
            with self.subTest(name):
                path = self.file("odd.json", {"name": name, "config": self.config})
                self.run_ctl("create", path, "--state=STOPPED")
                self.run_ctl("wait", name, "--for=STOPPED")
                self.run_ctl("delete", name)

    def test_many_at_once(self):
        """Commands of several people do not get in each other's way: one of eight creates wins."""
        path = self.file("src.json", {"name": "src", "config": self.config})
        results = []

        def create():
            done = subprocess.run([env.program("workerctl"), "--url", self.running.url, "create", path],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False)
            results.append(done.returncode)

        threads = [threading.Thread(target=create) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), [0] + [4] * 7)

    def test_changes_that_wait(self):
        src = self.file("src.json", {"name": "src", "config": self.config})
        self.assertIn("src created", self.run_ctl("apply", "-f", src, "--wait"))
        for verb, state in (("pause", "PAUSED"), ("resume", "RUNNING"), ("stop", "STOPPED"), ("resume", "RUNNING")):
            self.assertEqual(self.run_ctl(verb, "s*", "--wait"), "src %s\n" % state)
            self.assertEqual(self.rest.status("src")["connector"]["state"], state)
        self.assertEqual(self.run_ctl("restart", "src", "--tasks", "--wait"), "src RUNNING\n")
        self.run_ctl("patch", "src", "count=10", "records.per.second=0", "--wait")
        self.run_ctl("wait", "src", "--for=COMPLETED")
        crash = self.file("crash.json", {"name": "crash", "config": {"connector.class": "CrashSource",
                                                                     "topic": self.topic}})
        self.run_ctl("create", crash)
        self.run_ctl("wait", "crash", "--for=FAILED")
        self.assertIn("crash_on_purpose", self.run_ctl("wait", "src", "crash", status=8))

    def test_a_folder_is_applied(self):
        self.file("all/src.json", {"name": "src", "config": dict(self.config, topic="${TOPIC}")})
        self.file("all/two.properties", "".join("%s=%s\n" % kv for kv in self.config.items()) + "name=two\n")
        os.environ["TOPIC"] = self.topic
        self.addCleanup(os.environ.pop, "TOPIC")
        self.rest.create("old", self.config, initial_state="STOPPED")
        text = self.run_ctl("apply", "-f", "all", "--diff", "--dry-run", "--prune")
        self.assertIn("src would be created", text)
        self.assertIn("+ topic=" + self.topic, text)
        self.assertIn("old would be deleted", text)
        self.assertEqual(self.rest.get("/connectors"), ["old"])
        self.run_ctl("apply", "-f", "all", "--prune", "--wait")
        self.assertEqual(sorted(self.rest.get("/connectors")), ["src", "two"])
        self.assertEqual(self.run_ctl("apply", "-f", "all"), "src unchanged\ntwo unchanged\n")
        self.file("all/src.json", {"name": "src", "config": dict(self.config, count="many")})
        self.assertIn("all/src.json: ", self.run_ctl("apply", "-f", "all", status=1))

    def test_offsets(self):
        self.rest.create("src", self.config)
        env.wait_for(lambda: json.loads(self.run_ctl("offsets", "export", "src"))["offsets"], 20, "offsets are stored")
        self.assertIn("Try 'workerctl stop src --wait'", self.run_ctl("offsets", "reset", "src", status=1))
        self.run_ctl("stop", "src", "--wait")
        kept = self.run_ctl("offsets", "export", "src")
        self.assertIn("none", self.run_ctl("offsets", "reset", "src", "--dry-run"))
        self.run_ctl("offsets", "reset", "src")
        self.assertEqual(json.loads(self.run_ctl("offsets", "export", "src")), {"offsets": []})
        self.run_ctl("offsets", "import", "src", "-f", "-", data=kept)
        self.assertEqual(json.loads(self.run_ctl("offsets", "export", "src")), json.loads(kept))
