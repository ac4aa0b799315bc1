"""Bad input from outside: worker files, connector files, arguments and requests.

Each case gives one clear sentence (what is wrong, where, what would be right), an exit code or a status,
and changes nothing: the state and the listing of connectors are the same before and after.
"""

import hashlib
import json
import os
import re
import subprocess

from cwtest import env
from cwtest.case import TestCase, note
from cwtest.process import free_port

SECRET = "hunter2-secret"

GOOD_WORKER = {
    "bootstrap.servers": "127.0.0.1:9",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
}

# A worker file: what is changed in a good one (None: taken away; text: the file itself), what the sentence names.
WORKER_FILES = [
    ("port is no number", {"listeners": "http://127.0.0.1:abc"}, r"listeners.*abc"),
    ("port out of range", {"listeners": "http://127.0.0.1:70000"}, r"listeners.*70000"),
    ("unknown scheme", {"listeners": "gopher://127.0.0.1:8083"}, r"listeners.*gopher"),
    ("listener without a port", {"listeners": "http://127.0.0.1"}, r"listeners.*port"),
    ("empty listeners", {"listeners": ""}, r"listeners"),
    ("address that is not ours", {"listeners": "http://192.0.2.1:8083"}, r"192\.0\.2\.1"),
    ("interval is no number", {"offset.flush.interval.ms": "soon"}, r"offset\.flush\.interval\.ms.*soon|soon.*offset\.flush\.interval\.ms"),
    ("interval with a unit", {"offset.flush.interval.ms": "10s"}, r"10s"),
    ("negative interval", {"offset.flush.interval.ms": "-5"}, r"-5.*offset\.flush\.interval\.ms"),
    ("number too large", {"offset.flush.timeout.ms": "99999999999999999999"}, r"offset\.flush\.timeout\.ms"),
    ("negative stop timeout", {"task.shutdown.graceful.timeout.ms": "-1"}, r"task\.shutdown\.graceful\.timeout\.ms"),
    ("boolean that is none", {"topic.creation.enable": "maybe"}, r"topic\.creation\.enable.*true or false"),
    ("unknown choice of exactly-once", {"exactly.once.source.support": "sometimes"}, r"exactly\.once\.source\.support.*disabled"),
    ("unknown override policy", {"connector.client.config.override.policy": "Some"}, r"connector\.client\.config\.override\.policy"),
    ("unknown log level", {"log.level": "loud"}, r"log\.level.*loud|loud.*log\.level"),
    ("unknown log format", {"log.format": "xml"}, r"log\.format"),
    ("plugin folder that is not there", {"plugin.path": "/nonexistent/plugins"}, r"plugin\.path.*/nonexistent/plugins"),
    ("unknown converter", {"value.converter": "com.example.Nonsense"}, r"value\.converter.*Nonsense|Nonsense.*value\.converter"),
    ("converter with a typing error", {"key.converter": "JsonConvertor"}, r"key\.converter.*JsonConvertor.*JsonConverter"),
    ("header converter that converts no headers", {"header.converter": "AvroConverter"}, r"header\.converter.*AvroConverter could not be found"),
    ("key of HTTPS without an https listener", {"listeners.https.ssl.keystore.location": "/etc/server.pem"},
     r"listeners\.https\.ssl\.keystore\.location.*https://"),
    ("state in a folder that cannot be made", {"offset.storage.file.filename": "/proc/nowhere/connect.db"}, r"/proc/nowhere"),
    ("state file that is a folder", {"offset.storage.file.filename": "/"}, r"state file /.*directory"),
    ("state file that is no database", {"offset.storage.file.filename": "@not-a-database@"}, r"not-a-database|database"),
    ("bad client setting", {"security.protocol": "carrier-pigeon"}, r"security\.protocol.*carrier-pigeon|carrier-pigeon"),
    ("escape that is none", "bootstrap.servers=127.0.0.1:9\nlog.level=\\u12\n", r":2|line 2"),
    ("file is binary", b"\x7fELF\x00\x01\x02", r"worker\.properties"),
]

# Command lines of connect-worker; {good} is a good worker file, {dir} a folder.
ARGUMENTS = [
    ("unknown option", ["--fast", "{good}"], r"--fast"),
    ("file that is not there", ["{dir}/missing.properties"], r"missing\.properties.*[Nn]o such file"),
    ("folder for a file", ["{dir}"], r"[Ii]s a directory|folder"),
    ("connector file that is not there", ["{good}", "{dir}/missing.json"], r"missing\.json.*[Nn]o such file"),
    ("two files of the same connector", ["{good}", "{source}", "{source}"], r"src"),
]

