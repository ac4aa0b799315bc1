"""
Measures connect-worker on one machine beside loops in C that do nothing but the inevitable, in the same
run, against a store that costs next to nothing. Started by run.sh, which builds what is needed.

Prints a table with the limits that the project set itself, and writes everything to a JSON file. Exits
with 0 whatever the figures are: they depend on the machine. Exits with 1 when records are lost or doubled, or
when something could not be measured; that is one line, and the rest is measured all the same.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))

import beside_connect  # noqa: E402
import cases  # noqa: E402
import rest_case  # noqa: E402
from benchlib import Bench, Wrong, medians  # noqa: E402
from cwtest import env  # noqa: E402

CASES = ("sink", "source", "both", "latency", "slow", "idle", "rest", "json", "json-schemas")
REFERENCES = ("bare", "Kafka Connect")  # the columns that ours is compared with


class Limit:
    """A bound on one figure: of the product, or of its ratio to the reference."""

    def __init__(self, bound, at_least=False, ratio=False):
        self.bound, self.at_least, self.ratio = bound, at_least, ratio

    def ok(self, product, reference):
        if product is None or (self.ratio and not reference):
            return None
        value = product / reference if self.ratio else product
        return value >= self.bound if self.at_least else value <= self.bound

    def text(self, form):
        sign = ">= " if self.at_least else "<= "
        return sign + ("%g times" % self.bound if self.ratio else form(self.bound))


def rate(v):
    return "{:,.0f}/s".format(v)


def cpu(v):
    return "%.3f s" % v


def size(v):
    return "%.1f bytes" % v


def megabytes(v):
    return "%.1f MB" % v


def seconds(v):
    return "%.3f s" % v


def milliseconds(v):
    return "%.2f ms" % v


def microseconds(v):
    return "%.0f us" % v


def percent(v):
    return "%.1f %%" % (v * 100)


def flow_rows(cpu_limit, first_limit):
    return [("records", "rate", rate, Limit(1000000, at_least=True)),
            ("CPU per million records", "cpu", cpu, Limit(cpu_limit, ratio=True)),
            ("peak memory", "peak_mb", megabytes, Limit(32)),
            ("start to first record out", "first_s", seconds, Limit(first_limit)),
            ("request to first record out", "first_after_request_s", seconds, None)]


JSON_ROWS = [("CPU per million records", "cpu", cpu, Limit(0.2, ratio=True)), ("records", "rate", rate, None),
             ("JSON of a record", "document_bytes", size, None), ("peak memory", "peak_mb", megabytes, None)]

ROWS = {
    "sink": flow_rows(1.6, 0.3),
    "source": flow_rows(1.3, 0.2),
    "both": [("records", "rate", rate, None), ("CPU per million records, both hosts", "cpu", cpu, None),
             ("peak memory, both hosts", "peak_mb", megabytes, None),
             ("source starts to first document", "first_s", seconds, None)],
    "latency": [("Kafka to request at the store, p50", "p50_ms", milliseconds, Limit(1)),
                ("Kafka to request at the store, p99", "p99_ms", milliseconds, Limit(5)),
                ("the slowest", "max_ms", milliseconds, None), ("CPU of one core", "core_share", percent, Limit(0.05))],
    "slow": [("peak memory", "peak_mb", megabytes, Limit(64)), ("records meanwhile", "slow_rate", rate, None)],
    "idle": [("worker alone, memory (Pss)", "idle_mb", megabytes, Limit(12)),
             ("worker alone, peak memory", "idle_peak_mb", megabytes, None),
             ("start to first REST answer", "ready_s", seconds, Limit(0.1)),
             ("a connector that waits adds", "connector_mb", megabytes, Limit(12))],
    "rest": [("all connectors with expand, p50", "list_p50_ms", milliseconds, Limit(50)),
             ("all connectors with expand, p99", "list_p99_ms", milliseconds, None),
             ("worker's CPU for one of them", "list_cpu_ms", milliseconds, None),
             ("requests of status", "status_rate", rate, Limit(5000, at_least=True)),
             ("requests of status, p99", "status_p99_ms", milliseconds, None),
             ("worker's CPU for one", "status_cpu_us", microseconds, None),
             ("beside %d slow clients" % rest_case.SLOW_CLIENTS, "slow_rate", rate, Limit(5000, at_least=True)),
             ("beside slow clients, p99", "slow_p99_ms", milliseconds, None)],
    "json": JSON_ROWS, "json-schemas": JSON_ROWS,
}

TITLES = {
    "sink": "sink (Kafka, parse, bulk requests)", "source": "source (generate, produce with acks=all, idempotent)",
    "both": "source and sink at once", "latency": "sink at %d records/s" % cases.RATE,
    "rest": "REST with %d connectors, %d connections" % (rest_case.CONNECTORS, rest_case.CONNECTIONS),
    "slow": "sink, while the store takes %d ms for each request" % cases.SLOW_MS, "idle": "worker with nothing to do",
    "json": "JSON without schemas, three transformations, JSON",
    "json-schemas": "JSON with schemas, three transformations, JSON",
}


def progress(text):
    if sys.stderr.isatty():
        print("\r%-60s" % text + ("" if text else "\r"), end="", file=sys.stderr, flush=True)


def sentence(case, tasks, column, why):
    """What went wrong, as one line."""
    if isinstance(why, (Wrong, AssertionError)):
        what = str(why)
    elif isinstance(why, subprocess.TimeoutExpired):
        what = "%s did not end within %.0f s" % (os.path.basename(str(why.cmd[0])), why.timeout)
    else:
        what = "%s: %s" % (type(why).__name__, why)
    return "%s, %d task(s), %s: %s" % (case, tasks, column, " ".join(what.split()))


class Run:
    """Makes the rounds, in turn, and keeps what each gave."""

    def __init__(self, options):
        self.options, self.bench = options, Bench(options)
        self.results, self.wrong = [], []

    def rounds(self, case, tasks, makers):
        """makers: column → function of no arguments. Each round calls all of them, so that noise meets all alike."""
        columns = {column: [] for column in makers}
        for number in range(self.options.rounds):
            for column, make in makers.items():
                progress("%s, %d task(s), round %d: %s" % (case, tasks, number + 1, column))
                try:
                    columns[column].append(make())
                except Exception as why:  # whatever it is, the others are measured
                    self.wrong.append(sentence(case, tasks, column, why))
        progress("")
        columns = {c: r for c, r in columns.items() if r}
        result = {"case": case, "tasks": tasks, "rounds": columns,
                  "median": {c: medians(r) for c, r in columns.items()}}
        self.results.append(result)
        show(result)

    def case(self, case, tasks):
        o, b = self.options, self.bench
        makers = {}
        if case == "sink":
            topic = b.filled_topic(o.records)
            makers["bare"] = lambda: cases.sink_bare(b, topic, o.records, tasks)
            makers["connect"] = lambda: cases.sink_product(b, topic, o.records, tasks)
        elif case == "source":
            makers["bare"] = lambda: cases.source_bare(b, o.records, tasks)
            makers["gated"] = lambda: cases.source_bare(b, o.records, tasks, "--gated")
            makers["connect"] = lambda: cases.source_product(b, o.records, tasks)
        elif case == "both":
            makers["connect"] = lambda: cases.both_product(b, o.records, tasks)
        elif case == "latency":
            makers["bare"] = lambda: cases.latency_bare(b)
            makers["connect"] = lambda: cases.latency_product(b)
        elif case == "slow":
            topic = b.filled_topic(o.records)
            makers["connect"] = lambda: cases.slow_product(b, topic, o.records, tasks)
        elif case == "rest":
            makers["connect"] = lambda: rest_case.rest_product(b)
        elif case == "idle":
            makers["connect"] = lambda: cases.idle_product(b)
        else:
            makers = beside_connect.makers(b, o.records // 4, case == "json-schemas")
        if o.bare_only:
            makers.pop("connect")
        if makers:
            self.rounds(case, tasks, makers)

    def all(self):
        for case in self.options.only:
            for tasks in self.options.tasks if case in ("sink", "source", "both", "slow") else [1]:
                try:
                    self.case(case, tasks)
                except Exception as why:
                    self.wrong.append(sentence(case, tasks, "preparation", why))


def mark(limit, product, reference):
    ok = limit.ok(product, reference) if limit else None
    return "" if ok is None else "ok" if ok else "UNDER" if limit.at_least else "OVER"


def show(result):
    """One block of the table."""
    figures, columns = result["median"], list(result["median"])
    title = TITLES[result["case"]]
    if result["case"] in ("sink", "source", "both", "slow"):
        title += ", %d task%s" % (result["tasks"], "" if result["tasks"] == 1 else "s")
    print("\n" + title)
    print("%-38s" % "" + "".join("%14s" % c for c in columns) + "%8s  %-15s" % ("ratio", "limit"))
    result["marks"] = {}
    for label, key, form, limit in ROWS[result["case"]]:
        values = [figures[c].get(key) for c in columns]
        if all(v is None for v in values):
            continue
        reference = next((figures[c].get(key) for c in REFERENCES if c in figures), None)
        product = figures.get("connect", {}).get(key)
        ratio = "%.2f" % (product / reference) if product and reference else ""
        verdict = mark(limit, product, reference)
        if verdict:
            result["marks"][key] = verdict
        print("  %-36s" % label + "".join("%14s" % ("" if v is None else form(v)) for v in values) +
              "%8s  %-15s %s" % (ratio, limit.text(form) if limit else "", verdict))


def parse():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--prefix", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--records", type=int, default=2000000, help="lines in each round (2000000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case; the median is shown (3)")
    parser.add_argument("--tasks", type=lambda t: [int(n) for n in t.split(",")], default=[1, 4],
                        help="numbers of tasks (1,4)")
    parser.add_argument("--only", type=lambda t: t.split(","), default=list(CASES),
                        help="some of " + ",".join(CASES))
    parser.add_argument("--bare-only", action="store_true", help="the bare loops without the product")
    parser.add_argument("--json", default="bench.json", help="the file for all figures (bench.json)")
    options = parser.parse_args()
    unknown = [c for c in options.only if c not in CASES]
    if unknown:
        parser.error("--only: no case %s; there are %s" % (", ".join(unknown), ", ".join(CASES)))
    if options.records < 100000 or options.rounds < 1 or any(t < 1 for t in options.tasks):
        parser.error("at least 100000 records, 1 round and 1 task")
    return options


def main():
    options = parse()
    env.PREFIX, env.BUILD = options.prefix, options.build
    run = Run(options)
    began = time.time()
    print("%d lines a round, median of %d, %d processors, load %.1f, Kafka at %s" % (
        options.records, options.rounds, os.cpu_count(), os.getloadavg()[0], env.KAFKA))
    try:
        run.all()
    finally:
        run.bench.close()
    with open(options.json, "w") as f:
        json.dump({"records": options.records, "rounds": options.rounds, "processors": os.cpu_count(),
                   "machine": platform.platform(), "began": int(began), "seconds": round(time.time() - began, 1),
                   "results": run.results, "wrong": run.wrong}, f, indent=1)
    print("\n%s written, %.0f s, load now %.1f" % (options.json, time.time() - began, os.getloadavg()[0]))
    if max(os.getloadavg()) > os.cpu_count() + 2:
        print("Other programs are busy on this machine: rates and latencies are theirs as much as ours.")
    for why in run.wrong:
        print("WRONG: " + why)
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
