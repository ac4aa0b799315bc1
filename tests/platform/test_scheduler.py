"""The DAGs under Airflow's own scheduler, triggerer and web server, driven over Airflow's REST API."""

import base64
import json
import os
import time
import unittest.mock
import urllib.error
import urllib.request

from cwtest import airflow, env, kafka, pipeline, stack
from cwtest.case import TestCase, deadline

COUNT = 5000
RUN_S = 300


class Scheduler(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("scheduled", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.index = env.unique("scheduled")
        self.drop(self.opensearch, self.index + "-*")
        self.rest = (worker := self.worker()).rest
        patch = unittest.mock.patch.dict(os.environ, {**airflow.settings(worker.url, env.OPENSEARCH),
                                                      "AIRFLOW_DAGS": airflow.DAGS})
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(stack.call, "stop", "airflow")
        stack.call("start", "airflow")

    def call(self, method, path, body=None):
        request = urllib.request.Request(env.AIRFLOW + "/api/v1" + path, body and json.dumps(body).encode(), {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"admin:admin").decode()}, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def parsed(self, dag):
        try:
            return self.call("PATCH", "/dags/" + dag, {"is_paused": False})
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def run_dag(self, dag, **params):
        """Triggers a run and waits for its end; the states of its tasks."""
        env.wait_for(lambda: self.parsed(dag), 120, dag + " is parsed", 1)
        run = self.call("POST", "/dags/%s/dagRuns" % dag, {"conf": params})["dag_run_id"]
        path = "/dags/%s/dagRuns/%s" % (dag, run)
        env.wait_for(lambda: self.call("GET", path)["state"] in ("success", "failed"), RUN_S, dag + " ends", 1)
        states = {t["task_id"]: t["state"] for t in self.call("GET", path + "/taskInstances")["task_instances"]}
        return self.call("GET", path)["state"], states

    @deadline(900)
    def test_pipeline(self):
        self.assertEqual(self.call("GET", "/importErrors")["import_errors"], [])
        names = {"source": "source", "sink": "sink", "topic": self.topic, "index": self.index}
        # With sensors that are rescheduled, and with operators that wait in the triggerer.
        for dag, params in (("access_logs_produce", {"source": "source", "topic": self.topic}),
                            ("access_logs_pipeline", names)):
            started = time.monotonic()
            state, states = self.run_dag(dag, count=COUNT, rate=2000, **params)
            self.assertEqual(state, "success", states)
            self.assertGreaterEqual(time.monotonic() - started, COUNT / 2000 - 1)
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index + "-*", self.topic), 2 * COUNT)
        state, states = self.run_dag("access_logs_produce", source="source", topic=self.topic, count=1000, rate=1,
                                     timeout_s=3)
        self.assertEqual((state, states["wait_completed"], states["trace"], states["check_acknowledged"]),
                         ("failed", "failed", "failed", "upstream_failed"))
