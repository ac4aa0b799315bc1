"""Lines that flow all day: the sink and the source are started in the morning and paused in the evening."""

from airflow import DAG
from airflow.models.param import Param

from access_logs import DAG_DEFAULTS, MACROS, SINK_CONFIG, SOURCE_CONFIG, params
from connect_http import action, apply, chained, drained, trace, wait

SOURCE, SINK, TOPIC = "access-log-source-live", "access-log-sink-live", "access-logs-live"


def live_params(**more):
    names = {"source": SOURCE, "sink": SINK, "topic": TOPIC, "index": TOPIC}
    # What a scheduled run takes, and what somebody who triggers one by hand may change.
    return {**params("tasks"), **{key: Param(value, type="string") for key, value in names.items()},
            "timeout_s": Param(600, type="number", minimum=1), **more}


def started(name, config, role):
    return [apply(name, config, "apply_" + role), action(name, "resume", "resume_" + role),
            wait(name, "RUNNING", "wait_%s_running" % role)]


with DAG(
    "access_logs_morning",
    schedule="0 7 * * *",
    description="Starts the sink and the source of the live lines, or lets them go on.",
    user_defined_macros=MACROS,
    params=live_params(rate=Param(100, type="integer", minimum=1, description="Lines a second.")),
    **DAG_DEFAULTS,
):
    sink, source = "{{ params.sink }}", "{{ params.source }}"
    # A series that goes on from day to day, its lines dated as they are written.
    live = {**SOURCE_CONFIG, "seed": "1", "count": "0", "start.time": "now"}
    sink_steps = started(sink, {**SINK_CONFIG, "run.until": "forever"}, "sink")
    source_steps = started(source, live, "source")
    chained(*sink_steps, *source_steps)
    trace(sink, sink_steps, "trace_sink")
    trace(source, source_steps, "trace_source")

with DAG(
    "access_logs_evening",
    schedule="0 19 * * *",
    description="Pauses the source, lets the sink come to the end of the topic, and pauses it too.",
    params=live_params(),
    **DAG_DEFAULTS,
):
    sink, source = "{{ params.sink }}", "{{ params.source }}"
    source_steps = [action(source, "pause", "pause_source"), wait(source, "PAUSED", "wait_source_paused")]
    sink_steps = [drained(sink), action(sink, "pause", "pause_sink"), wait(sink, "PAUSED", "wait_sink_paused")]
    chained(*source_steps, *sink_steps)
    trace(source, source_steps, "trace_source")
    trace(sink, sink_steps, "trace_sink")