# Connector files: name of the file, its text, what the sentence names.
CONNECTOR_FILES = [
    ("truncated JSON", "c.json", '{"name": "a", "config": {', r"c\.json.*(line|end|:)"),
    ("JSON with a comma too many", "c.json", '{"name": "a",}', r"c\.json"),
    ("JSON that is a list", "c.json", "[]", r"c\.json.*object"),
    ("JSON with an object as a value", "c.json", '{"name":"a","config":{"connector.class":"SyntheticLogSource","topic":{}}}', r"topic"),
    ("JSON without a name", "c.json", '{"connector.class":"SyntheticLogSource","topic":"t"}', r"name"),
    ("JSON with two names", "c.json", '{"name":"a","config":{"name":"b","connector.class":"SyntheticLogSource","topic":"t"}}', r"\ba\b.*\bb\b|\bb\b.*\ba\b"),
    ("JSON with an unknown field beside config", "c.json", '{"name":"a","konfig":{},"config":{"connector.class":"SyntheticLogSource","topic":"t"}}', r"konfig"),
    ("JSON with a key twice", "c.json", '{"name":"a","name":"b","connector.class":"SyntheticLogSource","topic":"t"}', r"name|[Dd]uplicate"),
    ("bytes that are no UTF-8", "c.json", b'{"name":"\xff\xfe"}', r"c\.json.*(UTF-8|0xff)"),
    ("empty file", "c.json", "", r"c\.json.*(empty|JSON)"),
    ("properties without a name", "c.properties", "connector.class=SyntheticLogSource\ntopic=t\n", r"name"),
    ("properties without a class", "c.properties", "name=a\ntopic=t\n", r"connector\.class|connector type"),
    ("properties with an unknown class", "c.properties", "name=a\nconnector.class=NoSuchSource\n", r"NoSuchSource"),
    ("properties with a bad setting", "c.properties", "name=a\nconnector.class=SyntheticLogSource\ntopic=t\ncount=many\n", r"count"),
    ("name with a slash", "c.properties", "name=a/b\nconnector.class=SyntheticLogSource\ntopic=t\n", r"/"),
]

SOURCE = {"connector.class": "SyntheticLogSource", "topic": "bad-input", "count": "1"}
SINK = {"connector.class": "AccessLogElasticsearchSink", "topics": "bad-input", "connection.url": "http://127.0.0.1:9"}


def source(**changes):
    return changed(SOURCE, changes)


def sink(**changes):
    return changed(SINK, changes)


def changed(base, changes):
    config = dict(base)
    for key, value in changes.items():
        key = key.replace("_", ".")
        if value is None:
            config.pop(key, None)
        else:
            config[key] = value
    return config


def post(config, name="new", **more):
    return dict(name=name, config=config, **more)


JSON_TYPE = {"Content-Type": "application/json"}

