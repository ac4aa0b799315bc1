"""Indexes the lines of one day again, from the topic, with the sink that has indexed them, which then goes on.

Pause, stop, set the offsets to where the day begins, a run up to where it ends, and the offsets back. Documents have
the ids of their records, so nothing is there twice: one that is there stays as it is (op.type=CREATE, the default) or is
written over (op.type=INDEX); to have it made anew in spite of the default, delete it first. Where the day begins and
ends in the topic is asked of the documents of the days around it; what is earlier is read from the topic's beginning,
what is later up to where the sink was. Lines are not strictly in order: params.slack_hours says by how much.

What to come back to is noted in the sink's own configuration (the key maintenance.before) as long as the replay has not
been put back, so a run that is cut off at any step is no loss: the next one, of whatever day, comes back to where the
first has begun. A worker with connector.unknown.keys=error refuses that key.
"""

import json

from airflow import DAG
from airflow.exceptions import AirflowFailException
from airflow.models.param import Param
from airflow.operators.python import ShortCircuitOperator
from airflow.utils.trigger_rule import TriggerRule

from access_logs import DAG_DEFAULTS, SINK, STORE, committed, params
from connect_http import action, chained, step, trace, wait

PARTITIONS_MAX = 10000
NOTE = "maintenance.before"
UNTIL = ("run.until", "run.until.offsets")  # what a replay changes in the configuration


def known_offsets(response):
    """The offsets to come back to: a sink that has none has nothing to replay."""
    offsets = committed(response)
    if not offsets:
        raise AirflowFailException("the sink has committed no offsets yet: there is nothing to replay")
    return offsets


def noted(config):
    """What a run that was cut off wanted to come back to: {"config": …, "offsets": …}; None where there was none."""
    return json.loads(config[NOTE]) if NOTE in config else None


def restored(config):
    """The configuration without what a replay has changed in it; whatever else was changed meanwhile is kept."""
    note = noted(config)
    if not note:
        return config
    return {**{key: value for key, value in config.items() if key not in (NOTE, *UNTIL)}, **note["config"]}


def config_before(response):
    """The sink's configuration as it is, or as it was before a replay that was cut off."""
    config = response.json()
    if config.get("run.until") == "offsets" and not noted(config):
        raise AirflowFailException("the sink ends its run at offsets (run.until=offsets), and not for a replay of this "
                                   "DAG: give it the configuration that it is to come back to")
    return {"config": restored(config), "offsets": (noted(config) or {}).get("offsets")}


def bounds_query(topic, day, slack_hours):
    """For each partition, the last offset of lines before the day and the first one of lines after it."""
    last, first = {"max": {"field": "kafka.offset"}}, {"min": {"field": "kafka.offset"}}
    before = {"range": {"@timestamp": {"lt": "%s||-%dh" % (day, slack_hours)}}}
    after = {"range": {"@timestamp": {"gte": "%s||+1d+%dh" % (day, slack_hours)}}}
    return json.dumps({
        "size": 0,
        "query": {"bool": {"filter": [{"term": {"kafka.topic": topic}}]}},
        "aggs": {"partitions": {
            "terms": {"field": "kafka.partition", "size": PARTITIONS_MAX},
            "aggs": {"before": {"filter": before, "aggs": {"offset": last}},
                     "after": {"filter": after, "aggs": {"offset": first}}}}},
    })


def bounds(response):
    """Partition → the offsets where the day begins and ends; null for an end that no document names."""
    buckets = response.json().get("aggregations", {}).get("partitions", {}).get("buckets", [])
    found = {}
    for bucket in buckets:
        before, after = bucket["before"]["offset"]["value"], bucket["after"]["offset"]["value"]
        found[str(bucket["key"])] = [0 if before is None else int(before) + 1, None if after is None else int(after)]
    return found


def span(saved, day):
    """Partition → the offsets to read again: the day's, as far as documents name them; all when they disagree."""
    found = {}
    for partition, committed_offset in saved.items():
        begin, end = day.get(partition) or [0, None]
        end = committed_offset if end is None else min(end, committed_offset)
        found[partition] = (begin, end) if begin <= end else (0, committed_offset)
    return found


def begins(saved, day):
    return {partition: begin for partition, (begin, _) in span(saved, day).items()}


def ends(saved, day):
    return {partition: end for partition, (_, end) in span(saved, day).items()}


