"""A third party's connectors: examples/connector, built with the installed header alone, and descriptors of other ABIs."""

import json
import os
import shutil
import subprocess

from cwtest import env, kafka
from cwtest.case import TestCase

LINES = 5000


def expected_lines(first, last):
    return ["line %d, g\u00fcltig, \"quoted\"\tand tabbed" % n for n in range(first, last)]


class ThirdParty(TestCase):
    def setUp(self):
        super().setUp()
        self.plugins = os.path.join(self.dir, "plugins")
        os.mkdir(self.plugins)

    def environ(self):
        return dict(os.environ, PKG_CONFIG_PATH=os.path.join(env.PREFIX, "lib", "pkgconfig"))

    def build(self, *command, cwd=None):
        done = subprocess.run(command, cwd=cwd, env=self.environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        return done.stdout.decode()

    def copy_example(self, to):
        shutil.copytree(os.path.join(env.TOP, "examples", "connector"), to, ignore=shutil.ignore_patterns("*.so"))

    def described(self, folder):
        """What connect-host --plugins says of a folder."""
        done = subprocess.run([os.path.join(env.PREFIX, "libexec", "connect-worker", "connect-host"), "--plugins"],
                              input=json.dumps({"worker": {"plugin.path": folder}}).encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)


class Example(ThirdParty):
    def setUp(self):
        super().setUp()
        source = os.path.join(self.dir, "source")
        self.copy_example(source)
        self.build("make", "-s", "WARNINGS=-Wall -Wextra -Wpedantic -Werror", cwd=source)
        for name in ("file-lines-source.so", "file-sink.so"):
            shutil.copy(os.path.join(source, name), self.plugins)
        self.topic = kafka.topic("example", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.input, self.output = os.path.join(self.dir, "in.txt"), os.path.join(self.dir, "out.txt")
        self.source = {"connector.class": "FileLinesSource", "file": self.input, "topic": self.topic,
                       "poll.interval.ms": "10"}
        self.sink = {"connector.class": "com.example.FileSink", "topics": self.topic, "file": self.output}

    def write(self, lines, mode="a"):
        with open(self.input, mode, encoding="utf-8") as f:
            f.writelines(line + "\n" for line in lines)

    def lines(self):
        if not os.path.exists(self.output):
            return []
        with open(self.output, encoding="utf-8") as f:
            return f.read().split("\n")[:-1]

    def arrives(self, lines):
        env.wait_for(lambda: len(self.lines()) >= len(lines), 30,
                     lambda: "%d lines arrive, there are %d" % (len(lines), len(self.lines())))
        self.assertEqual(self.lines(), lines)

    def start(self):
        return self.worker(properties={"plugin.path": self.plugins + "," + env.plugin_dir()})

    def test_lines_flow_from_file_to_file(self):
        rest = self.start().rest
        classes = {p["class"]: p for p in rest.get("/connector-plugins")}
        self.assertEqual(classes["com.example.FileLinesSource"]["type"], "source")
        self.assertEqual(classes["com.example.FileSink"]["version"], "1.0.0")
        names = [d["name"] for d in rest.get("/connector-plugins/FileSink/config")]
        self.assertEqual(names[:2], ["file", "with.position"])

        rest.create("lines", self.source)  # before the file is there
        rest.create("copy", self.sink)
        lines = expected_lines(0, LINES)
        self.write(lines)
        self.arrives(lines)
        self.assertEqual([v.decode() for v in kafka.values(self.topic)], lines)

        with open(self.input, "a", encoding="utf-8") as f:
            f.write("the begin of a line")  # given only when it is whole
        self.write([" and its end"])
        lines.append("the begin of a line and its end")
        self.arrives(lines)

    def test_position_outlives_the_worker(self):
        worker = self.start()
        self.write(expected_lines(0, 100))
        worker.rest.create("lines", self.source)
        worker.rest.create("copy", self.sink)
        self.arrives(expected_lines(0, 100))
        worker.stop()
        self.write(expected_lines(100, 200))
        worker.start()
        self.arrives(expected_lines(0, 200))

    def test_bounded_run_and_replaced_file(self):
        worker = self.start()
        self.write(expected_lines(0, 10))
        worker.rest.create("lines", self.source)
        worker.rest.create("copy", dict(self.sink, **{"with.position": "true"}))
        want = ["%s\t0\t%d\t%s" % (self.topic, i, line) for i, line in enumerate(expected_lines(0, 10))]
        self.arrives(want)
        replacement = self.input + ".new"
        with open(replacement, "w", encoding="utf-8") as f:
            f.write("after rotation\n")
        os.rename(replacement, self.input)
        self.arrives(want + ["%s\t0\t10\tafter rotation" % self.topic])

        other = dict(self.source, **{"stop.at.end": "true", "topic": self.topic + "-bounded"})
        worker.rest.create("bounded", other)
        worker.rest.wait_state("bounded", tasks="COMPLETED", n=1)
        self.addCleanup(kafka.delete, self.topic + "-bounded")
        self.assertEqual(kafka.values(self.topic + "-bounded"), [b"after rotation"])

    def test_refused_records_are_skipped_or_fail_the_task(self):
        worker = self.start()
        kafka.run("produce", self.topic, data=b"one\nzero \0 byte\ntwo\n")
        worker.rest.create("tolerant", dict(self.sink, **{"errors.tolerance": "all"}))
        self.arrives(["one", "two"])
        worker.rest.create("strict", dict(self.sink, file=self.output + ".strict"))
        status = worker.rest.wait_state("strict", tasks="FAILED", n=1)
        self.assertIn("it holds a line end or a zero byte", status["tasks"][0]["trace"])

    def test_a_batch_that_comes_again_is_counted_once(self):
        worker = self.start()
        kafka.run("produce", self.topic, data=b"one\nzero \0 byte\n")
        worker.rest.create("full", dict(self.sink, file="/dev/full", **{"errors.tolerance": "all",
                                                                        "errors.retry.delay.max.ms": "50"}))

        def number(name):
            return int(worker.rest.metrics().sum("connect_worker_task_%s_total" % name, connector="full") or 0)

        env.wait_for(lambda: number("retries") >= 4, 20, lambda: "retries, there are %d" % number("retries"))
        self.assertIn("No space left on device", worker.log)
        self.assertEqual(number("records_skipped"), 1)
        self.assertEqual(number("records"), 1)  # the other one has not been taken

    def test_wrong_configurations_are_named(self):
        rest = self.start().rest
        before = rest.listing()
        for config, words in (
            (dict(self.source, file="in.txt"), ["file", "begin with a slash"]),
            ({k: v for k, v in self.source.items() if k != "topic"}, ["topic"]),
            (dict(self.source, **{"poll.interval.ms": "0"}), ["poll.interval.ms", "0"]),
            (dict(self.sink, file=""), ["file"]),
        ):
            with self.subTest(config=config):
                answer = rest.request("POST", "/connectors", {"name": "wrong", "config": config})
                self.assertEqual(answer.status, 400, answer)
                for word in words:
                    self.assertIn(word, answer.message)
        self.assertEqual(rest.listing(), before)


class OtherAbi(ThirdParty):
    def variant(self, name, *flags):
        path = os.path.join(self.plugins, name + ".so")
        cflags = self.build("pkg-config", "--cflags", "connect-worker").split()
        self.build("cc", "-std=c11", "-shared", "-fPIC", *cflags, *flags, "-o", path,
                   os.path.join(env.TOP, "tests", "connectors", "abi_variant.c"))
        return path

    def test_newer_ones_are_refused_in_a_sentence(self):
        for name, flag, version in (("major", "-DMAJOR_MORE=1u", "2.4"), ("minor", "-DMINOR_MORE=6u", "1.10")):
            path = self.variant(name, flag)
            found = self.described(self.plugins)
            self.assertEqual([p["file"] for p in found["refused"]], [path])
            reason = found["refused"][0]["reason"]
            self.assertIn("%s: built for connector ABI %s, this worker has 1.4" % (path, version), reason)
            self.assertNotIn("\n", reason)
            self.assertEqual([p["class"] for p in found["plugins"] if p.get("file") == path], [])
            os.remove(path)

    def test_a_refused_one_is_in_the_log_and_disturbs_nobody(self):
        path = self.variant("newer", "-DMINOR_MORE=1u")
        worker = self.worker(properties={"plugin.path": self.plugins})  # the installed ones are found all the same
        classes = [p["class"] for p in worker.rest.get("/connector-plugins")]
        self.assertFalse([c for c in classes if "AbiVariant" in c], classes)
        self.assertTrue([c for c in classes if c.endswith("SyntheticLogSource")], classes)
        sentence = "%s: built for connector ABI 1.5, this worker has 1.4" % path
        env.wait_for(lambda: sentence in worker.log, 10, lambda: "%s in the log: %s" % (sentence, worker.log[-2000:]))
        answer = worker.rest.request("POST", "/connectors", {"name": "x", "config": {"connector.class": "AbiVariant"}})
        self.assertEqual(answer.status, 400, answer)
        self.assertIn("AbiVariant", answer.message)

    def test_half_a_descriptor_is_refused(self):
        path = self.variant("half", "-DOPS_BYTES=offsetof(struct cw_connector_ops, poll)")
        found = self.described(self.plugins)
        self.assertEqual([p["file"] for p in found["refused"]], [path])
        self.assertIn("poll", found["refused"][0]["reason"])

    def test_rows_of_another_size_are_read_right(self):
        self.variant("wide", "-DWIDE_ROWS")
        worker = self.worker(properties={"plugin.path": self.plugins})
        names = [d["name"] for d in worker.rest.get("/connector-plugins/AbiVariant/config")]
        self.assertEqual(names[:2], ["word", "number"])
        worker.rest.create("wide", {"connector.class": "AbiVariant", "word": "spoken", "number": "42"})
        worker.rest.wait_state("wide", tasks="COMPLETED", n=1)
        self.assertIn("abi variant: spoken 42", worker.log)