# method, path, body, status, what the message names. {src} is a connector that exists.
REQUESTS = [
    ("malformed JSON", "POST", "/connectors", b'{"name": "a", ', 400, r"line|column|JSON"),
    ("a list for a body", "POST", "/connectors", [], 400, r"object"),
    ("a text for a body", "POST", "/connectors", "x", 400, r"object"),
    ("no body", "POST", "/connectors", b"", 400, r"body"),
    ("null for a body", "POST", "/connectors", b"null", 400, r"body|object"),
    ("no UTF-8", "POST", "/connectors", b'{"name":"\xff"}', 400, r"UTF-8|utf-8|JSON"),
    ("unknown field", "POST", "/connectors", post(source(), nmae="x"), 400, r"nmae"),
    ("no config", "POST", "/connectors", {"name": "new"}, 400, r"config"),
    ("config is a text", "POST", "/connectors", {"name": "new", "config": "x"}, 400, r"config"),
    ("name is a number", "POST", "/connectors", {"name": [1], "config": SOURCE}, 400, r"name"),
    ("no name", "POST", "/connectors", {"config": SOURCE}, 400, r"name"),
    ("empty name", "POST", "/connectors", post(source(), name=""), 400, r"name"),
    ("blank name", "POST", "/connectors", post(source(), name="   "), 400, r"name"),
    ("name with a slash", "POST", "/connectors", post(source(), name="a/b"), 400, r"/"),
    ("name with a control character", "POST", "/connectors", post(source(), name="a\u0007b"), 400, r"control"),
    ("name is two dots", "POST", "/connectors", post(source(), name=".."), 400, r"\.\."),
    ("two names", "POST", "/connectors", post(source(name="other")), 400, r"other.*new|new.*other"),
    ("exists", "POST", "/connectors", post(source(), name="src"), 409, r"Connector src already exists"),
    ("unknown initial state", "POST", "/connectors", post(source(), initial_state="ASLEEP"), 400, r"ASLEEP|initial_state"),
    ("no class", "POST", "/connectors", post(source(connector_class=None)), 400, r"connector type|connector\.class"),
    ("unknown class", "POST", "/connectors", post(source(connector_class="NoSuchSource")), 400, r"NoSuchSource"),
    ("class with a typing error", "POST", "/connectors", post(source(connector_class="SyntheticLogSuorce")), 400, r"SyntheticLogSource"),
    ("object as a value", "POST", "/connectors", post(source(topic={"a": 1})), 400, r"topic"),
    ("null as a value", "POST", "/connectors", {"name": "new", "config": dict(SOURCE, topic=None)}, 400, r"topic"),
    ("zero tasks", "POST", "/connectors", post(source(tasks_max="0")), 400, r"tasks\.max.*at least 1"),
    ("tasks is no number", "POST", "/connectors", post(source(tasks_max="all")), 400, r"tasks\.max"),
    ("number too large", "POST", "/connectors", post(source(tasks_max="9999999999")), 400, r"tasks\.max"),
    ("no topic", "POST", "/connectors", post(source(topic=None)), 400, r'[Mm]issing required configuration "topic"'),
    ("topic with a blank", "POST", "/connectors", post(source(topic="a b")), 400, r"topic"),
    ("negative count", "POST", "/connectors", post(source(count="-1")), 400, r"count"),
    ("unknown format", "POST", "/connectors", post(source(format="w3c")), 400, r"format.*access"),
    ("start time that is none", "POST", "/connectors", post(source(start_time="yesterday")), 400, r"start\.time"),
    ("weights that are none", "POST", "/connectors", post(source(status_weights="200")), 400, r"status\.weights"),
    ("unknown tolerance", "POST", "/connectors", post(source(errors_tolerance="some")), 400, r"errors\.tolerance.*none, all"),
    ("unknown converter", "POST", "/connectors", post(source(value_converter="com.example.Nonsense")), 400, r"Nonsense"),
    ("unknown exactly-once support", "POST", "/connectors", post(source(exactly_once_support="maybe")), 400, r"exactly\.once\.support"),
    ("exactly-once without the worker's", "POST", "/connectors", post(source(exactly_once_support="required")), 400, r"exactly\.once\.source\.support"),
    ("producer setting that is none", "POST", "/connectors", post(dict(SOURCE, **{"producer.override.acks": "most"})), 400, r"acks"),
    ("no topics", "POST", "/connectors", post(sink(topics=None)), 400, r"Must configure one of topics or topics\.regex"),
    ("topics and pattern", "POST", "/connectors", post(dict(SINK, **{"topics.regex": "a.*"})), 400, r"mutually exclusive"),
    ("broken pattern of topics", "POST", "/connectors", post(dict(sink(topics=None), **{"topics.regex": "a("})), 400, r"topics\.regex"),
    ("no store", "POST", "/connectors", post(sink(connection_url=None)), 400, r"connection\.url"),
    ("address that is none", "POST", "/connectors", post(sink(connection_url="ftp://x")), 400, r"connection\.url"),
    ("user without a password", "POST", "/connectors", post(sink(connection_username="u")), 400, r"connection\.(username|password)"),
    ("password without a user", "POST", "/connectors", post(sink(connection_password=SECRET)), 400, r"connection\.(username|password)"),
    ("zero records a request", "POST", "/connectors", post(sink(batch_size="0")), 400, r"batch\.size"),
    ("CA file that is not there", "POST", "/connectors", post(dict(SINK, **{"connection.url": "https://127.0.0.1:9", "elastic.https.ssl.ca.location": "/nonexistent/ca.pem"})), 400, r"/nonexistent/ca\.pem"),
    ("put: another name", "PUT", "/connectors/new/config", source(name="other"), 400, r"other"),
    ("put: a bad setting of a running one", "PUT", "/connectors/src/config", source(count="x"), 400, r"count"),
    ("put: malformed JSON", "PUT", "/connectors/src/config", b"{", 400, r"line|column|JSON"),
    ("patch: another name", "PATCH", "/connectors/src/config", {"name": "other"}, 400, r"other"),
    ("patch: a bad setting", "PATCH", "/connectors/src/config", {"records.per.second": "fast"}, 400, r"records\.per\.second"),
    ("patch: unknown", "PATCH", "/connectors/nobody/config", {"a": "b"}, 404, r"Connector nobody not found"),
    ("get: unknown", "GET", "/connectors/nobody", None, 404, r"Connector nobody not found"),
    ("config: unknown", "GET", "/connectors/nobody/config", None, 404, r"Connector nobody not found"),
    ("status: unknown", "GET", "/connectors/nobody/status", None, 404, r"No status found for connector nobody"),
    ("tasks: unknown", "GET", "/connectors/nobody/tasks", None, 404, r"Connector nobody not found"),
    ("task status: unknown task", "GET", "/connectors/src/tasks/7/status", None, 404, r"No status found for task src-7"),
    ("task that is no number", "GET", "/connectors/src/tasks/x/status", None, 404, r"HTTP 404 Not Found"),
    ("pause: unknown", "PUT", "/connectors/nobody/pause", None, 404, r"Unknown connector nobody"),
    ("resume: unknown", "PUT", "/connectors/nobody/resume", None, 404, r"Unknown connector nobody"),
    ("stop: unknown", "PUT", "/connectors/nobody/stop", None, 404, r"Unknown connector nobody"),
    ("restart: unknown", "POST", "/connectors/nobody/restart", None, 404, r"Unknown connector: nobody"),
    ("restart: unknown task", "POST", "/connectors/src/tasks/7/restart", None, 404, r"Unknown task: src-7"),
    ("delete: unknown", "DELETE", "/connectors/nobody", None, 404, r"Connector nobody not found"),
    ("unknown path", "GET", "/conectors", None, 404, r"HTTP 404 Not Found"),
    ("empty segment", "GET", "//connectors", None, 400, r"."),
    ("wrong method", "DELETE", "/connectors", None, 405, r"HTTP 405 Method Not Allowed"),
    ("unknown plugin", "GET", "/connector-plugins/NoSuch/config", None, 404, r"Unknown plugin NoSuch"),
    ("validate: unknown plugin", "PUT", "/connector-plugins/NoSuch/config/validate", {"connector.class": "NoSuch"}, 404, r"NoSuch"),
    ("validate: two classes", "PUT", "/connector-plugins/SyntheticLogSource/config/validate", SINK, 400, r"does not match"),
    ("broken escape", "GET", "/connectors/%zz", None, 400, r"%zz|escape|percent"),
]

