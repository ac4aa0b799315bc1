"""examples/analytics: every number of every panel, on known data, and the file that is imported."""

import base64
import collections
import datetime
import filecmp
import ipaddress
import json
import os
import subprocess
import sys

from cwtest import dashboards, env, guide, kafka, pipeline
from cwtest.case import TestCase
from cwtest.search import Search

FOLDER = os.path.join(env.TOP, "examples", "analytics")
QUERIES = os.path.join(FOLDER, "queries")
COUNT = 100000 if env.LONG else 4000
CLASSES = {"server errors": 5, "client errors": 4, "redirects": 3, "successes": 2}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# A percentile is that value below which this share of all values is, but for the share that t-digest may be wrong by.
RANK_ERROR = 0.01


def instant(document):
    return datetime.datetime.fromisoformat(document["@timestamp"] + "+00:00")


class Expected:
    """What each panel must show, counted from the lines: rows of (key, documents, values of metrics, inner rows)."""

    def __init__(self, documents, interval):
        self.documents, self.interval = documents, interval

    @staticmethod
    def grouped(documents, key):
        groups = collections.defaultdict(list)
        for d in documents:
            groups[key(d)].append(d)
        return groups

    @staticmethod
    def total(documents):
        return float(sum(d.get("size", 0) for d in documents))

    @staticmethod
    def mean(documents):
        sizes = [d["size"] for d in documents if "size" in d]
        return sum(sizes) / len(sizes)

    def rows(self, groups, metrics=(), inner=None):
        return [(key, len(group), [m(group) for m in metrics], inner(group) if inner else [])
                for key, group in groups]

    def top(self, documents, field, size, *metrics, order=lambda key: key, missing=None):
        """Most documents first, and of equals the smaller key."""
        having = [d for d in documents if field in d or missing]
        groups = self.grouped(having, lambda d: d.get(field, missing)).items()
        return self.rows(sorted(groups, key=lambda kv: (-len(kv[1]), order(kv[0])))[:size], metrics)

    def classes(self, documents, names=tuple(CLASSES), inner=None):
        """By the status's first digit; named buckets have no order but that of their names."""
        return self.rows([(n, [d for d in documents if d["status"] // 100 == CLASSES[n]]) for n in sorted(names)],
                         inner=inner)

    def over_time(self, metrics=(), inner=None):
        """In steps without a gap from the first to the last."""
        step = int(self.interval[:-1]) * SECONDS[self.interval[-1]]
        groups = self.grouped(self.documents, lambda d: int(instant(d).timestamp()) // step * step * 1000)
        return self.rows(sorted(groups.items()), metrics, inner)

    def totals(self):
        distinct = len({d["ip"] for d in self.documents})
        return [(None, len(self.documents), [self.total(self.documents), distinct], [])]

    def traffic(self):
        return self.over_time(inner=self.classes)

    error_rate = traffic

    def volume(self):
        return self.over_time([self.total])

    def sizes(self):
        return self.over_time([lambda group: sorted(d["size"] for d in group if "size" in d)])

    def status(self):
        return self.rows(sorted(self.grouped(self.documents, lambda d: d["status"]).items()))

    def endpoints(self):
        return self.top(self.documents, "endpoint", 20, self.total, self.mean)

    def failing_endpoints(self):
        return self.classes(self.documents, ("server errors", "client errors"),
                            lambda group: self.top(group, "endpoint", 10))

    def clients(self):
        return self.top(self.documents, "ip", 20, self.total, order=lambda ip: ipaddress.ip_address(ip).packed)

    def referrers(self):
        return self.top(self.documents, "referrer", 15, missing="none")

    def user_agents(self):
        return self.top(self.documents, "user_agent", 15)


def metrics_of(aggs, bucket):
    """The values of the metrics of one bucket; the percentiles together are one."""
    found = []
    for name, body in aggs.items():
        if "sum" in body or "avg" in body or "cardinality" in body:
            found.append(bucket[name]["value"])
        elif "percentiles" in body:
            found.append(bucket[name]["values"])
    return found


def rows_of(aggs, bucket, key=None):
    """An answer's rows, as Expected has them: the names of aggregations are not in them."""
    def inner(name, body):
        buckets = bucket[name]["buckets"]
        pairs = sorted(buckets.items()) if isinstance(buckets, dict) else [(b["key"], b) for b in buckets]
        return [row for k, b in pairs if b["doc_count"] or isinstance(buckets, dict)
                for row in rows_of(body.get("aggs", {}), b, k)]

    nested = [row for name, body in aggs.items() if metrics_of({name: body}, bucket) == [] for row in inner(name, body)]
    return [(key, bucket["doc_count"], metrics_of(aggs, bucket), nested)]


def rows(body, answer):
    whole = rows_of(body["aggs"], {**answer["aggregations"], "doc_count": answer["hits"]["total"]["value"]})
    # Of what is not in buckets the whole is the one row; a panel with buckets shows those.
    return whole if not whole[0][3] else whole[0][3]


class Analytics(TestCase):
    def run_script(self, *args, status=0, **environ):
        done = subprocess.run([os.path.join(FOLDER, "setup.sh"), *args], env={**os.environ, **environ}, timeout=100,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode()
        self.assertEqual(done.returncode, status, text)
        return text

    def drop_template(self, store, name):
        self.addCleanup(store.call, "DELETE", "/_index_template/" + name, missing={})

    def load(self, stores):
        """The same lines in each store, by way of Kafka and the sink; the documents that they stand for."""
        topic = kafka.topic("lines", 2)
        self.addCleanup(kafka.delete, topic)
        # Two days, and a burst of errors now and then.
        config = pipeline.source(topic, COUNT, start_time="2026-01-21T20:00:00Z", error_burst_interval_seconds=3600,
                                 log_records_per_second=COUNT / 30000)
        rest = self.worker().rest
        rest.create("src", config)
        rest.wait_state("src", tasks="COMPLETED", seconds=60)
        for i, store in enumerate(stores):
            sink = pipeline.sink(topic, store.url, self.index + "-%{+yyyy.MM.dd}", run_until="end")
            rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60s", {"name": "sink-%d" % i, "config": sink})
            self.assertEqual(store.count(self.index + "-*"), COUNT)
        return [pipeline.fields_of(line.decode()) for line in pipeline.lines_of(config)]

    def curl(self, store, name):
        """As the README has it."""
        done = subprocess.run(["curl", "-sS", "-H", "Content-Type: application/json", "-d",
                               "@" + os.path.join(QUERIES, name + ".json"),
                               "%s/%s-*/_search" % (store.url, self.index)],
                              stdout=subprocess.PIPE, timeout=60, check=True)
        answer = json.loads(done.stdout)
        self.assertNotIn("error", answer)
        self.assertEqual(answer["_shards"]["failed"], 0)
        return answer

    def assert_percentiles(self, sizes, found):
        self.assertEqual(list(found), ["50.0", "90.0", "99.0"])
        for percent, value in found.items():
            below = sum(1 for s in sizes if s < value) / len(sizes)
            above = sum(1 for s in sizes if s > value) / len(sizes)
            share, error = float(percent) / 100, RANK_ERROR + 1 / len(sizes)
            self.assertLessEqual(below, share + error)
            self.assertLessEqual(above, 1 - share + error)

    def assert_rows(self, name, expected, found):
        self.assertEqual([r[:2] for r in found], [r[:2] for r in expected])
        for want, have in zip(expected, found):
            if name == "sizes":
                self.assert_percentiles(want[2][0], have[2][0])
            elif name == "totals":
                self.assertEqual(have[2][0], want[2][0])
                # The store counts distinct values by hashes: exactly up to a few thousand, more by a good guess.
                self.assertAlmostEqual(have[2][1], want[2][1], delta=want[2][1] * 0.02)
            else:
                self.assertEqual([round(v, 6) for v in have[2]], [round(v, 6) for v in want[2]])
            self.assertEqual(have[3], want[3])

    def test_numbers(self):
        self.index = env.unique("seen")
        stores = [self.opensearch, Search(env.ELASTICSEARCH)]
        objects = self.imported(stores[0])
        for store in stores:
            self.drop(store, self.index + "-*")
            self.drop_template(store, self.index)
            self.run_script(store.url, "--index", self.index + "-*")
        documents = self.load(stores)
        names = sorted(name[:-len(".json")] for name in os.listdir(QUERIES))
        panels = [name for name in names if name != "lines"]
        for store in stores:
            for name in panels:
                with self.subTest(panel=name, store=store.url):
                    self.check_panel(store, name, documents, objects)
            with self.subTest(panel="lines", store=store.url):
                self.check_lines(store, documents, objects)
        self.check_readme(dashboards.Dashboards(self, stores[0], self.drop(stores[0], env.unique(".dashboards"))))

    def check_readme(self, server):
        """What is in the boxes of the README works; server: stands for OpenSearch Dashboards."""
        self.drop_template(self.opensearch, "access-logs")
        printed = []
        for _, boxes in guide.sections(os.path.join(FOLDER, "README.md")):
            for _, text in boxes:
                for theirs, ours in (("http://127.0.0.1:9200", self.opensearch.url),
                                     ("http://127.0.0.1:5601", server.url),
                                     ("access-logs-*", self.index + "-*"), ("demo-logs-*", self.index + "-*")):
                    text = text.replace(theirs, ours)
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=env.TOP, timeout=60, check=False,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                printed.append(done.stdout.decode())
                self.assertEqual(done.returncode, 0, text + printed[-1])
        # A rate for each step of the half hour that is asked for.
        rates = [float(line.split("\t")[1]) for line in printed[-1].splitlines()[-3:]]
        self.assertTrue(all(0 <= rate <= 1 for rate in rates), printed[-1])

    def check_panel(self, store, name, documents, objects):
        with open(os.path.join(QUERIES, name + ".json"), encoding="utf-8") as f:
            body = json.load(f)
        answer = self.curl(store, name)
        interval = answer["aggregations"].get("time", {}).get("interval")
        expected = getattr(Expected(documents, interval), name.replace("-", "_"))()
        self.assertTrue(expected)
        self.assert_rows(name, expected, rows(body, answer))
        # The visualization asks for the same.
        vis = json.loads(objects["visualization", "access-logs-" + name][0]["visState"])
        sent = dashboards.dsl(vis, interval and dashboards.fixed(interval), missing_as="none")
        drawn = store.call("POST", "/%s-*/_search" % self.index, sent)
        self.assertEqual(rows(sent, drawn), rows(body, answer))

    def check_lines(self, store, documents, objects):
        hits = self.curl(store, "lines")["hits"]
        self.assertEqual(hits["total"]["value"], COUNT)
        newest = sorted((d["@timestamp"] for d in documents), reverse=True)[:50]
        self.assertEqual([hit["_source"]["@timestamp"][:19] for hit in hits["hits"]], newest)
        columns = objects["search", "access-logs-lines"][0]["columns"]
        # Every line is shown by the columns, so one that the generator did not make would not be among them.
        lines = {tuple(d.get(c) for c in columns) for d in documents}
        self.assertTrue(all(tuple(hit["_source"].get(c) for c in columns) in lines for hit in hits["hits"]))

    def imported(self, store):
        """The saved objects as a server has them after an import by setup.sh, twice."""
        login = "Basic " + base64.b64encode(b'me:a"b\\c').decode()
        server = dashboards.Dashboards(self, store, self.drop(store, env.unique(".dashboards")), login)
        args = [store.url, "--index", self.index + "-*", "--dashboards", server.url, "--user", "me"]
        for _ in range(2):
            text = self.run_script(*args, ANALYTICS_PASSWORD='a"b\\c')
            self.assertIn("dashboard: 14 objects, %s/app/dashboards#/view/access-logs" % server.url, text)
        self.assertIn("index template %s: is there, left as it is" % self.index, text)
        text = self.run_script(*args, "--overwrite-template", ANALYTICS_PASSWORD='a"b\\c')
        self.assertIn("put, for new indices", text)
        self.assertIn("the login is refused", self.run_script(*args, status=1, ANALYTICS_PASSWORD="wrong"))
        objects = server.objects()
        self.assertEqual(objects["index-pattern", "access-logs"][0]["title"], self.index + "-*")
        self.check_references(objects)
        return objects

    def check_references(self, objects):
        """Every name of a reference is used where it belongs, and each panel shows an object of its own."""
        for (kind, name), (attributes, references) in objects.items():
            names = sorted(r["name"] for r in references)
            source = json.loads(attributes.get("kibanaSavedObjectMeta", {}).get("searchSourceJSON", "{}"))
            used = [source["indexRefName"]] if "indexRefName" in source else []
            if kind == "dashboard":
                grid = json.loads(attributes["panelsJSON"])
                used += [p["panelRefName"] for p in grid]
                self.assertEqual(len({(r["type"], r["id"]) for r in references}), len(grid))
                self.check_grid([p["gridData"] for p in grid])
            self.assertEqual(names, sorted(used), (kind, name))

    def check_grid(self, grid):
        """No panel lies over another or beside the page."""
        taken = [(x, y) for g in grid for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])]
        self.assertEqual(len(taken), len(set(taken)))
        self.assertLess(max(x for x, _ in taken), 48)

    def test_files_are_what_the_panels_say(self):
        subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "generate.py"), self.dir], check=True, timeout=30)
        for name in ["dashboard.ndjson"] + ["queries/" + name for name in os.listdir(QUERIES)]:
            self.assertTrue(filecmp.cmp(os.path.join(self.dir, name), os.path.join(FOLDER, name), shallow=False),
                            "%s: examples/analytics/generate.py makes another" % name)
        self.assertEqual(sorted(os.listdir(os.path.join(self.dir, "queries"))), sorted(os.listdir(QUERIES)))

    def test_the_sinks_own_template(self):
        """setup.sh and the sink put the same one."""
        self.index = env.unique("same")
        self.drop(self.opensearch, self.index + "-*")
        path = "/_index_template/" + self.index
        self.drop_template(self.opensearch, self.index)
        topic = kafka.topic("lines", 1)
        self.addCleanup(kafka.delete, topic)
        kafka.produce(topic, pipeline.lines_of(pipeline.source(topic, 10)))
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(topic, env.OPENSEARCH, self.index + "-%{+yyyy.MM.dd}"))
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") == 10, 30, "all indexed", 0.2)
        by_sink = self.opensearch.call("GET", path)
        self.run_script(env.OPENSEARCH, "--index", self.index + "-*", "--overwrite-template")
        self.assertEqual(self.opensearch.call("GET", path), by_sink)

    def test_setup_that_cannot_be(self):
        for words, args in (
                ("needs a value", [env.OPENSEARCH, "--user"]), ("unknown option --usr", [env.OPENSEARCH, "--usr"]),
                ("one store at a time", ["a", "b"]), ("a pattern with a *", ["a", "--index", "logs"]),
                ("something must come before", [env.OPENSEARCH, "--index", "*"]),
                ("a user or an API key", ["a", "--user", "me", "--api-key-file", "x"]),
                ("the API key cannot be read: /nowhere", ["a", "--api-key-file", "/nowhere"]),
                ("store: curl: (7)", ["http://127.0.0.1:1"])):
            with self.subTest(words):
                self.assertIn(words, self.run_script(*args, status=1))
        self.assertIn("--dashboards URL", self.run_script(status=2))

    def test_a_dashboard_that_is_refused(self):
        """The answer is 200 as well when something could not be imported."""
        server = dashboards.Dashboards(self, self.opensearch, self.drop(self.opensearch, env.unique(".dashboards")))
        dashboards.KNOWN["dashboard"], known = (7, 3, 0), dashboards.KNOWN["dashboard"]
        self.addCleanup(dashboards.KNOWN.update, dashboard=known)
        name = env.unique("refused")
        self.drop_template(self.opensearch, name)
        text = self.run_script(env.OPENSEARCH, "--index", name + "-*", "--dashboards", server.url, status=1)
        self.assertIn("not everything was imported", text)
        self.assertIn("newer version", text)
