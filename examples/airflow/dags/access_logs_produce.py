"""Writes a bounded batch of synthetic access-log lines into Kafka, and proves that exactly those were acknowledged."""

from airflow import DAG
from airflow.models.param import Param
from airflow.operators.python import ShortCircuitOperator

from access_logs import DAG_DEFAULTS, MACROS, SOURCE_CONFIG, acknowledged, params
from connect_http import action, bounded_run, chained, step, trace

with DAG(
    "access_logs_produce",
    schedule=None,
    description=__doc__,
    user_defined_macros=MACROS,
    params=params(
        "topic", "source", "tasks", "timeout_s",
        count=Param(100000, type="integer", minimum=1, maximum=10**12, description="Lines of this run."),
        rate=Param(0, type="integer", minimum=0, description="Lines a second; 0: as fast as can be."),
        seed=Param(None, type=["null", "integer"], minimum=0,
                   description="Names the series of lines. Without it the run's logical date does, so that each run "
                               "writes its own. Twice the same seed writes nothing twice."),
        pause_after=Param(False, type="boolean", description="Pause the source when the run has succeeded."),
    ),
    **DAG_DEFAULTS,
):
    NAME = "{{ params.source }}"
    run = bounded_run(NAME, SOURCE_CONFIG)
    check = step("check_acknowledged", "GET", "connectors/%s/offsets" % NAME, check=acknowledged)
    trace(NAME, chained(*run, check))
    pause_after = ShortCircuitOperator(task_id="pause_after", python_callable=lambda params: params["pause_after"])
    check >> pause_after >> action(NAME, "pause")
