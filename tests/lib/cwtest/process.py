"""Processes that a test starts: connect-worker, connect-devstore. Each is ended with its test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import env
from .rest import Rest


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pss_bytes(pid):
    """Proportional set size of a process; 0 when it is gone."""
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Pss:")) * 1024
    except OSError:
        return 0


def status_bytes(pid, field):
    """A size that the kernel tells of a process; 0 when it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return sum(int(line.split()[1]) for line in f if line.startswith(field + ":")) * 1024
    except OSError:
        return 0


def rss_bytes(pid):
    """What a process has in memory."""
    return status_bytes(pid, "VmRSS")


def peak_rss_bytes(pid):
    """The most that it has had in memory."""
    return status_bytes(pid, "VmHWM")


def cpu_seconds(pid):
    """User and system time of a process so far; 0 when it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0


def processes():
    """(process id, fields of its stat from the state on) of every process that is no zombie."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as f:
                    fields = f.read().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                yield int(name), fields


def children(pid):
    """The process ids of the children of a process."""
    return [p for p, fields in processes() if int(fields[1]) == pid]


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def command_line(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return [a.decode("utf-8", "replace") for a in f.read().split(b"\0")[:-1]]
    except OSError:
        return []


def in_session(session):
    """The processes of a session: what a program started, in whatever process group, and left behind."""
    return [p for p, fields in processes() if int(fields[3]) == session]


class Process:
    """A program in a session of its own, its output in a file."""

    def __init__(self, test, name):
        self.test, self.name = test, name
        self.popen = None
        self.sessions = []
        self.log_path = test.log_file(name)
        test.addCleanup(self.kill_all)

    def spawn(self, args, environ=None, preexec=None):
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.test.dir,
                                          start_new_session=True, env=dict(os.environ, **(environ or {})),
                                          preexec_fn=preexec)
        self.sessions.append(self.popen.pid)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, seconds):
        """The exit status once it ended; AssertionError when it does not."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("%s (pid %d) still runs after %g s; its log ends:\n%s"
                                 % (self.name, self.pid, seconds, self.log[-3000:])) from None

    def kill(self):
        """SIGKILL to the process alone, as when it crashes."""
        if self.running():
            self.popen.kill()
            self.popen.wait()

    def kill_all(self):
        """The end of the test: the process and what it left behind in its sessions."""
        for session in self.sessions:
            for pid in in_session(session):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        if self.popen is not None:
            self.popen.wait()


class Worker(Process):
    """A connect-worker with a state folder of its own."""

    def __init__(self, test, name="worker", properties=None, files=(), args=(), state=None, wrap=()):
        """wrap: a command that execs the worker's."""
        super().__init__(test, name)
        self.wrap = list(wrap)
        self.state = state or os.path.join(test.dir, name + "-state")
        os.makedirs(self.state, exist_ok=True)
        self.port = free_port()
        self.rest = Rest(self.port)
        self.url = "http://127.0.0.1:%d" % self.port
        self.args, self.files = list(args), list(files)
        self.peaks = {}  # "worker" or a connector's name → the most that one of its processes has had in memory
        self.large = set()  # connectors that may have more than env.PEAK_RSS
        self.properties = {
            "bootstrap.servers": env.KAFKA,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "listeners": self.url,
            "offset.storage.file.filename": os.path.join(self.state, "connect.db"),
            "offset.flush.interval.ms": "1000",
            "task.restart.attempts.max": "0",  # what has failed stays so, to be looked at
            "plugin.path": env.plugin_dir() + "," + env.test_plugin_dir(),
        }
        self.properties.update(properties or {})

    @property
    def config_path(self):
        return os.path.join(self.state, "worker.properties")

    def spawn_worker(self, environ=None, preexec=None):
        with open(self.config_path, "w") as f:
            f.writelines("%s=%s\n" % kv for kv in self.properties.items() if kv[1] is not None)
        self.spawn(self.wrap + [env.program("connect-worker")] + self.args + [self.config_path] + self.files, environ, preexec)

    def start(self, seconds=20, **options):
        self.spawn_worker(**options)
        started = time.monotonic()
        env.wait_for(self.ready, seconds, lambda: "the worker answers; its log ends:\n" + self.log[-3000:], 0.002)
        self.ready_after = time.monotonic() - started
        return self

    def ready(self):
        if not self.running():
            raise AssertionError("connect-worker ended with status %s; its log ends:\n%s"
                                 % (self.popen.returncode, self.log[-3000:]))
        try:
            return self.rest.request("GET", "/health").status == 200
        except OSError:
            return False

    def note_peaks(self):
        """Of the processes that there are; called before they end."""
        if self.running():
            for name, pid in dict(self.hosts(), worker=self.pid).items():
                self.peaks[name] = max(self.peaks.get(name, 0), peak_rss_bytes(pid))

    def kill(self):
        self.note_peaks()
        super().kill()

    def stop(self, seconds=20):
        """SIGTERM, and the drain that follows from it; the exit status."""
        if not self.running():
            return self.popen.returncode
        self.note_peaks()
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def restart(self):
        self.stop()
        return self.start()

    def audit(self):
        """What workerctl says of connectors whose records do not add up; of those that it can ask."""
        try:
            names = self.rest.get("/connectors")
        except (OSError, AssertionError):
            return []
        answers = (subprocess.run([env.program("workerctl"), "audit", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env={"CONNECT_URL": self.url, "HOME": self.state}, timeout=30, check=False)
                   for name in names)
        return [done.stdout.decode() for done in answers if done.returncode != 0]

    def kill_all(self):
        """A worker that still runs leaves its consumer groups: the next test's rebalances need not wait for it."""
        self.note_peaks()
        wrong = self.audit() if env.AUDIT and self.running() else []
        if self.running():
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(2)
            except subprocess.TimeoutExpired:
                pass
        super().kill_all()
        large = {name: peak for name, peak in self.peaks.items() if name not in self.large and peak > (env.PEAK_RSS or peak)}
        if large:
            raise AssertionError("more memory than %d bytes: %s" % (env.PEAK_RSS, large))
        if wrong:
            raise AssertionError("\n".join(wrong))

    def hosts(self):
        """Connector name → process id of its connect-host."""
        found = {}
        for pid in children(self.pid):
            line = command_line(pid)
            if "--connector" in line:
                found[line[line.index("--connector") + 1]] = pid
        return found

    def host(self, connector, seconds=10):
        return env.wait_for(lambda: self.hosts().get(connector), seconds, "a host for %s" % connector)


class Devstore(Process):
    """A connect-devstore; args are its options."""

    def __init__(self, test, name="devstore", args=()):
        super().__init__(test, name)
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.args = list(args)
        self.kept = None  # while it is away, nobody else is to get its port

    def kill(self):
        super().kill()
        self.kept = socket.socket()
        self.kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.kept.bind(("127.0.0.1", self.port))
        self.test.addCleanup(self.kept.close)

    def start(self, seconds=10):
        if self.kept:
            self.kept.close()
        self.spawn([env.program("connect-devstore"), "--listen", "127.0.0.1:%d" % self.port] + self.args)

        def ready():
            if not self.running():
                raise AssertionError("connect-devstore ended; its log:\n" + self.log[-3000:])
            try:
                return Rest(self.port).request("GET", "/").status == 200
            except OSError:
                return False

        env.wait_for(ready, seconds, lambda: "the devstore answers: " + self.log[-2000:])
        return self


def scratch(test):
    """A folder that lives as long as the test."""
    path = tempfile.mkdtemp(prefix="cw-")
    test.addCleanup(shutil.rmtree, path, ignore_errors=True)
    return path
