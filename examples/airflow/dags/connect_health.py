"""Restarts the tasks that have failed, of every connector, and reports those that fail again and what is DEGRADED."""

import logging
from datetime import timedelta

from airflow import DAG
from airflow.exceptions import AirflowFailException
from airflow.models.param import Param
from airflow.operators.python import get_current_context

from access_logs import DAG_DEFAULTS
from connect_http import STEP_S, WORKER, HttpOperator, accepted, reason, step

log = logging.getLogger(__name__)


def failures(response):
    """Connector → the traces of what has FAILED in it."""
    found = {}
    for name, entry in response.json().items():
        status = entry["status"]
        for part in [status["connector"]] + status["tasks"]:
            if part["state"] == "FAILED":
                who = "task %d" % part["id"] if "id" in part else "the connector"
                found.setdefault(name, []).append("%s: %s" % (who, part.get("trace") or "no trace"))
    return found


def degraded(response):
    """Connector → why it is DEGRADED: RUNNING, and a task does not get on. A restart is no help against that."""
    statuses = {name: entry["status"] for name, entry in response.json().items()}
    return {name: "is DEGRADED: %s" % status.get("degraded") for name, status in statuses.items()
            if status.get("summary_state") == "DEGRADED"}


def restarts(response):
    """An endpoint for each connector to restart. Their traces are lost by that, so they are logged here."""
    patterns, found = get_current_context()["params"]["leave"], failures(response)
    for name, traces in found.items():
        log.warning("%s has failed%s\n%s", name, " and is left alone" if name in patterns else "", "\n".join(traces))
    return ["connectors/%s/restart?includeTasks=true&onlyFailed=true&wait=RUNNING&timeout=%ds" % (name, STEP_S)
            for name in found if name not in patterns]


def restarted(response, **_):
    """A connector that does not come to RUNNING is in the report; it must not hide what became of the others."""
    if response.status_code == 504:
        log.warning("%s", reason(response))
        return True
    return accepted(response, (404,))


def report(response, **_):
    lines = ["%s: %s" % (name, traces[0].splitlines()[0]) for name, traces in sorted(failures(response).items())]
    lines += ["%s %s" % named for named in sorted(degraded(response).items())]
    if lines:
        raise AirflowFailException("; ".join(lines))
    log.info("%d connectors, none has failed or is DEGRADED", len(response.json()))


with DAG(
    "connect_health",
    schedule=timedelta(minutes=10),
    description=__doc__,
    params={"leave": Param([], type="array", items={"type": "string"},
                           description="Connectors that are reported and not restarted.")},
    **DAG_DEFAULTS,
):
    find = step("find_failed", "GET", "connectors?expand=status", keep=restarts)
    restart = HttpOperator.partial(
        task_id="restart_failed", http_conn_id=WORKER, method="POST", response_check=restarted, do_xcom_push=False,
        extra_options={"check_response": False, "timeout": 2 * STEP_S},
    ).expand(endpoint=find.output)
    # After the restarts, or when there were none to do.
    restart >> step("report", "GET", "connectors?expand=status", check=report, trigger_rule="none_failed")
