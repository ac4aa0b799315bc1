"""What the benchmark measures with: the sink, the bare loops, the product, and clocks of processes."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

from cwtest import env
from cwtest.process import Worker, pss_bytes

PARTITIONS = 4
STEP_S = 300


class Wrong(Exception):
    """What was measured is not what should have happened: the figures are worth nothing."""


def cpu_seconds(pid):
    """User and system time of all threads of a process so far, by its own CPU clock (ns); None when it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return None


def peak_mb(pid):
    """The most resident memory that a process had (VmHWM); None when it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def started_at(pid):
    """When a process started, in seconds since the epoch; the kernel knows it to 10 ms."""
    with open("/proc/%d/stat" % pid) as f:
        ticks = int(f.read().rpartition(")")[2].split()[19])
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - age


def median(values):
    values = sorted(v for v in values if v is not None)
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def medians(rounds):
    """The median of each figure of several rounds."""
    return {key: median([r.get(key) for r in rounds]) for key in {k: None for r in rounds for k in r}}


class Bench:
    """Owns everything that a run starts; close() ends and removes it. Also what cwtest's processes take for a test."""

    def __init__(self, options):
        self.options = options
        self.dir = tempfile.mkdtemp(prefix="cw-bench-")
        self.cleanups = []
        self.numbers = 0
        self._worker = None
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def addCleanup(self, function, *args, **named):  # the name that unittest gives it
        self.cleanups.append((function, args, named))

    def close(self):
        while self.cleanups:
            function, args, named = self.cleanups.pop()
            function(*args, **named)

    def log_file(self, name):
        return os.path.join(self.dir, name + ".log")

    def id(self):
        return "bench.bench"

    def name(self, word):
        """A name that nothing else on the broker has."""
        self.numbers += 1
        return "bench-%x-%s-%d" % (os.getpid(), word, self.numbers)

    def program(self, name):
        return os.path.join(self.options.build, name)

    def run(self, name, *args, check=True):
        """A program of the benchmark, to its end; its output."""
        done = subprocess.run([self.program(name)] + [str(a) for a in args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=STEP_S, check=False)
        if check and done.returncode != 0:
            raise Wrong("%s ended with status %d: %s" % (name, done.returncode, done.stderr.decode().strip()))
        return done.stdout.decode()

    # -- Kafka

    def topic(self, word="topic", settings=()):
        name = self.name(word)
        self.run("topic_tool", env.KAFKA, "create", name, PARTITIONS, *settings)
        self.addCleanup(self.run, "topic_tool", env.KAFKA, "delete", name, check=False)
        return name

    def filled_topic(self, records):
        topic = self.topic("lines")
        self.run("bare_produce", "--brokers", env.KAFKA, "--topic", topic, "--count", records, "--gated")
        return topic

    def timed_topic(self):
        """A topic whose broker notes when each batch arrived."""
        return self.topic("out", ["message.timestamp.type=LogAppendTime"])

    def count(self, topic):
        return int(self.run("topic_tool", env.KAFKA, "count", topic))

    def span(self, topic):
        return json.loads(self.run("topic_tool", env.KAFKA, "span", topic))

    def produce_stamped(self, topic, rate, seconds):
        """Starts a steady stream of lines that carry the time."""
        return subprocess.Popen([self.program("bare_produce"), "--brokers", env.KAFKA, "--topic", topic, "--count",
                                 str(rate * seconds), "--rate", str(rate), "--stamp", "--linger-ms", "0"],
                                stdout=subprocess.DEVNULL)

    # -- the store

    def sink(self, *settings):
        return Sink(self, settings)

    # -- the product

    @property
    def worker(self):
        """One connect-worker for the whole run."""
        if self._worker is None:
            plugins = os.path.join(self.dir, "plugins")
            os.mkdir(plugins)
            shutil.copy(self.program(".libs/json-sink.so"), plugins)
            self._worker = Worker(self, "worker", {"plugin.path": env.plugin_dir() + "," + plugins}).start()
        return self._worker


class Sink:
    """A bulksink process; settings are "name=value"."""

    def __init__(self, bench, settings):
        self.popen = subprocess.Popen([bench.program("bulksink")] + [a for s in settings for a in ("--set", s)],
                                      stdout=subprocess.PIPE)
        bench.addCleanup(self.close)
        self.url = self.popen.stdout.readline().decode().strip()
        if not self.url:
            raise Wrong("bulksink did not start")

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self.popen.stdout.close()

    def ask(self, path, method="GET"):
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def stats(self):
        return json.loads(self.ask("/_stats.json"))

    def set(self, query):
        self.ask("/_fault?" + query, "POST")

    def reset(self):
        self.ask("/_reset", "POST")

    def wait(self, documents, watch, what):
        """Until it took so many documents; watch() is called all the while."""
        deadline = time.monotonic() + STEP_S
        while True:
            stats = self.stats()
            watch()
            if stats["ok"] >= documents:
                return stats
            if time.monotonic() >= deadline:
                raise Wrong("%s: %d of %d documents arrived in %d s" % (what, stats["ok"], documents, STEP_S))
            time.sleep(0.01)

    def check(self, documents, what):
        stats = self.stats()
        if stats["ok"] != documents or stats["malformed"]:
            raise Wrong("%s: %d documents expected, %d arrived; %d malformed" % (
                what, documents, stats["ok"], stats["malformed"]))
        return stats


class Connector:
    """A connector on the bench's worker, watched from its creation to its removal."""

    def __init__(self, bench, word, config):
        self.worker, self.name = bench.worker, bench.name(word)
        self.cpu = self.peak = self.pid = self.started = None
        self.asked = time.time()
        self.worker.rest.create(self.name, config)
        bench.addCleanup(self.remove)
        self.removed = False

    def watch(self):
        """Looks at the host; what it cost stays known when it has ended."""
        if self.pid is None:
            self.pid = self.worker.hosts().get(self.name)
            if self.pid is None:
                return
            self.started = started_at(self.pid)
        self.cpu = cpu_seconds(self.pid) or self.cpu
        self.peak = peak_mb(self.pid) or self.peak

    def pss_mb(self):
        return pss_bytes(self.pid) / 1048576

    def failed(self):
        status = self.worker.rest.status(self.name) or {"tasks": []}
        for part in [status.get("connector", {})] + status["tasks"]:
            if part.get("state") == "FAILED":
                return part.get("trace", "no trace")
        return None

    def wait_completed(self, what):
        """Until every task of a bounded connector is done."""
        deadline = time.monotonic() + STEP_S
        while True:
            self.watch()
            status = self.worker.rest.status(self.name)
            states = [t["state"] for t in status["tasks"]] if status else []
            if states and all(s == "COMPLETED" for s in states):
                return
            if "FAILED" in states or time.monotonic() >= deadline:
                raise Wrong("%s: the tasks are %s: %s" % (what, states, self.failed()))
            time.sleep(0.01)

    def remove(self):
        if self.removed:
            return
        self.removed = True
        self.worker.rest.delete(self.name)
        env.wait_for(lambda: self.name not in self.worker.hosts(), 20, "the host of %s ends" % self.name)