# The same, with headers of their own.
HEADERS = [
    ("a form", "POST", "/connectors", b"name=a", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ("no type", "POST", "/connectors", b"{}", {"Content-Type": ""}, 415),
    ("another JSON type", "PUT", "/connectors/src/config", b"{}", {"Content-Type": "application/vnd.x+json"}, 415),
    ("HTML wanted", "GET", "/connectors", None, {"Accept": "text/html"}, 406),
    ("body longer than is taken", "POST", "/connectors", None, dict(JSON_TYPE, **{"Content-Length": "99999999999"}), 413),
]


def write_properties(path, values):
    with open(path, "w") as f:
        f.writelines("%s=%s\n" % kv for kv in values.items() if kv[1] is not None)


def tree(folder):
    """Every file below the folder with a digest of what it holds."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = hashlib.sha256(f.read()).hexdigest()
    return found


class BadFiles(TestCase):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.dir, "state")
        os.mkdir(self.state)
        self.good = os.path.join(self.dir, "good.properties")
        self.base = dict(GOOD_WORKER, **{
            "listeners": "http://127.0.0.1:%d" % free_port(),
            "offset.storage.file.filename": os.path.join(self.state, "connect.db"),
            "plugin.path": env.plugin_dir()})
        write_properties(self.good, self.base)

    def refused(self, args, pattern):
        """connect-worker does not start, says why in one line that fits, and leaves the state as it was."""
        before = tree(self.state)
        try:
            done = subprocess.run([env.program("connect-worker")] + args, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, cwd=self.dir,
                                  check=False)
        except subprocess.TimeoutExpired as e:
            self.fail("started instead of refusing: %s" % e.output)
        text = done.stdout.decode("utf-8", "replace")
        self.assertIn(done.returncode, (1, 2), text)
        lines = [line for line in text.splitlines() if re.search(pattern, line)]
        self.assertTrue(lines, "no sentence that fits %r in:\n%s" % (pattern, text))
        errors = [line for line in text.splitlines() if " INFO " not in line and " WARN " not in line]
        self.assertLessEqual(len(errors), 2, "one sentence, and at most a hint at --help:\n" + text)
        self.assertNotIn(SECRET, text)
        self.assertEqual(tree(self.state), before)

    def test_worker_files(self):
        database = os.path.join(self.dir, "not-a-database")
        with open(database, "w") as f:
            f.write("this is a text\n" * 100)
        path = os.path.join(self.dir, "worker.properties")
        for name, change, pattern in WORKER_FILES:
            with self.subTest(name):
                if isinstance(change, dict):
                    write_properties(path, dict(self.base, **{k: v.replace("@not-a-database@", database)
                                                             for k, v in change.items()}))
                else:
                    with open(path, "wb") as f:
                        f.write(change if isinstance(change, bytes) else change.encode())
                self.refused([path], pattern)
        with open(database) as f:
            self.assertEqual(f.read(), "this is a text\n" * 100)

    def test_arguments(self):
        source_file = os.path.join(self.dir, "src.properties")
        write_properties(source_file, dict(SOURCE, name="src"))
        for name, args, pattern in ARGUMENTS:
            with self.subTest(name):
                self.refused([a.format(good=self.good, dir=self.dir, source=source_file) for a in args], pattern)

    def test_connector_files(self):
        for name, file, text, pattern in CONNECTOR_FILES:
            with self.subTest(name):
                path = os.path.join(self.dir, file)
                with open(path, "wb") as f:
                    f.write(text if isinstance(text, bytes) else text.encode())
                self.refused([self.good, path], pattern)

    def test_a_password_is_never_printed(self):
        path = os.path.join(self.dir, "c.properties")
        write_properties(path, dict(SINK, name="a", **{"connection.username": "u", "connection.password": SECRET,
                                                      "batch.size": "none"}))
        self.refused([self.good, path], r"batch\.size")


class BadRequests(TestCase):
    def setUp(self):
        super().setUp()
        # No broker is needed to refuse something: this one's address leads nowhere.
        self.running = self.worker(properties={"bootstrap.servers": "127.0.0.1:9"})
        self.rest = self.running.rest
        self.rest.create("src", source(count="0", records_per_second="1"))
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)

    def same_after(self, before):
        self.assertEqual(self.rest.listing(), before)

    def refused(self, method, path, body, headers, status, pattern):
        before = self.rest.listing()
        answer = self.rest.request(method, path, body, headers)
        self.assertEqual(answer.status, status, answer)
        self.assertRegex(answer.message, re.compile(pattern, re.S))
        self.assertNotIn(SECRET, answer.text)
        self.same_after(before)

    def test_requests(self):
        for name, method, path, body, status, pattern in REQUESTS:
            with self.subTest(name):
                self.refused(method, path, body, None, status, pattern)
        cases = len(REQUESTS) + len(HEADERS) + len(WORKER_FILES) + len(ARGUMENTS) + len(CONNECTOR_FILES)
        self.assertGreaterEqual(cases, 60)
        note("%d cases of bad input in all" % cases)

    def test_headers(self):
        for name, method, path, body, headers, status in HEADERS:
            with self.subTest(name):
                self.refused(method, path, body, headers, status, r".")

    def test_refused_after_a_good_one_changes_nothing(self):
        """A refused change leaves the running one running with its old settings."""
        good = source(count="0", records_per_second="2")
        self.rest.put("src", good)
        self.refused("PUT", "/connectors/src/config", source(count="x"), None, 400, r"count")
        self.assertEqual(self.rest.get("/connectors/src/config"), dict(good, name="src"))

    def test_survives_a_restart(self):
        """Nothing of what was refused is in the state."""
        for _, method, path, body, _, _ in REQUESTS:
            self.rest.request(method, path, body)
        before = json.loads(json.dumps(self.rest.listing()))
        self.running.restart()
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.assertEqual({k: v["info"] for k, v in self.rest.listing().items()},
                         {k: v["info"] for k, v in before.items()})
