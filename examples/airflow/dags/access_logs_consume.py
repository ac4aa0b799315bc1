"""Indexes what the topic holds when the run starts; proves that each is a document or one of few dead letters."""

from airflow import DAG
from airflow.models.param import Param

from access_logs import (DAG_DEFAULTS, DEAD_LETTERS, LETTERS_SHOWN, MACROS, NAME as TOPIC_NAME, SINK_CONFIG, STORE,
                         all_indexed, committed, count_dead_letters, dead_letters_are_few, lag_is_low, params)
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
                          description="So many records may be neither a document nor a dead letter: marks of Kafka's "
                                      "transactions, what a filter leaves out."),
        dead_letter_topic=Param("access-logs-dead-letters", type="string", pattern=TOPIC_NAME,
                                description="Where records go that the sink cannot index."),
        max_dead_letters=Param(0, type="integer", minimum=0, maximum=LETTERS_SHOWN - 1,
                               description="The run fails when more of its records than that became dead letters."),
    ),
    **DAG_DEFAULTS,
):
    NAME = "{{ params.sink }}"
    offsets = "connectors/%s/offsets" % NAME
    steps = chained(
        step("offsets_before", "GET", offsets, statuses=(404,), keep=committed),
        *bounded_run(NAME, {**SINK_CONFIG, **DEAD_LETTERS}),
        step("check_lag", "GET", "metrics", check=lag_is_low),
        step("offsets_after", "GET", offsets, keep=committed),
        step("check_dead_letters", "GET", "connectors/%s/dlq?letters=%d" % (NAME, LETTERS_SHOWN),
             check=dead_letters_are_few, keep=count_dead_letters),
        step("refresh", "POST", "{{ params.index }}-*/_refresh", connection=STORE),
        step("check_documents", "POST", "{{ params.index }}-*/_count", connection=STORE, check=all_indexed,
             data="{{ documents_query(params.topic, ti.xcom_pull(task_ids='offsets_before'), "
                  "ti.xcom_pull(task_ids='offsets_after')) }}"),
    )
    trace(NAME, steps)
