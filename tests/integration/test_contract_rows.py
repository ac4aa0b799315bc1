"""The tables of errors, names and states of Kafka Connect's REST API, row by row, against a worker on a real broker. Where
Kafka Connect answers 500 to what the client did wrong, or takes names that its REST API cannot reach, the row has what
this worker does instead."""

import urllib.parse

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, note

SOURCE = pipeline.SOURCE_CLASS
SINK = {"connector.class": pipeline.SINK_CLASS, "connection.url": "http://127.0.0.1:9"}
STOP_FIRST = ("Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the "
              "specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint")
NO_OFFSETS = "Partitions / offsets need to be provided for an alter offsets request"


def offsets(partition, offset=None):
    return {"offsets": [{"partition": partition, "offset": offset}]}


def sink_offsets(offset, topic="{topic}", partition=0):
    return offsets({"kafka_topic": topic, "kafka_partition": partition}, offset)


# Method, path, body, status, message. src and snk are STOPPED, run is RUNNING with one task.
ERRORS = [
    # Nobody of that name.
    ("GET", "/connectors/no", None, 404, "Connector no not found"),
    ("GET", "/connectors/no/config", None, 404, "Connector no not found"),
    ("GET", "/connectors/no/tasks", None, 404, "Connector no not found"),
    ("GET", "/connectors/no/offsets", None, 404, "Connector no not found"),
    ("DELETE", "/connectors/no", None, 404, "Connector no not found"),
    ("PATCH", "/connectors/no/config", {}, 404, "Connector no not found"),
    ("PATCH", "/connectors/no/offsets", offsets({"a": 1}), 404, "Connector no not found"),
    ("DELETE", "/connectors/no/offsets", None, 404, "Connector no not found"),
    ("GET", "/connectors/no/status", None, 404, "No status found for connector no"),
    ("GET", "/connectors/no/tasks/0/status", None, 404, "No status found for task no-0"),
    ("GET", "/connectors/run/tasks/1/status", None, 404, "No status found for task run-1"),
    ("GET", "/connectors/run/tasks/-1/status", None, 404, "No status found for task run--1"),
    ("PUT", "/connectors/no/pause", None, 404, "Unknown connector no"),
    ("PUT", "/connectors/no/resume", None, 404, "Unknown connector no"),
    ("PUT", "/connectors/no/stop", None, 404, "Unknown connector no"),
    ("POST", "/connectors/no/restart", None, 404, "Unknown connector: no"),
    ("POST", "/connectors/no/restart?includeTasks=true", None, 404, "Unknown connector: no"),
    ("POST", "/connectors/no/restart?onlyFailed=true", None, 404, "Unknown connector: no"),
    ("POST", "/connectors/no/tasks/0/restart", None, 404, "Unknown connector: no"),
    ("POST", "/connectors/run/tasks/1/restart", None, 404, "Unknown task: run-1"),
    ("POST", "/connectors/run/tasks/-1/restart", None, 404, "Unknown task: run--1"),
    ("POST", "/connectors/src/tasks/0/restart", None, 409,
     "Task src-0 cannot be restarted: the connector is STOPPED; resume it instead"),
    ("GET", "/connectors/run/tasks/x/status", None, 404, "HTTP 404 Not Found"),
    ("POST", "/connectors/run/tasks/x/restart", None, 404, "HTTP 404 Not Found"),
    ("GET", "/connectors/run/tasks-config", None, 404, "HTTP 404 Not Found"),
    # Names.
    ("POST", "/connectors", {"name": "run", "config": {"connector.class": SOURCE, "topic": "t"}}, 409,
     "Connector run already exists"),
    ("POST", "/connectors", {"name": "a", "config": {"name": "b", "connector.class": SOURCE, "topic": "t"}}, 400,
     "Connector name configuration (b) doesn't match connector name in the URL (a)"),
    ("PUT", "/connectors/a/config", {"name": "b", "connector.class": SOURCE, "topic": "t"}, 400,
     "Connector name configuration (b) doesn't match connector name in the URL (a)"),
    ("POST", "/connectors", {"config": {"name": "b", "connector.class": SOURCE, "topic": "t"}}, 400,
     "Connector name configuration (b) doesn't match connector name in the URL ()"),
    # Offsets.
    ("PATCH", "/connectors/run/offsets", offsets({"a": 1}), 400, STOP_FIRST % "run"),
    ("DELETE", "/connectors/run/offsets", None, 400, STOP_FIRST % "run"),
    ("PATCH", "/connectors/src/offsets", {}, 400, NO_OFFSETS),
    ("PATCH", "/connectors/src/offsets", {"offsets": []}, 400, NO_OFFSETS),
    ("PATCH", "/connectors/src/offsets", {"offsets": None}, 400, NO_OFFSETS),
    ("PATCH", "/connectors/no/offsets", {"offsets": []}, 400, NO_OFFSETS),
    ("PATCH", "/connectors/snk/offsets", offsets(None), 400,
     "The partition for a sink connector offset cannot be null or missing"),
    ("PATCH", "/connectors/snk/offsets", {"offsets": [{"offset": {"kafka_offset": 1}}]}, 400,
     "The partition for a sink connector offset cannot be null or missing"),
    ("PATCH", "/connectors/snk/offsets", offsets({"kafka_topic": "t"}), 400,
     "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"),
    ("PATCH", "/connectors/snk/offsets", offsets({"kafka_partition": 0}), 400,
     "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"),
    ("PATCH", "/connectors/snk/offsets", sink_offsets(None, topic=None), 400,
     "Kafka topic names must be valid strings and may not be null"),
    ("PATCH", "/connectors/snk/offsets", sink_offsets(None, partition=None), 400,
     "Kafka partitions must be valid numbers and may not be null"),
    ("PATCH", "/connectors/snk/offsets", sink_offsets(None, partition="x"), 400,
     "Failed to parse the following Kafka partition value in the provided offsets: 'x'. Partition values for sink connectors "
     "need to be integers."),
    ("PATCH", "/connectors/snk/offsets", sink_offsets({"kafka_offset": "x"}), 400,
     "Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset values for sink connectors need "
     "to be integers."),
    ("PATCH", "/connectors/snk/offsets", sink_offsets({"offset": 1}), 400,
     "The offset for a sink connector should either be null or contain the key 'kafka_offset'"),
    ("PATCH", "/connectors/snk/offsets", sink_offsets({"kafka_offset": -1}), 400,
     "-1 is no Kafka offset: they are numbered from 0; null deletes one"),
    ("PATCH", "/connectors/src/offsets", offsets({"a": 1}, {"b": {"c": 1}}), 400,
     "Offsets may only contain primitive types as values, but field b of the offset contains MAP"),
    ("PATCH", "/connectors/src/offsets", offsets({"a": [1]}, {"b": 1}), 400,
     "Offsets may only contain primitive types as values, but field a of the partition contains ARRAY"),
    # Plugins.
    ("GET", "/connector-plugins/no/config", None, 404, "Unknown plugin no."),
    ("PUT", "/connector-plugins/%s/config/validate" % SOURCE, {"connector.class": "RecordSink"}, 400,
     "Included connector type RecordSink does not match request type " + SOURCE),
    ("PUT", "/connector-plugins/%s/config/validate" % SOURCE, {}, 400,
     'Connector config {} contains no connector type; "connector.class" must name one'),
    # Loggers.
    ("GET", "/admin/loggers/no", None, 404, "Logger no not found."),
    ("PUT", "/admin/loggers/root", {}, 400, "Desired 'level' parameter was not specified in request."),
    ("PUT", "/admin/loggers/root", {"level": None}, 400, "Desired 'level' parameter was not specified in request."),
    ("PUT", "/admin/loggers/root", {"level": "LOUD"}, 404, "invalid log level 'LOUD'."),
]

