"""The two connectors of the product: their configurations, and proofs about what went through them."""

import collections
import os
import re
import subprocess

from . import env, kafka

SOURCE_CLASS = "SyntheticLogSource"
SINK_CLASS = "AccessLogElasticsearchSink"


def source(topic, count, rate=0, tasks=1, **more):
    """A bounded source, as fast as it can be when rate is 0."""
    config = {
        "connector.class": SOURCE_CLASS, "topic": topic, "count": str(count), "records.per.second": str(rate),
        "tasks.max": str(tasks), "seed": str(env.SEED),
    }
    config.update({k.replace("_", "."): str(v) for k, v in more.items()})
    return config


def sink(topic, url, index, tasks=1, **more):
    config = {
        "connector.class": SINK_CLASS, "topics": topic, "connection.url": url, "index": index,
        "tasks.max": str(tasks), "include.raw": "true", "include.kafka": "true",
    }
    config.update({k.replace("_", "."): str(v) for k, v in more.items()})
    return config


def make_degraded(rest, name, topic):
    """A sink that has a line to write and a store that is away, made and DEGRADED."""
    kafka.produce(topic, lines_of(source(topic, 1)))
    rest.create(name, sink(topic, "http://127.0.0.1:1", name, watchdog_timeout_ms=1000))
    env.wait_for(lambda: rest.status(name)["summary_state"] == "DEGRADED", 60, lambda: rest.status(name), 0.2)


def lines_of(config, *options):
    """What a source with this configuration writes, made again without it."""
    command = [os.path.join(env.BUILD, "synthetic-log-lines")] + list(options)
    command += ["%s=%s" % kv for kv in config.items()]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError("synthetic-log-lines: " + done.stderr.decode())
    return done.stdout.split(b"\n")[:-1]


LINE = re.compile(
    r'(?P<ip>\S+) - - \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<endpoint>\S+) (?P<protocol>\S+)" (?P<status>\d+) '
    r'(?P<size>\d+|-) "(?P<referrer>[^"]*)" "(?P<user_agent>[^"]*)"$')
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def fields_of(line):
    """The document that a line of the access format stands for, by another parser than the sink's."""
    found = LINE.match(line).groupdict()
    month, day, year, time = re.match(r"(\w+) (\d+) (\d+), (\S+)$", found.pop("time")).groups()
    found["@timestamp"] = "%s-%02d-%sT%s" % (year, MONTHS.index(month) + 1, day, time)
    found["status"] = int(found["status"])
    for key in ("size", "referrer"):
        if found[key] == "-":
            del found[key]
    if "size" in found:
        found["size"] = int(found["size"])
    return found


def difference(expected, found):
    """How two multisets differ, in words; empty when they do not."""
    expected, found = collections.Counter(expected), collections.Counter(found)
    if expected == found:
        return ""
    missing, extra = expected - found, found - expected
    return "%d missing (as %r), %d too many (as %r)" % (
        sum(missing.values()), next(iter(missing), None), sum(extra.values()), next(iter(extra), None))


def assert_topic(test, topic, config):
    """The topic holds exactly the lines of the source, each once."""
    test.assertEqual(difference(lines_of(config), kafka.values(topic)), "")


def lines_by_id(topic):
    """Id of the document of each record → its line."""
    return {"%s+%d+%d" % (topic, r.partition, r.offset): r.value.decode("utf-8", "replace") for r in kafka.records(topic)}


def assert_indexed(test, search, index, topic):
    """Every record of the topic is one document, with its own id and its own line, and there is nothing else."""
    found = {}
    for _, doc, fields in search.scan(index, ["raw"]):
        test.assertNotIn(doc, found, "a document twice, in two indices")
        found[doc] = fields["raw"]
    test.assertEqual(difference(lines_by_id(topic).items(), found.items()), "")
    return len(found)


def documents(search, index, topic):
    """Id → line of every document of the topic in a connect-devstore, which shows 10,000 at most at once."""
    ends = kafka.end_offsets(topic)
    found, page = {}, 10000 // len(ends)
    for first in range(0, max(ends.values()), page):
        window = {"range": {"kafka.offset": {"gte": first, "lt": first + page}}}
        answer = search.call("POST", "/%s/_search" % index, {"size": 10000, "_source": ["raw"], "query": window})
        found.update((hit["_id"], hit["_source"]["raw"]) for hit in answer["hits"]["hits"])
    return found


def assert_stored(test, search, index, topic):
    """As assert_indexed(), in a connect-devstore."""
    found = documents(search, index, topic)
    test.assertEqual(difference(lines_by_id(topic).items(), found.items()), "")
    test.assertEqual(search.count(index), len(found))
    return len(found)


def assert_fields(test, search, index):
    """Every document has the fields of its raw line, and says which record it was."""
    for _, doc, fields in search.scan(index, True):
        raw = fields.pop("raw")
        topic, partition, offset = doc.rsplit("+", 2)
        test.assertEqual(fields.pop("kafka"), {"topic": topic, "partition": int(partition), "offset": int(offset)})
        test.assertEqual(fields, fields_of(raw))


COUNTERS = {"read": "records", "indexed": "records_written", "skipped": "records_skipped", "failed": "records_failed",
            "filtered": "records_filtered", "dropped": "records_dropped",
            "letters": "records_dead_lettered", "in_flight": "records_in_flight"}


def counters(rest, connector):
    """The counters of a sink, summed over its tasks, since each task's last start."""
    metrics = rest.metrics()

    def total(name):
        suffix = "" if name == "records_in_flight" else "_total"
        return int(metrics.sum("connect_worker_task_%s%s" % (name, suffix), connector=connector) or 0)

    return {word: total(name) for word, name in COUNTERS.items()}


def received(rest, connector):
    """Batches that Kafka has given a sink, whether or not it takes them."""
    return int(rest.metrics().sum("connect_worker_task_batches_total", connector=connector) or 0)


def settled(counters):
    """Everything that was read is accounted for, and has come to its end."""
    ended = ("indexed", "skipped", "failed", "filtered", "dropped", "letters")
    return counters["in_flight"] == 0 and counters["read"] == sum(counters[word] for word in ended)


def assert_settled(test, rest, connector, seconds=60, **expected):
    """Waits until a sink's counters add up and have these values; those that are not named are 0."""
    wanted = dict({word: 0 for word in COUNTERS}, **expected)
    env.wait_for(lambda: counters(rest, connector) == wanted, seconds, lambda: "the counters are %s; they are %s, %s" % (
        wanted, counters(rest, connector), rest.status(connector)), 0.1)
    test.assertTrue(settled(wanted), wanted)
