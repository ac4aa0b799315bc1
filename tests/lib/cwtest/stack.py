"""The servers of this run, ended and started again by fault tests."""

import os
import re
import subprocess

from . import env


def call(*args):
    done = subprocess.run([os.path.join(env.TOP, "tests", "stack", "stack")] + list(args), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240, check=False)
    if done.returncode != 0:
        raise AssertionError("stack %s: %s" % (" ".join(args), done.stdout.decode()))
    return done.stdout.decode()


def pid(service):
    """Of the server's process."""
    return int(re.search(r"^%s: running \(pid (\d+)\)$" % re.escape(service), call("status"), re.MULTILINE)[1])


def kill(service):
    """Ends the server as a crash does."""
    call("kill", service)


def start(service):
    """Starts it again on its data, and waits until it is ready."""
    call("start", service)