# What a name is, the name, why it is refused (None: it is taken, and each of its characters that is not plain is escaped in
# Location).
NAMES = [
    ("plain", "abc", None),
    ("a blank", "a b", None),
    ("a plus", "a+b", None),
    ("a semicolon", "a;b", None),
    ("a question mark", "a?b", None),
    ("a hash", "a#b", None),
    ("a percent sign", "a%41", None),
    ("an ampersand and an equals sign", "a&b=c", None),
    ("a colon and an at sign", "a:b@c", None),
    ("a backslash", "a\\b", None),
    ("quotes", "a\"b'c", None),
    ("brackets and braces", "a[b]{c}", None),
    ("UTF-8", "grüße", None),
    ("beyond the first plane", "a\U0001F600", None),
    ("a dash and a number", "a-0", None),
    ("three dots", "...", None),
    ("a dot before", ".a", None),
    ("a word of the API", "config", None),
    ("the longest", "n" * 512, None),
    ("too long", "n" * 513, "String may not be longer than 512 bytes, and has 513"),
    ("a slash", "a/b", 'String may not contain "/", which no request path could name'),
    ("a dot", ".", 'String may not be "." or "..", which no request path could name'),
    ("two dots", "..", 'String may not be "." or "..", which no request path could name'),
    ("a control character beyond ASCII", "a\u0085b", "String may not contain control sequences but had the following ASCII chars: 133"),
    ("a bell", "a\u0007b", "String may not contain control sequences but had the following ASCII chars: 7"),
    ("a tab and a line feed", "a\tb\nc", "String may not contain control sequences but had the following ASCII chars: 9, 10"),
    ("empty", "", "String may not be empty"),
    ("blank", "  ", "String may not be empty"),
]


