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


def pids():
    """Service → the id of its process, of those that run."""
    return {name: int(pid) for name, pid in re.findall(r"^(\S+): running \(pid (\d+)\)$", call("status"), re.MULTILINE)}


def pid(service):
    return pids()[service]


def kill(*services):
    """Ends servers as a crash does."""
    call("kill", *services)


def start(*services):
    """Starts them again on their data, and waits until they are ready."""
    call("launch", *services)
    call("start", *services)
