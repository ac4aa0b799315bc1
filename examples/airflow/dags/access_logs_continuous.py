"""Lines that flow all day: the sink and the source are started in the morning and paused in the evening."""

from datetime import timedelta

from airflow import DAG
from airflow.models.param import Param
from airflow.operators.python import ShortCircuitOperator
from airflow.utils import timezone
from airflow.utils.types import DagRunType

from access_logs import DAG_DEFAULTS, MACROS, SINK_CONFIG, SOURCE_CONFIG, params
from connect_http import action, apply, bounded_run, chained, trace, wait

SOURCE, SINK, TOPIC = "access-log-source-live", "access-log-sink-live", "access-logs-live"
MORNING, EVENING = 7, 19  # hours, UTC
LIVE_SINK = {**SINK_CONFIG, "run.until": "forever"}


def is_in_time(hours):
    """Of a run by schedule, whether it is less than so many hours late.

    Airflow makes the run of the last interval also when a DAG is unpaused, or the scheduler comes back: the evening of
    yesterday would pause what has to flow today.
    """

    def check(dag_run, data_interval_end):
        late = timezone.utcnow() - data_interval_end
        return dag_run.run_type != DagRunType.SCHEDULED or late < timedelta(hours=hours)

    return ShortCircuitOperator(task_id="is_in_time", python_callable=check)


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
    schedule="0 %d * * *" % MORNING,
    description="Starts the sink and the source of the live lines, or lets them go on.",
    user_defined_macros=MACROS,
    params=live_params(rate=Param(100, type="integer", minimum=1, description="Lines a second.")),
    **DAG_DEFAULTS,
):
    sink, source = "{{ params.sink }}", "{{ params.source }}"
    # A series that goes on from day to day, its lines dated as they are written.
    live = {**SOURCE_CONFIG, "seed": "1", "count": "0", "start.time": "now"}
    sink_steps = started(sink, LIVE_SINK, "sink")
    source_steps = started(source, live, "source")
    chained(is_in_time(EVENING - MORNING), *sink_steps, *source_steps)
    trace(sink, sink_steps, "trace_sink")
    trace(source, source_steps, "trace_source")

with DAG(
    "access_logs_evening",
    schedule="0 %d * * *" % EVENING,
    description="Pauses the source, lets the sink come to the end of the topic, and pauses it too.",
    user_defined_macros=MACROS,
    params=live_params(),
    **DAG_DEFAULTS,
):
    sink, source = "{{ params.sink }}", "{{ params.source }}"
    source_steps = [action(source, "pause", "pause_source"), wait(source, "PAUSED", "wait_source_paused")]
    # A run to the end is that from whatever state, also of a sink that somebody has paused with lines left to read:
    # its lag stands still. What is resumed by hand later goes on for good.
    sink_steps = [*bounded_run(sink, SINK_CONFIG), action(sink, "pause", "pause_sink"),
                  wait(sink, "PAUSED", "wait_sink_paused"), apply(sink, LIVE_SINK, "apply_sink")]
    chained(is_in_time(24 + MORNING - EVENING), *source_steps, *sink_steps)
    trace(source, source_steps, "trace_source")
    trace(sink, sink_steps, "trace_sink")
