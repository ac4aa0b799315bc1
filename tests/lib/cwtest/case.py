"""The base of every integration and fault test."""

import os
import shutil
import signal
import sys
import tempfile
import time
import unittest

from . import env
from .process import Worker
from .search import Search


def deadline(seconds, long_seconds=None):
    """A test's own time limit instead of TestCase.DEADLINE."""

    def mark(function):
        function.deadline = (long_seconds if env.LONG and long_seconds else seconds)
        return function

    return mark


def note(text):
    """A line among the progress lines: something measured, worth reading when all passes."""
    print("             " + text, flush=True)


class TestCase(unittest.TestCase):
    DEADLINE = 120
    maxDiff = 4000

    def run(self, result=None):
        # An alarm ends a test that hangs; everything that it started is ended by its cleanups.
        signal.signal(signal.SIGALRM, self.timed_out)
        signal.alarm(getattr(getattr(self, self._testMethodName), "deadline", self.DEADLINE))
        try:
            return super().run(result)
        finally:
            signal.alarm(0)

    def timed_out(self, *_):
        raise AssertionError("the test did not end within its time")

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="cw-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.opensearch = Search(env.OPENSEARCH)

    def log_file(self, name):
        folder = os.path.join(env.LOGS, self.id().split(".", 1)[1])
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, name + ".log")

    def seeded(self, group=None, names=()):
        """One of these tests, as the seed chooses, is in every run; the others, and one of no group, with --long only."""
        if not env.LONG and (not group or env.rng(group).choice(names) != self._testMethodName):
            self.skipTest("another seed has it, and --long" if group else "--long has it")

    def worker(self, name="worker", **options):
        """A started connect-worker."""
        return Worker(self, name, **options).start()

    def drop(self, search, index):
        """Deletes the index when the test is over."""
        self.addCleanup(search.delete, index)
        return index


class Result(unittest.TestResult):
    """Prints a line for each test, and notes it for run.sh."""

    def __init__(self, results):
        super().__init__()
        self.results, self.passed, self.started = results, 0, time.monotonic()
        self.running = self.interrupted = self.bad = False
        self.test_started = self.started  # what fails outside of tests is a module's servers

    def interrupt(self, *_):
        """Handler of SIGINT and SIGTERM. An ordinary failure, so that the test's cleanups run."""
        self.stop()
        if self.running and not self.interrupted:
            self.interrupted = True
            raise AssertionError("interrupted")
        self.interrupted = True

    def startTest(self, test):
        super().startTest(test)
        self.test_started, self.bad, self.running = time.monotonic(), False, True

    def stopTest(self, test):
        self.running = False
        super().stopTest(test)

    def line(self, test, word):
        now = time.monotonic()
        print("[%6.1f s] %-7s %s (%.1f s)" % (now - self.started, word, test.id(), now - self.test_started), flush=True)

    def record(self, word, test):
        if self.results:
            with open(self.results, "a") as f:
                f.write("%s %s\n" % (word, test.id()))

    def fail(self, test, err):
        if not self.bad:
            self.record("FAIL", test)
            self.line(test, "FAILED")
        self.bad = True
        for text in self._exc_info_to_string(err, test).rstrip().splitlines():
            print("    " + text)
        self.show_logs(test)
        sys.stdout.flush()

    @staticmethod
    def show_logs(test):
        if not isinstance(test, TestCase):
            return
        folder = os.path.dirname(test.log_file("x"))
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            with open(path, errors="replace") as f:
                lines = f.read().splitlines()
            print("    the end of %s:" % path)
            for text in lines[-25:]:
                print("        " + text[:300])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            print("    in %s:" % subtest)
            self.fail(test, err)

    def addSuccess(self, test):
        super().addSuccess(test)
        if not self.bad:
            self.passed += 1
            self.record("PASS", test)
            self.line(test, "ok")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, "skipped")
        print("    " + reason, flush=True)
