"""The transport rules of Kafka Connect's REST API, each as a row of a table, against a running worker: paths, methods,
media types, what is read of a body, HTTP itself. Where Kafka Connect is hostile (HTML pages, 500 for what the client did
wrong) a row has what this worker does instead, which clients of Kafka Connect take as well."""

import json
import re
import socket

from cwtest import kafka, pipeline
from cwtest.case import TestCase, note

JSON = "application/json"
SOURCE = pipeline.SOURCE_CLASS
VALIDATE = "/connector-plugins/%s/config/validate" % SOURCE

# Every path that has a GET; {src} is a connector that exists.
PATHS = ["/", "/health", "/connectors", "/connectors?expand=status&expand=info", "/connectors/src", "/connectors/src/config",
         "/connectors/src/status", "/connectors/src/tasks", "/connectors/src/tasks/0/status", "/connectors/src/topics",
         "/connectors/src/offsets", "/connectors/src/ready", "/connectors/src/logs", "/connector-plugins",
         "/connector-plugins?connectorsOnly=false", "/connector-plugins/%s/config" % SOURCE, "/admin/loggers",
         "/admin/loggers/root", "/openapi.json"]

# Methods of each kind of path beside OPTIONS, as Allow has them.
METHODS = {
    "/": "GET HEAD", "/health": "GET HEAD", "/connectors": "GET HEAD POST", "/connectors/src": "DELETE GET HEAD",
    "/connectors/src/config": "GET HEAD PATCH PUT", "/connectors/src/status": "GET HEAD", "/connectors/src/tasks": "GET HEAD",
    "/connectors/src/tasks/0/status": "GET HEAD", "/connectors/src/tasks/0/restart": "POST",
    "/connectors/src/topics": "GET HEAD", "/connectors/src/topics/reset": "PUT", "/connectors/src/pause": "PUT",
    "/connectors/src/resume": "PUT", "/connectors/src/stop": "PUT", "/connectors/src/restart": "POST",
    "/connectors/src/ready": "GET HEAD", "/connectors/src/logs": "GET HEAD", "/connectors/src/preview": "POST",
    "/connectors/src/offsets": "DELETE GET HEAD PATCH", "/connector-plugins": "GET HEAD",
    "/connector-plugins/%s/config" % SOURCE: "GET HEAD", VALIDATE: "PUT", "/admin/loggers": "GET HEAD",
    "/admin/loggers/root": "GET HEAD PUT",
}
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"]

