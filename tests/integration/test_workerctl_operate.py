"""workerctl against a worker: labels, logs, loggers, topics, offsets of a time, top; on a terminal too."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from cwtest import env, kafka, pipeline
from cwtest.case import deadline
from cwtest.ctl import CtlCase


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, test, args, width=100, rows=40):
        self.shown = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            command = ["sh", "-c", 'stty cols %d rows %d; exec "$@"' % (width, rows), "sh", env.program("workerctl")] + args
            os.execvpe("sh", command, dict(test.environ(), TERM="xterm"))
        test.addCleanup(self.end)

    def read(self):
        if not select.select([self.fd], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other side is gone
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end and self.read():
            pass
        if text not in self.shown:
            raise AssertionError("%r does not come; there is:\n%s" % (text, self.shown))

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def resize(self, width, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))

    def status(self, seconds=20):
        """The exit status, after all that is shown."""
        end = time.monotonic() + seconds
        while self.read() and time.monotonic() < end:
            pass
        pid, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def end(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class Operate(CtlCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("operate", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.running = self.worker()
        self.rest = self.running.rest
        self.config = pipeline.source(self.topic, 10 ** 9, rate=100)

    def labelled(self):
        for name, labels in (("a", {"team": "search"}), ("b", {"team": "search", "env": "test"}), ("c", {})):
            config = dict(self.config, **{"label." + k: v for k, v in labels.items()})
            self.rest.create(name, config, initial_state="STOPPED")

    def test_labels(self):
        self.labelled()
        self.assertEqual(self.run_ctl("get", "connectors", "-q", "-l", "team=search"), "a\nb\n")
        self.assertIn("env=test,team=search", self.run_ctl("get", "connectors", "-o", "wide"))
        self.run_ctl("resume", "-l", "team=search,env!=test", "--wait")
        self.assertEqual([self.rest.status(n)["connector"]["state"] for n in "abc"], ["RUNNING", "STOPPED", "STOPPED"])
        self.run_ctl("patch", "-l", "team=search", "label.team=", "label.owner=me")
        self.assertIn("no connector has the labels team=search", self.run_ctl("stop", "-l", "team=search", status=3))
        self.assertEqual(self.run_ctl("delete", "-l", "owner"), "a deleted\nb deleted\n")
        self.assertEqual(self.rest.get("/connectors"), ["c"])

    def test_labels_are_no_unknown_keys(self):
        infos = self.rest.expect(200, "PUT", "/connector-plugins/%s/config/validate" % pipeline.SOURCE_CLASS,
                                 dict(self.config, **{"name": "x", "label.team": "search", "labl.team": "x"})).json
        self.assertEqual(infos["error_count"], 0)
        self.assertEqual(infos["warnings"], ['unknown key "labl.team" is ignored; did you mean "label.team"?'])
        label, = (c for c in infos["configs"] if c["value"]["name"] == "label.team")
        self.assertEqual((label["definition"]["group"], label["value"]["value"]), ("Labels", "search"))
        path = self.file("x.json", {"name": "x", "config": dict(self.config, **{"label.a b": "x,y"})})
        self.assertIn("has only letters, digits", self.run_ctl("create", path, status=1))

    def test_logs(self):
        self.rest.create("src", self.config)
        self.run_ctl("wait", "src")
        env.wait_for(lambda: "generates records" in self.run_ctl("logs", "src"), 20, "the task's line")
        self.assertRegex(self.run_ctl("logs", "src"), r"(?m)^20\S+Z INFO  task 0: .*generates records")
        self.assertEqual(len(self.run_ctl("logs", "src", "-n", "2").splitlines()), 2)
        self.assertEqual(self.run_ctl("logs", "src", "--level=error"), "")
        self.assertIn("message", json.loads(self.run_ctl("logs", "src", "-o", "json"))[0])
        self.assertIn("did you mean src?", self.run_ctl("logs", "scr", status=3))
        self.assertIn("generates records", self.run_ctl("describe", "src").split("\nEvents\n")[1])

    def test_logs_are_followed_on_a_terminal_until_ctrl_c(self):
        self.rest.create("src", self.config)
        self.run_ctl("wait", "src")
        terminal = Terminal(self, ["logs", "src", "-f"])
        terminal.until("generates records")
        self.rest.expect(202, "PUT", "/connectors/src/pause")
        terminal.until("PAUSED")
        os.kill(self.running.host("src"), signal.SIGKILL)
        terminal.until("\033[31mERROR\033[0m")
        terminal.type("\003")
        self.assertEqual(terminal.status(), 0, terminal.shown)
        self.assertTrue(terminal.shown.endswith("\n"), terminal.shown)

    def follow(self):
        """workerctl logs -f src, once it has shown the first line."""
        process = subprocess.Popen([env.program("workerctl"), "logs", "src", "-f", "-o", "json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environ())
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertIn("message", json.loads(process.stdout.readline()))
        return process

    def test_logs_end_with_their_connector(self):
        self.rest.create("src", self.config)
        process = self.follow()
        self.rest.delete("src")
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertIn("deleted", json.loads(out.splitlines()[-1])["message"])

    def test_a_worker_that_goes_away_is_said(self):
        self.rest.create("src", self.config)
        processes = [self.follow(), self.follow()]
        processes[0].send_signal(signal.SIGINT)
        self.assertEqual(processes[0].wait(20), 0)
        self.running.stop()
        self.assertIn(b"workerctl: the worker at %s has ended\n" % self.running.url.encode(),
                      processes[1].communicate(timeout=20)[1])
        self.assertEqual(processes[1].returncode, 6)
        self.running.start()
        process = self.follow()
        self.running.kill()
        self.assertIn(b"workerctl: the worker is gone: ", process.communicate(timeout=20)[1])
        self.assertEqual(process.returncode, 6)

    def test_loggers(self):
        self.rest.create("src", self.config, initial_state="STOPPED")
        self.assertRegex(self.run_ctl("get", "loggers"), r"connectors\.src +INFO +-")
        self.assertEqual(self.run_ctl("loggers", "set", "connectors", "debug"),
                         "connectors level DEBUG\nconnectors.src level DEBUG\n")
        self.assertEqual(self.run_ctl("loggers", "set", "worker", "WARN", "--scope=cluster"), "worker level WARN\n")
        loggers = json.loads(self.run_ctl("loggers", "get", "-o", "json"))
        self.assertEqual({k: v["level"] for k, v in loggers.items()},
                         {"connectors": "DEBUG", "connectors.src": "DEBUG", "root": "INFO", "worker": "WARN"})
        self.assertIn("that of the connector is connectors.src",
                      self.run_ctl("loggers", "set", "src", "INFO", status=3))
        self.assertIn("LOUD is no level; there are OFF, FATAL, ERROR,",
                      self.run_ctl("loggers", "set", "root", "LOUD", status=2))

    def test_topics(self):
        self.rest.create("src", dict(self.config, count="10"))
        self.run_ctl("wait", "src", "--for=COMPLETED")
        env.wait_for(lambda: self.topic in self.run_ctl("get", "topics"), 20, "the topic that was used")
        self.assertEqual(self.run_ctl("get", "topics", "s*", "-q"), self.topic + "\n")
        self.assertEqual(self.run_ctl("topics", "reset", "src"), "src topics reset\n")
        self.assertEqual(self.run_ctl("get", "topics"), "no topics\n")
        self.assertIn("Connector scr not found (did you mean src?)", self.run_ctl("topics", "reset", "scr", status=3))

    def test_offsets_of_a_time(self):
        kafka.produce(self.topic, [b"a"] * 5)
        first = max(r.timestamp for r in kafka.records(self.topic))
        env.wait_for(lambda: time.time() * 1000 > first + 1, 5, "the next millisecond", 0.001)
        kafka.produce(self.topic, [b"b"] * 5)
        self.rest.create("k", {"connector.class": pipeline.SINK_CLASS, "topics": self.topic,
                               "connection.url": "http://127.0.0.1:1"}, initial_state="STOPPED")
        shown = self.run_ctl("offsets", "to-time", "k", str(first + 1), "--dry-run")
        self.assertRegex(shown, r"%s:0 +none +5" % self.topic)
        self.assertIn("no offsets", self.run_ctl("offsets", "get", "k"))
        self.run_ctl("offsets", "to-time", "k", str(first + 1))
        self.assertRegex(self.run_ctl("offsets", "get", "k"), r"%s:0 +5" % self.topic)
        self.run_ctl("offsets", "to-time", "k", "-1h", self.topic + ":0")
        self.assertRegex(self.run_ctl("offsets", "get", "k"), r"%s:0 +0" % self.topic)
        self.run_ctl("offsets", "to-time", "k", "2099-01-21T22:23:40+02:00")
        self.assertRegex(self.run_ctl("offsets", "get", "k"), r"%s:0 +10" % self.topic)
        self.assertIn("yesterday is no time; it is such as 2026-01-21T22:23:40Z",
                      self.run_ctl("offsets", "to-time", "k", "yesterday", status=2))
        self.run_ctl("resume", "k")
        self.assertIn("Try 'workerctl stop k --wait'", self.run_ctl("offsets", "to-time", "k", "0", status=1))
        self.rest.create("src", self.config, initial_state="STOPPED")
        self.assertIn("connector src is a source", self.run_ctl("offsets", "to-time", "src", "0", status=1))

    def test_offsets_of_a_time_in_topics_by_pattern(self):
        self.rest.create("k", {"connector.class": pipeline.SINK_CLASS, "topics.regex": self.topic + ".*",
                               "connection.url": "http://127.0.0.1:1"}, initial_state="STOPPED")
        kafka.produce(self.topic, [b"a"] * 3)
        self.run_ctl("offsets", "to-time", "k", "-0s")
        self.assertRegex(self.run_ctl("offsets", "get", "k"), r"%s:0 +3" % self.topic)
        name = env.unique("missing")
        self.rest.create("none", {"connector.class": pipeline.SINK_CLASS, "topics": name,
                                  "connection.url": "http://127.0.0.1:1"}, initial_state="STOPPED")
        for _ in range(2):  # it was not made by asking
            self.assertIn("reads no topic that is there yet", self.run_ctl("offsets", "to-time", "none", "0", status=1))

    def test_top(self):
        self.rest.create("busy", dict(self.config, **{"records.per.second": "0"}))
        self.rest.create("idle", self.config, initial_state="STOPPED")
        self.run_ctl("wait", "busy")
        env.wait_for(lambda: (self.rest.metrics().sum("connect_worker_task_records_total", connector="busy") or 0) > 0,
                     20, "records are counted")
        metrics = json.loads(self.run_ctl("top", "-o", "json"))["busy"]["metrics"]
        self.assertGreater(metrics["records_per_second"], 0)
        self.assertGreater(metrics["cpu_percent"], 0)
        self.assertGreater(metrics["resident_memory_bytes"], 10 ** 6)
        text = self.run_ctl("top")
        self.assertRegex(text, r"(?m)^busy +RUNNING +1 +[0-9,]+ +\S+ .B/s +\S+ +\S+ +[0-9.]+ % +[0-9.]+ MB$")
        self.assertRegex(text, r"(?m)^idle +STOPPED +0 +- +- +- +- +- +-$")
        self.assertEqual(self.run_ctl("top", "i*", "-q"), "idle\n")
        own = self.rest.metrics()
        self.assertGreater(own.sum("process_resident_memory_bytes"), 10 ** 6)
        self.assertGreater(own.sum("process_cpu_seconds_total"), 0)

    @deadline(60)
    def test_top_on_a_terminal(self):
        self.rest.create("src", self.config)
        self.run_ctl("wait", "src")
        terminal = Terminal(self, ["top", "--interval=0.2"])
        terminal.until("\033[32mRUNNING\033[0m")
        terminal.until("MB")
        terminal.type("\003")
        self.assertEqual(terminal.status(), -signal.SIGINT)
        # The first lines stay on a screen that is too small for all, until it becomes larger.
        for name in "x", "y", "z":
            self.rest.create(name, self.config, initial_state="STOPPED")
        terminal = Terminal(self, ["top", "--interval=0.2"], rows=5)
        terminal.until("… 3 more lines")
        self.assertIn("src ", terminal.shown)
        self.assertNotIn("\nx ", terminal.shown)
        terminal.resize(100, 20)
        terminal.until("\nz ")
        terminal.type("\003")
        self.assertEqual(terminal.status(), -signal.SIGINT)
