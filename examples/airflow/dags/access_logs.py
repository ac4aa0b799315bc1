"""What the DAGs of the access-log pipeline share: names, configurations, and what is proved about a run."""

import json
from datetime import timedelta

import pendulum
from airflow.exceptions import AirflowFailException
from airflow.models.param import Param

from connect_http import lag_in

STORE = "access_log_store"
TOPIC, INDEX = "access-logs", "access-logs"
SOURCE, SINK = "access-log-source", "access-log-sink"

DAG_DEFAULTS = {
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {"owner": "log-platform", "retries": 2, "retry_delay": timedelta(seconds=10)},
    "tags": ["connect-worker", "access-logs"],
}

NAME = "^[A-Za-z0-9._-]{1,200}$"
PARAMS = {
    "topic": Param(TOPIC, type="string", pattern=NAME, description="The topic of the log lines."),
    "index": Param(INDEX, type="string", pattern="^[a-z0-9][a-z0-9._-]{0,199}$",
                   description="Lines go to the index of their day: INDEX-2026.01.21."),
    "source": Param(SOURCE, type="string", pattern=NAME, description="The source connector's name."),
    "sink": Param(SINK, type="string", pattern=NAME, description="The sink connector's name."),
    "tasks": Param(2, type="integer", minimum=1, maximum=64, description="tasks.max"),
    "timeout_s": Param(3600, type="number", minimum=1, description="Seconds until a step that waits gives up."),
}


def params(*names, **more):
    return {**{name: PARAMS[name] for name in names}, **more}


def store_url(conn):
    """The store's address, from its Airflow connection. The worker must reach it there as well."""
    host = conn.host if "://" in conn.host else "%s://%s" % (conn.schema or "http", conn.host)
    return host + (":%d" % conn.port if conn.port else "")


def seed_of(params, logical_date):
    """Names the series of lines that a run writes: each run has its own, and the same when it is retried."""
    given = params.get("seed")
    return given if given is not None else int(logical_date.timestamp() * 1000)


# What templates of these DAGs may call.
MACROS = {"store_url": store_url, "seed_of": seed_of}

SOURCE_CONFIG = {
    "connector.class": "SyntheticLogSource",
    "tasks.max": "{{ params.tasks }}",
    "topic": "{{ params.topic }}",
    "seed": "{{ seed_of(params, logical_date) }}",
    "count": "{{ params.count }}",
    "records.per.second": "{{ params.rate }}",
}

# User and password, where the store has them: "${env:STORE_USER}" and so on, which the worker resolves.
SINK_CONFIG = {
    "connector.class": "AccessLogElasticsearchSink",
    "tasks.max": "{{ params.tasks }}",
    "topics": "{{ params.topic }}",
    "connection.url": "{{ store_url(conn.%s) }}" % STORE,
    "index": "{{ params.index }}-%{+yyyy.MM.dd}",
    "include.raw": "true",
    "include.kafka": "true",
    "run.until": "end",
}


# Lines that are none and documents that the store refuses go to a topic; the headers say where each record was read.
DEAD_LETTERS = {
    "errors.tolerance": "all",
    "errors.deadletterqueue.topic.name": "{{ params.dead_letter_topic }}",
    "errors.deadletterqueue.topic.replication.factor": "-1",
    "errors.deadletterqueue.context.headers.enable": "true",
}
LETTERS_SHOWN = 1000  # the most that the worker shows at once, the newest


def check_series(offsets, params, logical_date):
    """Kafka has acknowledged every line of this run's series, and the source has stored that: neither less nor more."""
    seed = seed_of(params, logical_date)
    count = sum(entry["offset"]["record"] for entry in offsets
                if entry["partition"]["seed"] == seed and entry["partition"]["tasks"] == params["tasks"])
    if count != params["count"]:
        raise AirflowFailException("%d of %d lines of the series with seed %d are acknowledged"
                                   % (count, params["count"], seed))


def acknowledged(response, **context):
    check_series(response.json()["offsets"], context["params"], context["logical_date"])


def lag_is_low(response, **context):
    """The sink has left nothing in the topic, or no more than params.max_lag where somebody goes on writing."""
    lag, allowed = lag_in(response, context["params"]["sink"]), context["params"]["max_lag"]
    if lag > allowed:
        raise AirflowFailException("%d records are not read, more than the %d of params.max_lag" % (lag, allowed))


def committed(response):
    """Partition → the sink's committed offset; nothing before its first run."""
    if response.status_code == 404:
        return {}
    return {str(entry["partition"]["kafka_partition"]): entry["offset"]["kafka_offset"]
            for entry in response.json()["offsets"] if entry["offset"]}


def documents_query(topic, before, after):
    """The documents of the records that a run has committed, whichever run has written them first."""
    ranges = [{"bool": {"filter": [
        {"term": {"kafka.partition": int(partition)}},
        {"range": {"kafka.offset": {"gte": before.get(partition, 0), "lt": end}}},
    ]}} for partition, end in after.items()]
    return json.dumps({"query": {"bool": {
        "filter": [{"term": {"kafka.topic": topic}}], "should": ranges, "minimum_should_match": 1 if ranges else 0,
        "must_not": [] if ranges else [{"match_all": {}}],
    }}})


MACROS["documents_query"] = documents_query


def records_between(before, after):
    return sum(end - before.get(partition, 0) for partition, end in after.items())


def place(letter):
    """Where the record of a dead letter was read; None when its headers do not say it."""
    read = letter.get("from")
    return read and (read["topic"], read["partition"], read["offset"])


def dead_letters(response, ti, params):
    """Place → dead letter, the oldest first, of the records that this run has read; earlier runs have left others."""
    before, after = (ti.xcom_pull(task_ids="offsets_" + when) for when in ("before", "after"))
    found = {place(letter): letter for letter in response.json()["letters"] if place(letter)}
    return {(topic, partition, offset): letter for (topic, partition, offset), letter in found.items()
            if topic == params["topic"]
            and before.get(str(partition), 0) <= offset < after.get(str(partition), 0)}


def count_dead_letters(response, ti, params):
    return len(dead_letters(response, ti, params))


def dead_letters_are_few(response, **context):
    """No more records of this run became dead letters than params.max_dead_letters."""
    params = context["params"]
    found, allowed = dead_letters(response, context["ti"], params), params["max_dead_letters"]
    if len(found) <= allowed:
        return
    where, letter = next(iter(found.items()))
    raise AirflowFailException(
        "dead letters of this run: %d%s, more than the %d of params.max_dead_letters; the first is the record of %s, "
        "partition %d, offset %d: %s: %s; they are in topic %s: workerctl dlq list %s"
        % (len(found), " or more" if len(found) >= LETTERS_SHOWN else "", allowed, *where, letter.get("stage"),
           letter.get("message"), response.json()["topic"], params["sink"]))


def all_indexed(response, **context):
    """Each record that the run has read is a document or a dead letter, but for params.max_missing."""
    pull = context["ti"].xcom_pull
    records = records_between(pull(task_ids="offsets_before"), pull(task_ids="offsets_after"))
    documents, letters = response.json()["count"], pull(task_ids="check_dead_letters")
    missing, allowed = records - letters - documents, context["params"]["max_missing"]
    if missing > allowed or documents > records:
        raise AirflowFailException("%d records were read, %d of them are documents and %d are dead letters: %d are "
                                   "missing, %d may be (params.max_missing); GET /connectors/%s/logs has the reasons"
                                   % (records, documents, letters, missing, allowed, context["params"]["sink"]))
