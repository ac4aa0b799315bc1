"""Indexes what the topic holds when the run starts, and proves that every record of it is a document."""

from airflow import DAG
from airflow.models.param import Param

from access_logs import DAG_DEFAULTS, MACROS, SINK_CONFIG, STORE, all_indexed, committed, lag_is_low, params
from connect_http import bounded_run, chained, step, trace

with DAG(
    "access_logs_consume",
    schedule=None,
    description=__doc__,
    user_defined_macros=MACROS,
    params=params(
        "topic", "index", "sink", "tasks", "timeout_s",
        max_lag=Param(0, type="integer", minimum=0,
                      description="So many records may be left in the topic: those that were written while the run was "
                                  "on its way."),
        max_missing=Param(0, type="integer", minimum=0,
                          description="So many records may have no document: bad lines that the sink skips or makes "
                                      "dead letters of with errors.tolerance=all, marks of Kafka's transactions."),
    ),
    **DAG_DEFAULTS,
):
    NAME = "{{ params.sink }}"
    offsets = "connectors/%s/offsets" % NAME
    steps = chained(
        step("offsets_before", "GET", offsets, statuses=(404,), keep=committed),
        *bounded_run(NAME, SINK_CONFIG),
        step("check_lag", "GET", "metrics", check=lag_is_low),
        step("offsets_after", "GET", offsets, keep=committed),
        step("refresh", "POST", "{{ params.index }}-*/_refresh", connection=STORE),
        step("check_documents", "POST", "{{ params.index }}-*/_count", connection=STORE, check=all_indexed,
             data="{{ documents_query(params.topic, ti.xcom_pull(task_ids='offsets_before'), "
                  "ti.xcom_pull(task_ids='offsets_after')) }}"),
    )
    trace(NAME, steps)
