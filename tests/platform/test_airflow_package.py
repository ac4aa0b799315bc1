"""connect_worker_airflow under a real Airflow: each operator and the sensor, with and without the triggerer."""

import json
import os
import re

from cwtest import env, kafka, pipeline
from cwtest.airflow import Airflow, Home
from cwtest.case import TestCase

DAGS = os.path.join(env.TOP, "tests", "platform", "dags")
AWAY = "http://127.0.0.1:1"

STARTED_AGAIN = """
from types import SimpleNamespace

import connect_http
from airflow.exceptions import AirflowFailException
from airflow.utils import timezone
from connect_worker_airflow.status import verdict

AT = {"next_restart_at": "2026-01-21T22:23:40.123Z"}

def status(connector, *tasks):
    return {"summary_state": "FAILED", "connector": {"state": "RUNNING", **connector},
            "tasks": [{"state": "FAILED", **task} for task in tasks]}

print("STATUS", *[verdict(status(*parts), "COMPLETED").replace(" ", "-") for parts in (
    ({}, AT), ({}, {}), ({}, AT, {}), ({"state": "FAILED", **AT},), ({"state": "FAILED"},))])

CONTEXT = {"params": {"timeout_s": 60}, "ti": SimpleNamespace(start_date=timezone.utcnow())}

def answers(message):
    response = SimpleNamespace(status_code=504, ok=False, json=lambda: {"message": message},
                               request=SimpleNamespace(method="GET", path_url="/"))
    try:
        return connect_http.reached(response, **CONTEXT)
    except AirflowFailException:
        return "fails"

print("REACHED", answers("Connector c is not COMPLETED in the time that was given: task 0 is FAILED: killed"),
      answers("Connector c is not COMPLETED: task 0 is FAILED: killed"))
"""


class Package(TestCase):
    DEADLINE = 300

    @classmethod
    def setUpClass(cls):
        cls.template = Home()
        cls.addClassCleanup(cls.template.remove)

    def airflow(self, url):
        airflow = Airflow(self, self.template, url, env.OPENSEARCH)
        airflow.environ["AIRFLOW__CORE__DAGS_FOLDER"] = DAGS
        return airflow

    @staticmethod
    def outcomes(log):
        """Task → why it failed, empty for one that did not."""
        told = [json.loads(line.split("OUTCOME ", 1)[1]) for line in log.splitlines() if "OUTCOME {" in line]
        return {outcome["task"]: outcome["error"] for outcome in told}

    @staticmethod
    def deferred(log):
        """The tasks that have waited for a trigger."""
        return set(re.findall(r"running trigger in line(?s:.*?)running task <TaskInstance: \w+\.(\w+) ", log))

    def topic(self, word, *settings):
        name = kafka.topic(word, 1, *settings)
        self.addCleanup(kafka.delete, name)
        return name

    def assert_outcomes(self, log, expected):
        """Each task has failed with these words, or not at all where there are none."""
        found = self.outcomes(log)
        self.assertEqual(sorted(found), sorted(expected))
        for task, words in expected.items():
            with self.subTest(task=task):
                (self.assertIn if words else self.assertEqual)(words, found[task])

    def test_states_and_failures(self):
        rest = (worker := self.worker()).rest
        poison, dead = self.topic("poison"), self.topic("dead")
        kafka.produce(poison, [b"no line"] * 3)
        pipeline.make_degraded(rest, "stuck", self.topic("stuck"))
        _, log = self.airflow(worker.url).run(
            "package_states", topic=self.topic("live"), tiny=self.topic("tiny", "max.message.bytes=20"), poison=poison,
            dead=dead, store=env.OPENSEARCH)
        live = "connector live: the connector is RUNNING, task 0 is RUNNING"
        late = "not COMPLETED in the time that was given: " + live
        brief_late = "connector brief: the connector is RUNNING, task 0 is RUNNING"
        bad = "task 0 is FAILED\ntask 0: "
        self.assert_outcomes(log, {
            "apply": "", "running": "", "check": "", "pause": "", "paused": "", "check_paused": "",
            "check_not_running": "not RUNNING: connector live: the connector is PAUSED, task 0 is PAUSED",
            "resume": "", "running_again": "", "late": late, "late_deferred": late,
            "run": "", "run_deferred": "", "completed": "",
            "run_late": "not COMPLETED within 0.5 s: " + brief_late,
            "run_late_deferred": "not COMPLETED in the time that was given: " + brief_late,
            "run_failed": bad, "run_failed_deferred": bad, "failed": bad, "failed_deferred": bad,
            "check_failed": "not RUNNING: connector bad: the connector is RUNNING, " + bad,
            "check_degraded": "task 0 is RUNNING\nit is DEGRADED: task 0: no progress for ",
            "run_letters": "", "few_letters": "", "run_letters_again": "", "no_new_letters": "",
            "many_letters": "dead letters: 3, more than the 2 of max_dead_letters; they are in topic %s: workerctl dlq list "
                            "letters" % dead,
            "refused": "PUT connectors/refused/config: HTTP 400: ",
            "pause_nobody": "PUT connectors/nobody/pause: HTTP 404: ",
            "wait_nobody": "GET connectors/nobody/status: HTTP 404: ",
        })
        self.assertIn("Message size too large", self.outcomes(log)["failed"])
        # What `paused` waits for may be there at its first look.
        self.assertEqual(self.deferred(log) - {"paused"},
                         {"late_deferred", "run_deferred", "run_late_deferred", "run_failed_deferred"})

    def test_a_worker_that_is_down(self):
        _, log = self.airflow(AWAY).run("package_down")
        requests = {"apply": "PUT connectors/c/config", "pause": "PUT connectors/c/pause",
                    "resume": "PUT connectors/c/resume", "check": "GET connectors/c/status",
                    "run": "PUT connectors/c/stop", "run_deferred": "PUT connectors/c/stop",
                    "wait": "GET connectors/c/status", "wait_deferred": "GET connectors/c/status"}
        away = ": the worker of connection connect_worker does not answer: "
        self.assert_outcomes(log, {task: request + away for task, request in requests.items()})
        for error in self.outcomes(log).values():
            self.assertIn("Connection refused", error)

    def test_a_worker_that_stops_while_it_is_waited_for(self):
        """The triggerer tells the task."""
        rest = (worker := self.worker()).rest
        rest.create("live", pipeline.source(self.topic("live"), 0, 10))
        rest.wait_state("live", tasks="RUNNING", n=1)
        _, log = self.airflow(worker.url).run("package_wait", worker=worker.pid)
        self.assert_outcomes(log, {
            "wait": "the status of connector live cannot be read: GET connectors/live/status: the worker of connection "
                    "connect_worker does not answer: "})
        self.assertEqual(self.deferred(log), {"wait"})

    def test_what_the_worker_starts_again_by_itself(self):
        """Nobody gives up because of it, neither the sensors and operators of the package nor the steps without it."""
        out = self.airflow(AWAY).python(STARTED_AGAIN)
        self.assertIn("STATUS wait-on failed failed wait-on failed\n", out)
        self.assertIn("REACHED False fails\n", out)