# What the row is, method, path, headers, body, status.
MEDIA_TYPES = [
    ("JSON", "PUT", VALIDATE, {"Content-Type": JSON}, b"{}", 400),
    ("JSON with a parameter", "PUT", VALIDATE, {"Content-Type": JSON + "; charset=utf-8"}, b"{}", 400),
    ("JSON in capitals", "PUT", VALIDATE, {"Content-Type": "Application/JSON"}, b"{}", 400),
    ("a body without a type", "PUT", VALIDATE, {"Content-Type": None}, b"{}", 415),
    ("what curl -d says", "PUT", VALIDATE, {"Content-Type": "application/x-www-form-urlencoded"}, b"{}", 415),
    ("a type that ends in +json", "PUT", VALIDATE, {"Content-Type": "application/vnd.x+json"}, b"{}", 415),
    ("text", "POST", "/connectors", {"Content-Type": "text/plain"}, b"{}", 415),
    ("a PATCH of text", "PATCH", "/connectors/src/config", {"Content-Type": "text/plain"}, b"{}", 415),
    ("pause with a broken body", "PUT", "/connectors/src/pause", {"Content-Type": JSON}, b"{", 202),
    ("pause with nothing", "PUT", "/connectors/src/pause", {}, None, 202),
    ("resume with a body", "PUT", "/connectors/src/resume", {"Content-Type": JSON}, b"[1]", 202),
    ("stop with text", "PUT", "/connectors/src/stop", {"Content-Type": "text/plain"}, b"now", 415),
    ("restart with text", "POST", "/connectors/src/restart", {"Content-Type": "text/plain"}, b"now", 415),
    ("restart with a broken body", "POST", "/connectors/src/restart", {"Content-Type": JSON}, b"}", 204),
    ("a wish for HTML", "GET", "/connectors", {"Accept": "text/html"}, None, 406),
    ("a wish for XML", "GET", "/connectors", {"Accept": "application/xml"}, None, 406),
    ("a wish for text", "GET", "/connectors", {"Accept": "text/plain"}, None, 406),
    ("a wish for anything", "GET", "/connectors", {"Accept": "*/*"}, None, 200),
    ("a wish for any application's", "GET", "/connectors", {"Accept": "application/*"}, None, 200),
    ("a browser's wishes", "GET", "/connectors",
     {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, None, 200),
    ("no wish", "GET", "/connectors", {"Accept": None}, None, 200),
    ("an empty wish", "GET", "/connectors", {"Accept": ""}, None, 200),
    ("a wish for JSON at last", "GET", "/connectors", {"Accept": "text/html, application/json;q=0.1"}, None, 200),
]

NAMES = {406: "HTTP 406 Not Acceptable", 415: "HTTP 415 Unsupported Media Type"}

# What the row is, method, path, body, status, what the message has. Kafka Connect answers 500 to most of them.
BODIES = [
    ("malformed", "POST", "/connectors", b'{"name": "x",\n "config": }', 400, "line 2, column"),
    ("malformed", "PUT", "/connectors/src/config", b"{", 400, "line 1, column"),
    ("malformed", "PATCH", "/connectors/src/offsets", b"{]", 400, "line 1, column"),
    ("malformed", "PUT", "/admin/loggers/root", b"{]", 400, "line 1, column"),
    ("a list", "POST", "/connectors", [], 400, "must be a JSON object"),
    ("a text", "POST", "/connectors", "x", 400, "must be a JSON object"),
    ("a list", "PATCH", "/connectors/src/offsets", [], 400, "must be a JSON object"),
    ("a list", "PUT", "/admin/loggers/root", [], 400, "must be a JSON object"),
    ("nothing", "POST", "/connectors", b"", 400, "body is required"),
    ("null", "POST", "/connectors", b"null", 400, "body is required"),
    ("nothing", "PUT", "/connectors/src/config", b"", 400, "body is required"),
    ("null", "PUT", "/connectors/src/config", b"null", 400, "body is required"),
    ("nothing", "PATCH", "/connectors/src/config", b"", 400, "body is required"),
    ("null", "PATCH", "/connectors/src/config", b"null", 400, "body is required"),
    ("nothing", "PUT", VALIDATE, b"", 400, "body is required"),
    ("null", "PUT", VALIDATE, b"null", 400, "body is required"),
    ("nothing", "PATCH", "/connectors/src/offsets", b"", 400, "body is required"),
    ("null", "PATCH", "/connectors/src/offsets", b"null", 400, "body is required"),
    ("nothing", "PUT", "/admin/loggers/root", b"", 400, "body is required"),
    ("null", "PUT", "/admin/loggers/root", b"null", 400, "body is required"),
    ("an unknown field", "POST", "/connectors", {"name": "x", "konfig": {}}, 400,
     'Unrecognized field "konfig": the known fields are config, name, initial_state, initial_offsets'),
    ("an answer sent back", "POST", "/connectors", {"name": "x", "config": {}, "tasks": [], "type": "source"}, 400,
     'Unrecognized field "tasks"'),
    ("an unknown field", "PATCH", "/connectors/src/offsets", {"offset": []}, 400, 'Unrecognized field "offset"'),
    ("a number for the name", "POST", "/connectors", {"name": [1], "config": {}}, 400, "name"),
    ("an unknown initial state", "POST", "/connectors", {"name": "x", "config": {}, "initial_state": "ASLEEP"}, 400,
     "RUNNING, PAUSED, STOPPED"),
    ("no UTF-8", "POST", "/connectors", b'{"name":"\xff"}', 400, "byte 0xff"),
]

CRLF = "\r\n"
HEAD = CRLF.join(["GET /connectors HTTP/1.1", "Host: x", "Connection: close", ""])
POST = ["Host: x", "Connection: close", "Content-Type: application/json"]

# Bytes on the wire; how the answers begin, one for each request of the row.
WIRE = [
    ("HTTP/1.0", "GET /connectors HTTP/1.0" + 2 * CRLF, ["200"]),
    ("no Host", "GET /connectors HTTP/1.1" + CRLF + "Connection: close" + 2 * CRLF, ["400"]),
    ("a URI of 9,000 characters", "GET /" + 9000 * "a" + " HTTP/1.1" + CRLF + "Host: x" + CRLF + "Connection: close" + 2 * CRLF,
     ["414"]),
    ("a header of 9,000 bytes", HEAD + "X-Long: " + 9000 * "a" + 2 * CRLF, ["431"]),
    ("two requests at once", "GET / HTTP/1.1" + CRLF + "Host: x" + 2 * CRLF + HEAD + CRLF, ["200", "200"]),
    ("a body in chunks", CRLF.join(["POST /connectors HTTP/1.1"] + POST + ["Transfer-Encoding: chunked", "", "1", "{", "1", "}",
                                                                          "0", "", ""]), ["400"]),
    ("a client that waits for 100", CRLF.join(["POST /connectors HTTP/1.1"] + POST +
                                              ["Content-Length: 2", "Expect: 100-continue", "", "{}"]), ["100", "400"]),
    ("an empty segment", "GET //connectors HTTP/1.1" + CRLF + "Host: x" + CRLF + "Connection: close" + 2 * CRLF, ["400"]),
    ("a broken escape", "GET /connectors/%zz HTTP/1.1" + CRLF + "Host: x" + CRLF + "Connection: close" + 2 * CRLF, ["400"]),
    ("an unknown version", "GET / HTTP/3.7" + CRLF + "Host: x" + 2 * CRLF, ["505"]),
]


class ContractHttp(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("contract-http", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.process = self.worker()
        self.rest = self.process.rest
        self.rest.create("src", pipeline.source(self.topic, 5))
        self.rest.expect(200, "GET", "/connectors/src/status?wait=COMPLETED")

    def ask(self, method, path, body=None, headers=None):
        """Without headers that the row does not have."""
        given = {k: v for k, v in (headers or {}).items() if v is not None}
        if headers is not None and body is not None and "Content-Type" not in given:
            given["Content-Type"] = ""
        return self.rest.request(method, path, body, given)

    def test_paths(self):
        for path in PATHS:
            plain, _, query = path.partition("?")
            with self.subTest(path):
                answer = self.ask("GET", path)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers.get_content_type(), JSON)
                for header in ("Server", "Date", "Content-Length", "X-Request-Id"):
                    self.assertTrue(answer.headers[header], header)
                self.assertEqual(answer.data, json.dumps(answer.json, separators=(",", ":"), ensure_ascii=False).encode(),
                                 "compact, and UTF-8 as it is") if "openapi" not in path else None
                head = self.ask("HEAD", path)
                self.assertEqual((head.status, head.data), (200, b""))
                self.assertEqual(head.headers["Content-Type"], answer.headers["Content-Type"])
                if plain not in ("/connectors/src/logs",):
                    self.assertEqual(head.headers["Content-Length"], answer.headers["Content-Length"])
                if plain == "/":
                    continue
                slash = self.ask("GET", plain + "/" + ("?" + query if query else ""))
                self.assertEqual((slash.status, slash.data), (200, answer.data), "a slash at its end changes nothing")
                ignored = self.ask("GET", path + ("&" if query else "?") + "unknown=1")
                self.assertEqual((ignored.status, ignored.data), (200, answer.data), "nor does an unknown parameter")

    def test_methods(self):
        for path, allowed in METHODS.items():
            allowed = set(allowed.split()) | {"OPTIONS"}
            with self.subTest("OPTIONS " + path):
                answer = self.ask("OPTIONS", path)
                self.assertEqual((answer.status, answer.headers.get_content_type()), (200, "text/plain"))
                self.assertEqual(set(answer.headers["Allow"].replace(" ", "").split(",")), allowed)
                self.assertEqual(set(answer.text.replace(",", " ").split()), allowed)
            for method in EVERY_METHOD:
                if method in allowed or method == "CONNECT":
                    continue
                with self.subTest("%s %s" % (method, path)):
                    answer = self.ask(method, path)
                    self.assertEqual(answer.status, 405)
                    self.assertEqual(set(answer.headers["Allow"].replace(" ", "").split(",")), allowed)
                    if method != "HEAD":
                        self.assertEqual(answer.message, "HTTP 405 Method Not Allowed")
        for path in ("/conectors", "/connectors/src/tasks-config", "/connectors/src/nothing", "/connector-plugins/x", "/admin",
                     "/admin/x"):
            for method in ("GET", "OPTIONS", "PUT", "DELETE"):
                with self.subTest("%s %s" % (method, path)):
                    answer = self.ask(method, path)
                    self.assertEqual((answer.status, answer.headers.get_content_type()), (404, JSON))
                    self.assertEqual(answer.data, b'{"error_code":404,"message":"HTTP 404 Not Found"}')
        for number in ("x", "1.5", "", "99999999999", "-"):
            for method, rest in ("GET", "status"), ("POST", "restart"):
                with self.subTest("%s of task %s" % (rest, number)):
                    answer = self.ask(method, "/connectors/src/tasks/%s/%s" % (number, rest))
                    self.assertEqual(answer.status, 404 if number else 400)

    def test_media_types(self):
        for name, method, path, headers, body, status in MEDIA_TYPES:
            with self.subTest(name):
                answer = self.ask(method, path, body, headers)
                self.assertEqual(answer.status, status, answer)
                if status in NAMES:
                    self.assertEqual((answer.message, answer.headers.get_content_type()), (NAMES[status], JSON))

    def test_bodies(self):
        before = self.rest.get("/connectors/src/config")
        for name, method, path, body, status, part in BODIES:
            with self.subTest("%s: %s %s" % (name, method, path)):
                answer = self.ask(method, path, body)
                self.assertEqual((answer.status, answer.headers.get_content_type()), (status, JSON))
                self.assertIn(part, answer.message)
        self.assertEqual(self.rest.get("/connectors"), ["src"])
        self.assertEqual(self.rest.get("/connectors/src/config"), before)

    def test_success_without_a_body(self):
        for method, path, status, length in (
                ("PUT", "/connectors/src/pause", 202, "0"), ("PUT", "/connectors/src/resume", 202, "0"),
                ("PUT", "/connectors/src/topics/reset", 202, "0"), ("POST", "/connectors/src/restart", 204, None),
                ("POST", "/connectors/src/tasks/0/restart", 204, None), ("PUT", "/connectors/src/stop", 204, None),
                ("PUT", "/admin/loggers/root?scope=cluster", 204, None), ("DELETE", "/connectors/src", 204, None)):
            with self.subTest(path):
                answer = self.ask(method, path, {"level": "INFO"} if "loggers" in path else None)
                self.assertEqual((answer.status, answer.data, answer.headers["Content-Length"]), (status, b"", length))
                self.assertIsNone(answer.headers["Content-Type"])

    def test_booleans_of_the_query(self):
        """Only true, in any case, is true."""
        connectors, every = (self.rest.get("/connector-plugins" + q) for q in ("", "?connectorsOnly=false"))
        self.assertLess(len(connectors), len(every))
        for value in ("junk", "", "1", "yes", "False"):
            self.assertEqual(self.rest.get("/connector-plugins?connectorsOnly=" + value), every, value)
            self.assertEqual(self.ask("POST", "/connectors/src/restart?includeTasks=" + value).status, 204, value)
        for value in ("true", "TRUE", "True"):
            self.assertEqual(self.rest.get("/connector-plugins?connectorsOnly=" + value), connectors, value)
            self.assertEqual(self.ask("POST", "/connectors/src/restart?includeTasks=" + value).status, 202, value)

    def wire(self, text):
        """The whole answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.process.port), timeout=20) as connection:
            connection.sendall(text.encode())
            data = b""
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return data.decode("utf-8", "replace")
                data += piece

    def test_http_itself(self):
        for name, text, statuses in WIRE:
            with self.subTest(name):
                answer = self.wire(text)
                found = re.findall(r"HTTP/1\.1 (\d+) ", answer)
                self.assertEqual(found, statuses, answer)
                if int(statuses[-1]) >= 400:
                    self.assertIn('{"error_code":%s,"message":"' % statuses[-1], answer)
        note("%d rows of HTTP" % (len(PATHS) + len(METHODS) + len(MEDIA_TYPES) + len(BODIES) + len(WIRE)))
