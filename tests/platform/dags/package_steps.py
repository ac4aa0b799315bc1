"""Operators and sensor of connect_worker_airflow where they succeed and where they fail; each tells how it ended."""

import json
import os
import signal

import pendulum
from airflow import DAG
from airflow.models.param import Param
from airflow.utils.trigger_rule import TriggerRule

from connect_worker_airflow import (ApplyConnectorOperator, CheckConnectorOperator, ConnectorStateSensor,
                                    PauseConnectorOperator, ResumeConnectorOperator, RunConnectorOperator)


def tell(context):
    outcome = {"task": context["ti"].task_id, "error": str(context.get("exception") or "")}
    print("OUTCOME " + json.dumps(outcome), flush=True)


def dag(name, **params):
    return DAG(name, schedule=None, start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
               params={key: Param(value) for key, value in params.items()},
               default_args={"on_success_callback": tell, "on_failure_callback": tell,
                             "trigger_rule": TriggerRule.ALL_DONE})


def one_after_the_other(tasks):
    for before, after in zip(tasks, tasks[1:]):
        before >> after


def sensor(task_id, connector, state, **more):
    return ConnectorStateSensor(task_id=task_id, connector=connector, state=state, poke_interval=0.2, **more)


def run(task_id, connector, config, **more):
    return RunConnectorOperator(task_id=task_id, connector=connector, config=config, poke_interval=0.2, **more)


def source(topic, count, rate):
    return {"connector.class": "SyntheticLogSource", "topic": topic, "count": count, "records.per.second": rate}


TOPIC, TINY = "{{ params.topic }}", "{{ params.tiny }}"
LETTERS = {
    "connector.class": "AccessLogElasticsearchSink", "topics": "{{ params.poison }}", "index": "letters",
    "connection.url": "{{ params.store }}", "run.until": "end", "errors.tolerance": "all",
    "errors.deadletterqueue.topic.name": "{{ params.dead }}",
}
ENDLESS, BRIEF, BROKEN = source(TOPIC, 0, 10), source(TOPIC, 20, 20), source(TINY, 10, 0)

with dag("package_states", topic="", tiny="", poison="", dead="", store=""):
    one_after_the_other([
        ApplyConnectorOperator(task_id="apply", connector="live", config=ENDLESS),
        sensor("running", "live", "RUNNING", timeout=30),
        CheckConnectorOperator(task_id="check", connector="live", max_dead_letters=0),
        PauseConnectorOperator(task_id="pause", connector="live"),
        sensor("paused", "live", "PAUSED", timeout=30, deferrable=True),
        CheckConnectorOperator(task_id="check_paused", connector="live", state="PAUSED"),
        CheckConnectorOperator(task_id="check_not_running", connector="live"),
        ResumeConnectorOperator(task_id="resume", connector="live"),
        sensor("running_again", "live", "RUNNING", timeout=30, mode="reschedule"),
        sensor("late", "live", "COMPLETED", timeout=0.5),
        sensor("late_deferred", "live", "COMPLETED", timeout=0.5, deferrable=True),
        run("run", "brief", BRIEF, run_timeout=30),
        run("run_deferred", "brief", {**BRIEF, "seed": "2"}, run_timeout=30, deferrable=True),
        sensor("completed", "brief", "COMPLETED", timeout=30),
        run("run_late", "brief", ENDLESS, run_timeout=0.5),
        run("run_late_deferred", "brief", ENDLESS, run_timeout=0.5, deferrable=True),
        run("run_failed", "bad", BROKEN, run_timeout=30),
        run("run_failed_deferred", "bad", BROKEN, run_timeout=30, deferrable=True),
        sensor("failed", "bad", "RUNNING", timeout=30),
        sensor("failed_deferred", "bad", "RUNNING", timeout=30, deferrable=True),
        CheckConnectorOperator(task_id="check_failed", connector="bad"),
        CheckConnectorOperator(task_id="check_degraded", connector="stuck"),
        run("run_letters", "letters", LETTERS),
        CheckConnectorOperator(task_id="few_letters", connector="letters", state="COMPLETED", max_dead_letters=3),
        CheckConnectorOperator(task_id="many_letters", connector="letters", state="COMPLETED", max_dead_letters=2),
        run("run_letters_again", "letters", LETTERS),
        CheckConnectorOperator(task_id="no_new_letters", connector="letters", state="COMPLETED", max_dead_letters=0),
        ApplyConnectorOperator(task_id="refused", connector="refused", config={**BRIEF, "count": "-1"}),
        PauseConnectorOperator(task_id="pause_nobody", connector="nobody"),
        sensor("wait_nobody", "nobody", "RUNNING"),
    ])

with dag("package_down", topic="topic"):
    one_after_the_other([
        ApplyConnectorOperator(task_id="apply", connector="c", config=BRIEF),
        PauseConnectorOperator(task_id="pause", connector="c"),
        ResumeConnectorOperator(task_id="resume", connector="c"),
        CheckConnectorOperator(task_id="check", connector="c"),
        run("run", "c", BRIEF),
        run("run_deferred", "c", BRIEF, deferrable=True),
        sensor("wait", "c", "RUNNING"),
        sensor("wait_deferred", "c", "RUNNING", deferrable=True),
    ])


class LastLook(ConnectorStateSensor):
    """Looks at the connector and ends the worker, before it waits in the triggerer."""

    def poke(self, context):
        found = super().poke(context)
        os.kill(context["params"]["worker"], signal.SIGTERM)
        return found


with dag("package_wait", worker=0):
    LastLook(task_id="wait", connector="live", state="COMPLETED", poke_interval=0.2, timeout=120, patience=1,
             deferrable=True)
