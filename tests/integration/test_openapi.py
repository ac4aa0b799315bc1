"""What a running worker answers against the schemas of schemas/openapi.yaml, which it serves: every operation, and
every status that it is documented to have."""

import os

import yaml

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.openapi import Contract

# What takes a broken or a secured worker: other tests see those.
ELSEWHERE = {401, 403, 500, 503}
# Statuses that need two requests at the same moment.
RACES = {("putConnectorConfig", 409), ("patchConnectorConfig", 409)}
SOURCE = "/connectors/src"
MISSING = "/connectors/nobody"


class OpenApi(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("openapi", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.rest = self.worker().rest
        self.contract = Contract(self.rest.get("/openapi.json"))
        self.config = pipeline.source(self.topic, 50)

    def ask(self, status, method, url, body=None, headers=None):
        answer = self.rest.request(method, url, body, headers)
        self.assertEqual(answer.status, status, "%s %s: %r" % (method, url, answer))
        self.contract.check(method, url, answer, body)
        return answer

    def rows(self, *rows):
        """Each row: status, method, path, body. In this order."""
        for row in rows:
            with self.subTest(" ".join(map(str, row[:3]))):
                self.ask(*row)

    def worker_and_plugins(self):
        self.rows(
            (200, "GET", "/"),
            (200, "GET", "/health"),
            (200, "GET", "/metrics"),
            (200, "GET", "/openapi.json"),
            (200, "GET", "/connector-plugins"),
            (200, "GET", "/connector-plugins?connectorsOnly=false"),
            (200, "GET", "/connector-plugins/%s/config" % pipeline.SOURCE_CLASS),
            (200, "GET", "/connector-plugins/%s/config" % pipeline.SINK_CLASS),
            (200, "GET", "/connector-plugins/RegexRouter/config"),
            (400, "GET", "/connector-plugins/RegexRouter/config?version=99"),
            (404, "GET", "/connector-plugins/Nobody/config"),
            (200, "PUT", "/connector-plugins/%s/config/validate" % pipeline.SOURCE_CLASS, dict(self.config, name="x")),
            (200, "PUT", "/connector-plugins/%s/config/validate" % pipeline.SINK_CLASS,
             {"connector.class": pipeline.SINK_CLASS, "tasks.max": "many", "topicz": "t"}),
            (400, "PUT", "/connector-plugins/%s/config/validate" % pipeline.SOURCE_CLASS, []),
            (404, "PUT", "/connector-plugins/Nobody/config/validate", {"connector.class": "Nobody"}))

    def made(self):
        self.rows(
            (200, "GET", "/connectors"),
            (200, "POST", "/connectors?dry_run=true", {"name": "src", "config": self.config}),
            (400, "POST", "/connectors", {"name": "src", "config": {"tasks.max": "many"}}),
            (201, "POST", "/connectors", {"name": "src", "config": self.config, "initial_state": "STOPPED"}),
            (409, "POST", "/connectors", {"name": "src", "config": self.config}),
            (504, "POST", "/connectors?wait=RUNNING&timeout=10ms",
             {"name": "late", "config": self.config, "initial_state": "STOPPED"}),
            (201, "PUT", "/connectors/put/config", dict(self.config, count=1)),
            (200, "PUT", "/connectors/put/config", dict(self.config, count=2)),
            (200, "PUT", "/connectors/put/config?dry_run=true", dict(self.config, count=3)),
            (400, "PUT", "/connectors/put/config", {"connector.class": None}),
            (504, "PUT", "/connectors/late/config?wait=RUNNING&timeout=10ms", dict(self.config, count=4)),
            (200, "PATCH", "/connectors/put/config", {"count": 5, "seed": None}),
            (200, "PATCH", "/connectors/put/config?dry_run=true", {"count": "6"}),
            (400, "PATCH", "/connectors/put/config", {"tasks.max": "many"}),
            (404, "PATCH", MISSING + "/config", {"tasks.max": "2"}),
            (504, "PATCH", "/connectors/late/config?wait=RUNNING&timeout=10ms", {"count": 7}),
            (200, "GET", "/connectors/put"),
            (404, "GET", MISSING),
            (404, "GET", MISSING + "/config"))

    def versions(self):
        etag = self.ask(200, "GET", SOURCE + "/config").headers["ETag"]
        wrong = {"If-Match": '"0-0"'}
        for path in (SOURCE, SOURCE + "/config"):
            self.ask(304, "GET", path, headers={"If-None-Match": etag})
        self.ask(412, "PUT", SOURCE + "/config", self.config, wrong)
        self.ask(412, "PATCH", SOURCE + "/config", {"count": "9"}, wrong)
        self.ask(412, "DELETE", SOURCE, headers=wrong)

    def states(self):
        self.rows(
            (503, "GET", SOURCE + "/ready"),
            (200, "PUT", SOURCE + "/resume?wait=COMPLETED", None),
            (200, "GET", SOURCE + "/ready"),
            (404, "GET", MISSING + "/ready"),
            (200, "GET", SOURCE + "/status?wait=COMPLETED&timeout=30s"),
            (400, "GET", SOURCE + "/status?wait=SLEEPING"),
            (504, "GET", SOURCE + "/status?wait=STOPPED&timeout=10ms"),
            (404, "GET", MISSING + "/status"),
            (200, "GET", "/connectors?expand=status&expand=info"),
            (200, "GET", "/connectors?expand=nothing"),
            (200, "GET", SOURCE + "/tasks"),
            (404, "GET", MISSING + "/tasks"),
            (200, "GET", SOURCE + "/tasks/0/status"),
            (404, "GET", SOURCE + "/tasks/7/status"),
            (204, "POST", SOURCE + "/tasks/0/restart"),
            (200, "POST", SOURCE + "/tasks/0/restart?wait=COMPLETED"),
            (400, "POST", SOURCE + "/tasks/0/restart?wait=SLEEPING"),
            (404, "POST", SOURCE + "/tasks/7/restart"),
            (504, "POST", SOURCE + "/tasks/0/restart?wait=STOPPED&timeout=10ms"),
            (400, "DELETE", SOURCE + "/offsets"),
            (204, "POST", SOURCE + "/restart"),
            (202, "POST", SOURCE + "/restart?includeTasks=true&onlyFailed=false"),
            (200, "POST", SOURCE + "/restart?includeTasks=true&wait=COMPLETED"),
            (400, "POST", SOURCE + "/restart?wait=SLEEPING"),
            (404, "POST", MISSING + "/restart"),
            (504, "POST", SOURCE + "/restart?wait=STOPPED&timeout=10ms"))
        # Accepted; waited for; not reached; for a state there is none; for a connector there is none.
        for verb, status, wait, never in (("pause", 202, "PAUSED", "STOPPED"), ("resume", 202, "COMPLETED", "STOPPED"),
                                          ("stop", 204, "STOPPED", "RUNNING")):
            path = SOURCE + "/" + verb
            self.rows((status, "PUT", path), (200, "PUT", "%s?wait=%s" % (path, wait)),
                      (504, "PUT", "%s?wait=%s&timeout=10ms" % (path, never)), (400, "PUT", path + "?wait=SLEEPING"),
                      (404, "PUT", "%s/%s" % (MISSING, verb)))

    def offsets(self):
        stored = self.ask(200, "GET", SOURCE + "/offsets").json["offsets"]
        self.assertEqual(len(stored), 1, stored)
        self.rows(
            (409, "POST", SOURCE + "/tasks/0/restart"),
            (404, "GET", MISSING + "/offsets"),
            (400, "GET", SOURCE + "/offsets?at=soon"),
            (200, "PATCH", SOURCE + "/offsets", {"offsets": stored}),
            (400, "PATCH", SOURCE + "/offsets", {"offsets": []}),
            (404, "PATCH", MISSING + "/offsets", {"offsets": stored}),
            (200, "DELETE", SOURCE + "/offsets"),
            (404, "DELETE", MISSING + "/offsets"))

    def dead_letters(self):
        topic, dead = kafka.topic("poison", 1), env.unique("dead")
        self.addCleanup(kafka.delete, topic)
        kafka.produce(topic, [b"no json"])
        config = {"connector.class": "RecordSink", "topics": topic, "file": self.dir + "/out", "tasks.max": "1",
                  "value.converter": "JsonConverter", "errors.tolerance": "all"}
        letters = {"errors.deadletterqueue.topic.name": dead, "errors.deadletterqueue.topic.replication.factor": "1",
                   "errors.deadletterqueue.context.headers.enable": "true"}
        self.rows((201, "POST", "/connectors?wait=RUNNING", {"name": "none", "config": config}),
                  (201, "POST", "/connectors?wait=COMPLETED",
                   {"name": "sink", "config": dict(config, **dict(letters, **{"run.until": "end"}))}))
        self.addCleanup(kafka.delete, dead)
        self.rows(
            (200, "GET", "/connectors/sink/dlq?letters=10"),
            (400, "GET", SOURCE + "/dlq"),
            (404, "GET", MISSING + "/dlq"),
            (400, "GET", "/connectors/none/dlq"),
            (200, "POST", "/connectors/sink/dlq/replay"),
            (400, "POST", SOURCE + "/dlq/replay"),
            (404, "POST", MISSING + "/dlq/replay"),
            (400, "POST", "/connectors/none/dlq/replay"))

    def topics_and_logs(self):
        self.rows(
            (200, "GET", SOURCE + "/topics"),
            (202, "PUT", SOURCE + "/topics/reset"),
            (200, "GET", SOURCE + "/logs?level=INFO&lines=10"),
            (400, "GET", SOURCE + "/logs?lines=some"),
            (404, "GET", MISSING + "/logs"),
            (200, "GET", "/admin/loggers"),
            (200, "GET", "/admin/loggers/root"),
            (404, "GET", "/admin/loggers/nobody"),
            (200, "PUT", "/admin/loggers/connectors", {"level": "debug"}),
            (204, "PUT", "/admin/loggers/connectors?scope=cluster", {"level": "INFO"}),
            (400, "PUT", "/admin/loggers/connectors", {}),
            (404, "PUT", "/admin/loggers/connectors", {"level": "loud"}))

    def previews(self):
        plugin = "/connector-plugins/%s/config/preview"
        sink = {"connector.class": pipeline.SINK_CLASS, "topics": self.topic, "connection.url": "http://127.0.0.1:1"}
        records = [{"value": "nonsense", "key": {"base64": "/w=="}, "timestamp": None, "headers": [{"key": "h"}]},
                   {"value": '9.9.9.9 - - [Jan 21 2026, 22:23:40] "GET / HTTP/1.1" 200 1 "-" "-"', "offset": 7}]
        self.rows(
            (200, "POST", SOURCE + "/preview", {"first": 2}),
            (200, "POST", SOURCE + "/preview", {"first": 100, "config": {"count": "3"}}),
            (400, "POST", SOURCE + "/preview", {"last": 1}),
            (404, "POST", MISSING + "/preview", {}),
            (200, "POST", plugin % pipeline.SINK_CLASS, {"config": sink, "records": records}),
            (200, "POST", plugin % pipeline.SINK_CLASS, {"config": sink, "last": 2}),
            (400, "POST", plugin % pipeline.SINK_CLASS, {"config": dict(sink, topics=""), "last": 2}),
            (404, "POST", plugin % "Nobody", {"config": {"connector.class": "Nobody"}}))

    def refused(self):
        """What has no dry run is not done instead."""
        for method, path in (("DELETE", SOURCE), ("PUT", SOURCE + "/topics/reset")):
            answer = self.rest.request(method, path + "?dry_run=true")
            self.assertEqual(answer.status, 400, "%s %s: %r" % (method, path, answer))
            self.contract.check(method, path, answer)

    def gone(self):
        self.rows(
            (204, "DELETE", SOURCE),
            (404, "DELETE", SOURCE),
            (204, "DELETE", SOURCE + "?ignore_missing=true"))

    def expected(self):
        """(operationId, status) of everything that the document says and a healthy worker can answer."""
        for _, _, operation in self.contract.operations():
            for status in map(int, operation["responses"]):
                if status not in ELSEWHERE and (operation["operationId"], status) not in RACES:
                    yield operation["operationId"], status

    def test_every_operation_answers_as_documented(self):
        self.worker_and_plugins()
        self.made()
        self.versions()
        self.states()
        self.offsets()
        self.dead_letters()
        self.topics_and_logs()
        self.previews()
        self.refused()
        self.gone()
        self.assertEqual(sorted(set(self.expected()) - self.contract.seen), [])

    def test_the_file_is_what_is_served(self):
        with open(os.path.join(env.PREFIX, "share", "connect-worker", "openapi.yaml"), encoding="utf-8") as f:
            document = yaml.safe_load(f)
        document["info"]["version"] = self.rest.get("/")["version"]
        self.assertEqual(self.contract.document, document)
