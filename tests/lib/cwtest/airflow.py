"""Airflow, as tests/stack has installed it: `airflow dags test` in a home of each test's own."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse

from . import env
from .process import Process

EXAMPLES = os.path.join(env.TOP, "examples", "airflow")
DAGS = os.path.join(EXAMPLES, "dags")
PLUGINS = os.path.join(EXAMPLES, "plugins")
RUN_S = 500


def connection(url):
    """An HTTP connection as a value of AIRFLOW_CONN_…."""
    parts = urllib.parse.urlsplit(url)
    return json.dumps({"conn_type": "http", "schema": parts.scheme, "host": parts.hostname, "port": parts.port})


def settings(worker, store):
    """The environment of an Airflow that has the DAGs, the plugins and the two connections."""
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": DAGS, "AIRFLOW__CORE__PLUGINS_FOLDER": PLUGINS, "PYTHONDONTWRITEBYTECODE": "1",
        "AIRFLOW_CONN_CONNECT_WORKER": connection(worker), "AIRFLOW_CONN_ACCESS_LOG_STORE": connection(store),
    }


class Home:
    """A database of Airflow's, made once for a class of tests; each test works on a copy."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="cw-airflow-")
        done = call(["db", "migrate"], self.path, {})
        assert done.returncode == 0, done.stdout.decode()

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def command(args, home, environ, program=None):
    """(what to run, its environment): Airflow's command line, or another program of its virtual environment."""
    found = [os.path.join(env.TOP, "tests", "stack", "services", "airflow", "airflow")]
    if program:
        found = [os.path.join(env.AIRFLOW_VENV, "bin", program)]
    return found + list(args), {"AIRFLOW_VENV": env.AIRFLOW_VENV, "AIRFLOW_HOME": home, "AIRFLOW_DAGS": DAGS, **environ}


def call(args, home, environ, program=None):
    args, environ = command(args, home, environ, program)
    return subprocess.run(args, env={**os.environ, **environ}, cwd=home, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_S, check=False)


class Airflow:
    def __init__(self, test, home, worker, store):
        self.test, self.environ = test, settings(worker, store)
        self.home = os.path.join(test.dir, "airflow")
        shutil.copytree(home.path, self.home)
        self.runs = 0

    def run(self, dag, **params):
        """One run of a DAG, task by task; whether it succeeded, and its log, which is kept with the test's logs."""
        self.runs += 1
        done = call(["dags", "test", dag, "--conf", json.dumps(params)], self.home, self.environ)
        log = done.stdout.decode("utf-8", "replace")
        with open(self.test.log_file("%s-%d" % (dag, self.runs)), "w", encoding="utf-8") as f:
            f.write(log)
        return done.returncode == 0, log

    def begin(self, dag, **params):
        """One run of a DAG, at work."""
        process = Process(self.test, dag)
        process.spawn(*command(["dags", "test", dag, "--conf", json.dumps(params)], self.home, self.environ))
        return process

    def succeed(self, dag, **params):
        ok, log = self.run(dag, **params)
        self.test.assertTrue(ok, "%s failed:\n%s" % (dag, log[-3000:]))
        return log

    def fail(self, dag, words, **params):
        """The run fails, and its log has a line with these words."""
        ok, log = self.run(dag, **params)
        self.test.assertFalse(ok, "%s succeeded:\n%s" % (dag, log[-3000:]))
        self.test.assertIn(words, log)
        return log

    def python(self, code, **environ):
        """What a program in Airflow's Python prints; the DAGs' folder and the plugins are on its path."""
        path = os.pathsep.join([DAGS, PLUGINS])
        done = call(["-c", code], self.home, {**self.environ, "PYTHONPATH": path, **environ}, "python")
        self.test.assertEqual(done.returncode, 0, done.stdout.decode())
        return done.stdout.decode()
