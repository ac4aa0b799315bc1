"""Delivery to an Airflow that runs, by a stand-in for MWAA; and Airflow's connections from AWS Secrets Manager."""

import base64
import json
import os
import unittest.mock
import urllib.request

from cwtest import airflow, aws, env, kafka, mwaa, stack
from cwtest.airflow import Airflow, Home, connection
from cwtest.case import TestCase, deadline
from cwtest.template import Template

DAGS = ["access_logs_consume", "access_logs_evening", "access_logs_maintenance", "access_logs_morning",
        "access_logs_pipeline", "access_logs_produce", "connect_health"]
# Of the password; cheap on purpose.
HASH = "$2b$04$dWyl0RQOLeXmr8.fOjMvaOMZdooW3hBnbtDvIe6pqhUPgojcZ.qyS"
PASSWORD = "correct horse"
BROKEN = "from airflow import DAG\nimport nowhere\n"


class Delivery(TestCase):
    def setUp(self):
        super().setUp()
        self.folders = {name: os.path.join(self.dir, "mwaa", name) for name in ("dags", "plugins")}
        for folder in self.folders.values():
            os.makedirs(folder)
        patch = unittest.mock.patch.dict(os.environ, {
            **airflow.settings("http://127.0.0.1:1", "http://127.0.0.1:1"), "AIRFLOW_DAGS": self.folders["dags"],
            "AIRFLOW__CORE__DAGS_FOLDER": self.folders["dags"],
            "AIRFLOW__CORE__PLUGINS_FOLDER": self.folders["plugins"]})
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(stack.call, "stop", "airflow")
        stack.call("start", "airflow")
        self.site = mwaa.Site(self, airflow={"url": env.AIRFLOW, "user": "admin", "password": "admin", **self.folders})
        self.copy(airflow.DAGS, "dags")
        self.copy(airflow.PLUGINS, "plugins")

    def copy(self, folder, name):
        """The example instead of the site's own files."""
        for path in ("one.py", "two.py", "part/common.py") if name == "dags" else ("ours/__init__.py",):
            self.site.remove(os.path.join(name, path))
        for at, _, files in os.walk(folder):
            for file in files:
                if not file.endswith(".pyc"):
                    with open(os.path.join(at, file), encoding="utf-8") as f:
                        self.site.write(os.path.join(name, os.path.relpath(os.path.join(at, file), folder)), f.read())

    def deploy(self, **options):
        return self.site.call("deploy", "--settle", "3", "--smoke-poll", "0.5", "--smoke-timeout", "120", **options)

    @staticmethod
    def active():
        """The DAGs that Airflow has."""
        request = urllib.request.Request(env.AIRFLOW + "/api/v1/dags?only_active=true", headers={
            "Authorization": "Basic " + base64.b64encode(b"admin:admin").decode()})
        with urllib.request.urlopen(request, timeout=30) as response:
            return sorted(dag["dag_id"] for dag in json.loads(response.read())["dags"])

    @deadline(900)
    def test_the_example_in_an_airflow_that_runs(self):
        out = self.deploy()
        self.assertIn("; 7 DAGs are parsed", out)
        self.site.write("dags/broken.py", BROKEN)
        self.site.write("dags/connect_health.py", self.site.local()["dags/connect_health.py"] + "\n# changed\n")
        good = self.site.dags()
        out = self.deploy(status=1)
        self.assertIn("FAILED: Airflow cannot import broken.py: ModuleNotFoundError: No module named 'nowhere'; "
                      "deployment 1 (", out)
        self.assertIn("is in place again", out)
        self.assertEqual(self.site.dags(), good)
        self.site.remove("dags/broken.py")
        self.site.remove("dags/access_logs_consume.py")
        out = self.deploy()
        self.assertIn("; 6 DAGs are parsed", out)
        self.assertEqual(self.active(), [dag for dag in DAGS if dag != "access_logs_consume"])
        out = self.site.call("rollback", "--settle", "3", "--smoke-timeout", "120")
        self.assertIn("; 7 DAGs are parsed", out)
        status, out = mwaa.run("deploy.py", "check", "--airflow-url", env.AIRFLOW, "--settle", "0",
                               "--smoke-timeout", "120")
        self.assertEqual((status, out.strip().splitlines()[-1]), (0, "7 DAGs are parsed: " + " ".join(DAGS)))


class Connections(TestCase):
    DEADLINE = 600

    def secret(self, *args, stdin):
        status, out = mwaa.run("secret.py", *args, stdin=stdin.encode())
        self.assertEqual(status, 0, out)

    def test_from_secrets_manager(self):
        """With the settings of the template; the DAG has the new password in its next run."""
        options = Template().resources["Environment"]["AirflowConfigurationOptions"]
        home = Home()
        self.addCleanup(home.remove)
        topic = kafka.topic("secret-flow", 1)
        self.addCleanup(kafka.delete, topic)
        users = os.path.join(self.dir, "users")
        with open(users, "w", encoding="utf-8") as f:
            f.write("airflow:%s\n" % HASH)
        worker = self.worker(properties={"rest.authentication.basic.file": users})
        there = Airflow(self, home, worker.url, env.OPENSEARCH)
        for name in [name for name in there.environ if name.startswith("AIRFLOW_CONN_")]:
            del there.environ[name]
        there.environ.update(mwaa.environ(AWS_DEFAULT_REGION=aws.REGION),
                             AIRFLOW__SECRETS__BACKEND=options["secrets.backend"],
                             AIRFLOW__SECRETS__BACKEND_KWARGS=options["secrets.backend_kwargs"])
        name = "airflow/connections/connect_worker"
        self.addCleanup(aws.secrets_manager, "DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
        login = {"login": "airflow", "password": "planted-and-wrong"}
        self.secret("set", name, stdin=json.dumps({**json.loads(connection(worker.url)), **login}))
        run = {"source": "source", "topic": topic, "count": 100}
        log = there.fail("access_logs_produce", "HTTP 401", **run)
        self.secret("set", name, "--key", "password", stdin=PASSWORD)
        log += there.succeed("access_logs_produce", **run)
        self.assertEqual(kafka.count(topic), 100)
        for password in (login["password"], PASSWORD):
            self.assertNotIn(password, log + worker.log)
