"""What tests need of other people's programs, in the cache that tests/stack keeps its downloads in."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import unittest

CACHE = os.environ.get("STACK_HOME") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "connect-worker", "stack")
STEP_S = 600


@contextlib.contextmanager
def folder(name, source):
    """(the folder, whether it was already made from exactly this file). What is made stays when all went well."""
    path = os.path.join(CACHE, name)
    os.makedirs(path, exist_ok=True)
    with open(source, encoding="utf-8") as f:
        wanted = f.read()
    stamp = os.path.join(path, "made-from")
    with open(os.path.join(CACHE, "lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == wanted
        if not there:
            shutil.rmtree(path)
            os.makedirs(path)
        yield path, there
        with open(stamp, "w", encoding="utf-8") as f:
            f.write(wanted)


def download(what, command):
    """Skips the test when it is impossible, and says why."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=STEP_S, check=False)
    if done.returncode != 0:
        last = done.stdout.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise unittest.SkipTest("%s cannot be downloaded: %s" % (what, " ".join(last)))


def python(requirements, name="python-clients"):
    """A Python interpreter that has these packages, in a folder of that name."""
    with folder(name, requirements) as (path, there):
        interpreter = os.path.join(path, "venv", "bin", "python3")
        if not there:
            subprocess.run([sys.executable, "-m", "venv", os.path.join(path, "venv")], check=True, timeout=STEP_S)
            download("what %s names" % os.path.basename(requirements),
                     [interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements])
        return interpreter


def class_path(pom):
    """The class path of a pom.xml."""
    with folder("java-clients", pom) as (path, there):
        lib = os.path.join(path, "lib")
        if not there:
            download("the class path of " + os.path.basename(pom),
                     ["mvn", "-q", "-B", "-ntp", "-Dstyle.color=never", "-f", pom,
                      "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
                      "-DincludeScope=runtime", "-DoutputDirectory=" + lib])
        return os.path.join(lib, "*")
