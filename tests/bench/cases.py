"""What is measured. Each function makes one round and returns its figures; it raises Wrong when records are lost."""

import json
import subprocess
import time

from benchlib import STEP_S, Connector, Wrong, cpu_seconds, peak_mb
from cwtest import env
from cwtest.process import Worker, children, pss_bytes

RATE, LATENCY_S, WARM_UP_S = 1000, 8, 2
SLOW_MS, SLOW_S = 200, 6


def sink_config(topic, url, tasks, **more):
    return dict({"connector.class": "AccessLogElasticsearchSink", "topics": topic, "connection.url": url,
                 "tasks.max": str(tasks), "index": "bench"}, **more)


def source_config(topic, records, tasks):
    return {"connector.class": "SyntheticLogSource", "topic": topic, "tasks.max": str(tasks), "count": str(records),
            "records.per.second": "0"}


def sink_figures(stats, records, cpu, peak, started):
    seconds = (stats["last_us"] - stats["first_us"]) / 1e6
    return {"rate": records / seconds, "cpu": cpu / records * 1e6, "peak_mb": peak,
            "first_s": stats["first_us"] / 1e6 - started, "store_cpu": stats["cpu_s"] / records * 1e6,
            "document_bytes": stats["bytes"] / records}


def sink_bare(bench, topic, records, tasks):
    sink = bench.sink()
    started = time.time()
    done = json.loads(bench.run("bare_consume", "--brokers", env.KAFKA, "--topic", topic, "--url", sink.url,
                                "--count", records, "--tasks", tasks))
    stats = sink.check(records, "bare consume loop")
    sink.close()
    return sink_figures(stats, records, done["cpu_s"], done["peak_kb"] / 1024, started)


def sink_product(bench, topic, records, tasks):
    sink = bench.sink()
    connector = Connector(bench, "sink", sink_config(topic, sink.url, tasks))
    sink.wait(records, connector.watch, "sink")
    connector.watch()
    figures = sink_figures(sink.check(records, "sink"), records, connector.cpu, connector.peak, connector.started)
    figures["first_after_request_s"] = figures["first_s"] + connector.started - connector.asked
    connector.remove()
    sink.check(records, "sink, after it stopped")
    sink.close()
    return figures


def source_figures(bench, topic, records, cpu, peak, started, what):
    span = bench.span(topic)
    if span["records"] != records:
        raise Wrong("%s: %d records expected, %d are in the topic" % (what, records, span["records"]))
    return {"rate": records / ((span["last_ms"] - span["first_ms"]) / 1e3), "cpu": cpu / records * 1e6,
            "peak_mb": peak, "first_s": span["first_ms"] / 1e3 - started}


def source_bare(bench, records, tasks, *options):
    topic = bench.timed_topic()
    started = time.time()
    done = json.loads(bench.run("bare_produce", "--brokers", env.KAFKA, "--topic", topic, "--count", records,
                                "--tasks", tasks, *options))
    return source_figures(bench, topic, records, done["cpu_s"], done["peak_kb"] / 1024, started, "bare produce loop")


def source_product(bench, records, tasks):
    topic = bench.timed_topic()
    connector = Connector(bench, "source", source_config(topic, records, tasks))
    connector.wait_completed("source")
    figures = source_figures(bench, topic, records, connector.cpu, connector.peak, connector.started, "source")
    figures["first_after_request_s"] = figures["first_s"] + connector.started - connector.asked
    connector.remove()
    return figures


def both_product(bench, records, tasks):
    """Source and sink at the same time: from nothing to the last document."""
    topic, sink = bench.topic("both"), bench.sink()
    reader = Connector(bench, "both-sink", sink_config(topic, sink.url, tasks))
    writer = Connector(bench, "both-source", source_config(topic, records, tasks))

    def watch():
        reader.watch()
        writer.watch()

    stats = sink.wait(records, watch, "source and sink")
    watch()
    writer.remove()
    reader.remove()
    sink.check(records, "source and sink")
    sink.close()
    return {"rate": records / ((stats["last_us"] - stats["first_us"]) / 1e6),
            "cpu": (reader.cpu + writer.cpu) / records * 1e6, "peak_mb": reader.peak + writer.peak,
            "first_s": stats["first_us"] / 1e6 - writer.started}


