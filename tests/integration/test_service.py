"""The worker as a service: what it tells systemd, and the files that systemd reads."""

import os
import re
import shutil
import signal
import socket
import subprocess
import unittest

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Worker


class Notify(TestCase):
    def listen(self, name):
        """A service manager's socket; name as bind() takes it."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(name)
        listener.settimeout(20)
        return listener

    def service(self, address, **environ):
        return Worker(self).start(environ=dict({"NOTIFY_SOCKET": address}, **environ))

    @staticmethod
    def receive(listener):
        return listener.recv(4096).decode()

    def test_ready_and_stopping(self):
        path = os.path.join(self.dir, "notify")
        listener = self.listen(path)
        worker = self.service(path)
        self.assertEqual(self.receive(listener), "READY=1\nSTATUS=" + worker.url)
        worker.signal(signal.SIGTERM)
        self.assertEqual(self.receive(listener), "STOPPING=1")
        self.assertEqual(worker.wait(20), 0)

    def test_signs_of_life(self):
        """In the abstract namespace; the worker that is stopped for a while gives none."""
        name = env.unique("notify")
        listener = self.listen("\0" + name)
        worker = self.service("@" + name, WATCHDOG_USEC="200000")
        self.assertTrue(self.receive(listener).startswith("READY=1"))
        for _ in range(5):
            self.assertEqual(self.receive(listener), "WATCHDOG=1")
        worker.signal(signal.SIGSTOP)
        self.drain(listener)
        listener.settimeout(1)
        with self.assertRaises(socket.timeout):
            self.receive(listener)
        listener.settimeout(20)
        worker.signal(signal.SIGCONT)
        self.assertEqual(self.receive(listener), "WATCHDOG=1")

    def drain(self, listener):
        """What was sent before the stop took effect: until nothing comes for three intervals."""
        listener.settimeout(0.3)
        try:
            while True:
                self.receive(listener)
        except socket.timeout:
            pass

    def test_nobody_to_tell(self):
        """A socket that is not there, an address that is none, a watchdog that is another's."""
        for address in (os.path.join(self.dir, "nowhere"), "host:1", "", "x" * 200):
            self.assertEqual(self.service(address).stop(), 0)
        path = os.path.join(self.dir, "notify")
        listener = self.listen(path)
        worker = self.service(path, WATCHDOG_USEC="200000", WATCHDOG_PID="1")
        self.assertTrue(self.receive(listener).startswith("READY=1"))
        worker.signal(signal.SIGTERM)
        self.assertEqual(self.receive(listener), "STOPPING=1")

    def test_hosts_do_not_speak_for_the_worker(self):
        path = os.path.join(self.dir, "notify")
        self.listen(path)
        worker = self.service(path, WATCHDOG_USEC="60000000")
        topic = kafka.topic("service", 1)
        self.addCleanup(kafka.delete, topic)
        worker.rest.create("source", pipeline.source(topic, 0, rate=1))
        with open("/proc/%d/environ" % worker.host("source"), "rb") as f:
            names = [entry.split(b"=")[0] for entry in f.read().split(b"\0")]
        self.assertIn(b"PATH", names)
        for name in (b"NOTIFY_SOCKET", b"WATCHDOG_USEC", b"WATCHDOG_PID"):
            self.assertNotIn(name, names)


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd here")
class Files(TestCase):
    UNIT = "connect-worker.service"
    # 0: confined as far as can be; 10: not at all.
    EXPOSURE_MAX = 2.5

    def unit(self):
        return os.path.join(env.PREFIX, "lib", "systemd", "system", self.UNIT)

    def call(self, *args, status=0):
        done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout.decode())
        return done.stdout.decode()

    def test_unit(self):
        self.assertEqual(self.call("systemd-analyze", "verify", "--man=no", self.unit()), "")
        exposure = self.call("systemd-analyze", "security", "--offline=true", "--no-pager", self.unit())
        level = re.search(r"Overall exposure level for .*: ([0-9.]+)", exposure)[1]
        self.assertLessEqual(float(level), self.EXPOSURE_MAX, exposure)

    def test_user_and_folders(self):
        root = os.path.join(self.dir, "root")
        for name in ("sysusers.d", "tmpfiles.d"):
            os.makedirs(os.path.join(root, "usr", "lib", name))
            shutil.copy(os.path.join(env.PREFIX, "lib", name, "connect-worker.conf"),
                        os.path.join(root, "usr", "lib", name))
        os.makedirs(os.path.join(root, "etc"))
        self.call("systemd-sysusers", "--root=" + root)
        with open(os.path.join(root, "etc", "passwd"), encoding="utf-8") as f:
            self.assertIn("connect-worker:", f.read())
        self.call("systemd-tmpfiles", "--root=" + root, "--create", "--prefix=" + env.PREFIX)
        folders = [os.path.join(root + env.PREFIX, name) for name in ("etc/connect-worker", "var/lib/connect-worker")]
        self.assertEqual([os.stat(folder).st_mode & 0o777 for folder in folders], [0o750, 0o750])