def offsets_body(topic, offsets):
    """Offsets as PATCH /offsets takes them; none when they were not read, which the worker refuses."""
    return json.dumps({"offsets": [
        {"partition": {"kafka_topic": topic, "kafka_partition": int(partition)}, "offset": {"kafka_offset": offset}}
        for partition, offset in sorted((offsets or {}).items())]})


def to_come_back_to(before, committed_offsets):
    """Partition → offset: before a replay that was cut off, or as they are."""
    return before["offsets"] or committed_offsets


def until(topic, before, saved, offsets):
    """The sink's configuration for a run that ends at these offsets, with the note of what it was before."""
    places = ",".join("%s:%s:%d" % (topic, partition, end) for partition, end in sorted(offsets.items()))
    config = before["config"]
    note = {"config": {key: config[key] for key in UNTIL if key in config}, "offsets": saved}
    return json.dumps({**config, "run.until": "offsets", "run.until.offsets": places, NOTE: json.dumps(note)})


def to_restore(response):
    """What is to be put back now; None where no replay has begun."""
    config = response.json()
    note = noted(config)
    return note and {"config": restored(config), "offsets": note["offsets"]}


with DAG(
    "access_logs_maintenance",
    schedule=None,
    description="Indexes the lines of one day again.",
    doc_md=__doc__,
    user_defined_macros={"bounds_query": bounds_query, "begins": begins, "ends": ends, "offsets_body": offsets_body,
                         "to_come_back_to": to_come_back_to, "until": until},
    params=params(
        "topic", "index", "timeout_s", sink=Param(SINK, type="string", description="The sink connector's name."),
        day=Param("2026-01-21", type="string", format="date", description="The day of the log lines."),
        slack_hours=Param(1, type="integer", minimum=0, description="So late or early may lines be in the topic.")),
    **DAG_DEFAULTS,
):
    NAME = "{{ params.sink }}"
    path = "connectors/%s/" % NAME
    before, now, day, left = ("ti.xcom_pull(task_ids='%s')" % task
                              for task in ("config_before", "offsets_before", "day", "what_is_left"))
    saved = "to_come_back_to(%s, %s)" % (before, now)
    steps = chained(
        action(NAME, "pause"),
        wait(NAME, "PAUSED"),
        step("config_before", "GET", path + "config", keep=config_before),
        action(NAME, "stop"),
        wait(NAME, "STOPPED"),
        step("offsets_before", "GET", path + "offsets", keep=known_offsets),
        step("day", "POST", "{{ params.index }}-*/_search",
             "{{ bounds_query(params.topic, params.day, params.slack_hours) }}", connection=STORE, keep=bounds),
        # The note first: from now on each step may be the last one, and nothing of what was there is lost.
        step("replay", "PUT", path + "config",
             "{{ until(params.topic, %s, %s, ends(%s, %s)) }}" % (before, saved, saved, day)),
        step("reset_offsets", "PATCH", path + "offsets",
             "{{ offsets_body(params.topic, begins(%s, %s)) }}" % (saved, day)),
        action(NAME, "resume", "resume_replay"),
        wait(NAME, "COMPLETED"),
    )
    # Also after a replay that has failed: the sink is left as it was found, and goes on. It does not when it could not
    # be put back: with the replay's configuration it would end its run, and index nothing more.
    has_replayed = ShortCircuitOperator(task_id="has_replayed", ignore_downstream_trigger_rules=False,
                                        python_callable=lambda ti: ti.xcom_pull(task_ids="what_is_left") is not None)
    restore = chained(
        step("stop_again", "PUT", path + "stop", trigger_rule=TriggerRule.ALL_DONE),
        wait(NAME, "STOPPED", "wait_stopped_again"),
        step("what_is_left", "GET", path + "config", keep=to_restore),
        has_replayed,
        step("restore_offsets", "PATCH", path + "offsets", "{{ offsets_body(params.topic, %s.offsets) }}" % left),
        step("restore_config", "PUT", path + "config", "{{ %s.config | tojson }}" % left),
        step("resume", "PUT", path + "resume", trigger_rule=TriggerRule.NONE_FAILED),
    )
    steps[-1] >> restore[0]
    # Whom has_replayed leads to, it skips, also what has failed already.
    trace(NAME, [one for one in steps + restore if one is not has_replayed])