def steady(bench, topic, sink, pid):
    """A steady stream through what is ready to take it: latency and CPU after a warm-up."""
    producer = bench.produce_stamped(topic, RATE, WARM_UP_S + LATENCY_S)
    try:
        time.sleep(WARM_UP_S)
        sink.reset()
        began, cpu = time.monotonic(), cpu_seconds(pid)
        time.sleep(LATENCY_S - 1)
        cpu = cpu_seconds(pid) - cpu
        seconds = time.monotonic() - began
        latency = sink.stats()["latency"]
    finally:
        produced = producer.wait(STEP_S)
    if produced != 0:
        raise Wrong("latency: bare_produce ended with status %d" % produced)
    if latency["count"] < RATE * (LATENCY_S - 1) * 0.9:
        raise Wrong("latency: only %d lines arrived in %.1f s" % (latency["count"], seconds))
    return {"p50_ms": latency["p50_us"] / 1e3, "p99_ms": latency["p99_us"] / 1e3, "max_ms": latency["max_us"] / 1e3,
            "core_share": cpu / seconds}


def latency_bare(bench):
    topic, sink = bench.topic("latency"), bench.sink("latency=1")
    loop = subprocess.Popen([bench.program("bare_consume"), "--brokers", env.KAFKA, "--topic", topic, "--url", sink.url,
                             "--count", str(RATE * (WARM_UP_S + LATENCY_S))], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)
    try:
        figures = steady(bench, topic, sink, loop.pid)
        said = loop.communicate(timeout=60)[1].decode().strip()
        if loop.returncode != 0:
            raise Wrong("bare_consume ended with status %d: %s" % (loop.returncode, said))
    finally:
        loop.kill()
        loop.communicate()
    sink.close()
    return figures


def latency_product(bench):
    topic, sink = bench.topic("latency"), bench.sink("latency=1")
    connector = Connector(bench, "latency", sink_config(topic, sink.url, 1))
    bench.worker.rest.wait_state(connector.name, "RUNNING", "RUNNING", 1)
    connector.watch()
    figures = steady(bench, topic, sink, connector.pid)
    connector.remove()
    sink.close()
    return figures


def slow_product(bench, topic, records, tasks):
    """A store that answers late, for a while; then everything must still arrive, each document once."""
    sink = bench.sink("delay_ms=%d" % SLOW_MS, "ids=1")
    connector = Connector(bench, "slow", sink_config(topic, sink.url, tasks))
    deadline = time.monotonic() + SLOW_S
    while time.monotonic() < deadline and sink.stats()["ok"] < records:
        connector.watch()
        time.sleep(0.05)
    taken, peak = sink.stats()["ok"], connector.peak
    sink.set("delay_ms=0")
    sink.wait(records, connector.watch, "sink with a slow store")
    connector.remove()
    stats = sink.check(records, "sink with a slow store")
    if stats["distinct"] != records:
        raise Wrong("sink with a slow store: %d distinct ids of %d" % (stats["distinct"], records))
    sink.close()
    return {"peak_mb": peak, "slow_rate": taken / SLOW_S}


def settled(measure):
    """A figure once it no longer moves; at most 5 s."""
    deadline, last = time.monotonic() + 5, measure()
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = measure()
        if abs(now - last) < 0.05:
            break
        last = now
    return last


def tree_mb(pid):
    """The memory of a worker and its hosts (sum of Pss)."""
    return sum(pss_bytes(p) for p in [pid] + children(pid)) / 1048576


def idle_product(bench):
    """A worker of its own: how soon it answers, what it takes, and what a connector with nothing to do adds."""
    worker = Worker(bench, bench.name("idle"), {"plugin.path": env.plugin_dir()}).start()
    figures = {"ready_s": worker.ready_after, "idle_mb": settled(lambda: tree_mb(worker.pid)),
               "idle_peak_mb": peak_mb(worker.pid)}
    sink, topic = bench.sink(), bench.topic("idle")
    worker.rest.create("idle-sink", sink_config(topic, sink.url, 1))
    worker.rest.wait_state("idle-sink", "RUNNING", "RUNNING", 1)
    figures["connector_mb"] = settled(lambda: tree_mb(worker.pid)) - figures["idle_mb"]
    worker.stop()
    sink.close()
    return figures