class Rows(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("contract-rows", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.process = self.worker()
        self.rest = self.process.rest
        self.config = pipeline.source(self.topic, 5)

    def ask(self, status, method, path, body=None, message=None):
        answer = self.rest.request(method, path, body)
        self.assertEqual(answer.status, status, "%s %s: %r" % (method, path, answer))
        if message is not None:
            self.assertEqual(answer.message, message)
        return answer

    def test_errors(self):
        self.rest.create("src", self.config, initial_state="STOPPED")
        self.rest.create("snk", dict(SINK, topics=self.topic), initial_state="STOPPED")
        self.rest.create("run", pipeline.source(self.topic, 0, rate=1))
        self.rest.wait_state("run", connector="RUNNING", tasks="RUNNING", n=1)
        before = self.rest.listing()
        for method, path, body, status, message in ERRORS:
            with self.subTest("%s %s %s" % (method, path, body)):
                self.ask(status, method, path, body, message)
        self.assertEqual(self.rest.listing(), before)
        note("%d rows of errors, %d of names" % (len(ERRORS), len(NAMES)))

    def test_a_topic_that_nobody_has(self):
        """Kafka Connect hides the cause behind a 500."""
        self.rest.create("snk", dict(SINK, topics=self.topic), initial_state="STOPPED")
        gone = env.unique("nobodys-topic")
        answer = self.ask(400, "PATCH", "/connectors/snk/offsets", sink_offsets({"kafka_offset": 1}, topic=gone))
        self.assertIn("Failed to modify offsets for connector snk: ", answer.message)
        self.assertIn(gone, answer.message)

    def test_of_nobody_there_are_no_topics(self):
        self.assertEqual(self.ask(200, "GET", "/connectors/no/topics").json, {"no": {"topics": []}})
        self.ask(202, "PUT", "/connectors/no/topics/reset")

    def refused_name(self, name, reason):
        shown = name.strip() if len(name) <= 60 else name[:60] + "..."
        message = ("Connector configuration is invalid and contains the following 1 error(s):\nInvalid value %s for "
                   "configuration name: %s\nYou can also find the above list of errors at the endpoint "
                   "`/connector-plugins/{connectorType}/config/validate`" % (shown, reason))
        self.ask(400, "POST", "/connectors", {"name": name, "config": self.config}, message)

    def taken_name(self, name):
        """Every kind of request reaches it, however it was made."""
        url = self.process.url + "/connectors/" + urllib.parse.quote(name, safe="-._~")
        path = self.rest.path(name)
        for made in (lambda: self.ask(201, "POST", "/connectors", {"name": name, "config": self.config}),
                     lambda: self.ask(201, "PUT", path + "/config", self.config)):
            answer = made()
            self.assertEqual((answer.json["name"], answer.json["config"]["name"]), (name, name))
            self.assertEqual(answer.headers["Location"], url)
            self.assertEqual(self.ask(200, "GET", "/connectors").json, [name])
            self.assertEqual(self.ask(200, "GET", url[len(self.process.url):]).json["name"], name, "as Location says")
            self.ask(200, "GET", path + "/status?wait=COMPLETED")
            self.ask(200, "GET", path + "/tasks/0/status")
            self.ask(200, "PUT", path + "/stop?wait=STOPPED")
            self.ask(200, "PATCH", path + "/config", {"count": 6})
            self.ask(200, "DELETE", path + "/offsets")
            self.ask(204, "DELETE", path)
            self.assertEqual(self.ask(200, "GET", "/connectors").json, [])

    def test_names(self):
        for what, name, reason in NAMES:
            with self.subTest("%s: %r" % (what, name)):
                if reason:
                    self.refused_name(name, reason)
                else:
                    self.taken_name(name)

    def test_blanks_around_a_name(self):
        """Those of a POST are trimmed, those of a path are not."""
        self.assertEqual(self.ask(201, "POST", "/connectors", {"name": "  sp  ", "config": self.config}).json["name"], "sp")
        self.ask(404, "GET", "/connectors/%20%20sp%20%20")
        self.assertEqual(self.ask(201, "PUT", "/connectors/%20sp/config", self.config).json["name"], " sp")
        self.assertEqual(sorted(self.ask(200, "GET", "/connectors").json), [" sp", "sp"])
        self.ask(204, "DELETE", "/connectors/%20sp")

    def test_names_in_paths(self):
        for segment in ("%2F", "a%2Fb", "%zz", "%", "%00", "%ff", "..", ".", ""):
            with self.subTest(segment):
                self.assertTrue(self.ask(400, "GET", "/connectors/%s/status" % segment).message)
        self.ask(400, "PUT", "/connectors/a%2Fb/config", self.config)
        self.ask(400, "PUT", "/connectors/a%07b/config", self.config)

    def test_values_are_text(self):
        """Numbers and booleans are taken, and kept as text."""
        config = dict(self.config, **{"tasks.max": 1, "latency.probe": False, "malformed.share": 0.5})
        kept = self.ask(201, "POST", "/connectors", {"name": "x", "config": config}).json["config"]
        self.assertEqual((kept["tasks.max"], kept["latency.probe"], kept["malformed.share"]), ("1", "false", "0.5"))
