"""Avro and JSON Schema with a real Schema Registry: what we write another client reads, and the other way round."""

import http.server
import json
import os
import ssl
import subprocess
import threading

from cwtest import env, kafka, pipeline, registry, stack
from cwtest.case import TestCase, deadline
from cwtest.process import Devstore, free_port
from cwtest.registry import Client, Converter
from cwtest.search import Search

AVRO = "io.confluent.connect.avro.AvroConverter"
JSON = "io.confluent.connect.json.JsonSchemaConverter"


def field(field_name, kind, **more):
    schema = dict(kind if isinstance(kind, dict) else {"type": kind, "optional": False}, field=field_name)
    schema.update(more)
    return schema


def struct(name, *fields):
    return {"type": "struct", "name": name, "optional": False, "fields": list(fields)}


LOGICAL = "org.apache.kafka.connect.data."
ALL = struct(
    "com.acme.All",
    field("i8", "int8"), field("i16", "int16"), field("i32", "int32"), field("i64", "int64"),
    field("f32", "float"), field("f64", "double"), field("yes", "boolean"), field("text", "string"),
    field("raw", "bytes"), field("none", "string", optional=True), field("some", "int32", optional=True),
    field("money", "bytes", name=LOGICAL + "Decimal", version=1, parameters={"scale": "2"}),
    field("day", "int32", name=LOGICAL + "Date", version=1),
    field("time", "int32", name=LOGICAL + "Time", version=1),
    field("at", "int64", name=LOGICAL + "Timestamp", version=1),
    field("list", {"type": "array", "items": {"type": "string", "optional": False}}),
    field("map", {"type": "map", "keys": {"type": "string", "optional": False},
                  "values": {"type": "int64", "optional": False}}),
    field("pairs", {"type": "map", "keys": {"type": "int32", "optional": False},
                    "values": {"type": "string", "optional": False}}),
    field("inner", struct("com.acme.Inner", field("x", "int32"))))
VALUE = {"i8": -8, "i16": 16000, "i32": -5, "i64": 2 ** 53, "f32": 1.5, "f64": -0.25, "yes": True,
         "text": "gr\u00fc\u00df \U0001F600", "raw": "AAEC", "none": None, "some": 7, "money": "MDk=", "day": 19000,
         "time": 1000, "at": 1700000000123, "list": ["a", "b"], "map": {"k": 5}, "pairs": [[1, "one"]],
         "inner": {"x": 3}}


def certificate(folder, name, ca=None):
    """A key and a certificate, NAME.pem, of its own or by a CA that was made before. Its path."""
    path = os.path.join(folder, name)
    args = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name,
            "-keyout", path + ".key", "-out", path + ".crt", "-addext", "subjectAltName=IP:127.0.0.1"]
    if ca:
        args += ["-CA", os.path.join(folder, ca + ".crt"), "-CAkey", os.path.join(folder, ca + ".key"),
                 "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path + ".pem", "w") as out:
        for part in ".key", ".crt":
            with open(path + part) as f:
                out.write(f.read())
    return path + ".pem"


class Front(http.server.BaseHTTPRequestHandler):
    """Hands requests on to the registry, without a word."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = registry.call("POST", self.path, body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class SchemaRegistry(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = env.unique("registry")
        self.subject = self.topic + "-value"

    def written(self, converter, schema, payload, topic=None):
        word, text = converter.write(topic or self.topic, schema, payload)
        self.assertEqual(word, "ok", text)
        return text

    def read(self, converter, data, topic=None):
        word, document = converter.read(topic or self.topic, data)
        self.assertEqual(word, "ok", document)
        return document

    # ---- both formats -------------------------------------------------------------------------------

    def test_avro_is_read_by_another_client(self):
        data = self.written(Converter(self, AVRO), ALL, VALUE)
        got = Client(self).read("avro", self.topic, data)
        expected = dict(VALUE, raw="000102", money="123.45", day="2022-01-08", time="00:00:01",
                        at="2023-11-14 22:13:20.123000+00:00", pairs=[{"key": 1, "value": "one"}])
        self.assertEqual(got, expected)

    def test_json_is_read_by_another_client(self):
        data = self.written(Converter(self, JSON), ALL, VALUE)
        got = Client(self).read("json", self.topic, data)
        self.assertEqual(got, dict(VALUE, pairs=[{"key": 1, "value": "one"}]))

    def test_what_is_written_comes_back(self):
        for class_name in AVRO, JSON:
            topic = self.topic + class_name
            data = self.written(Converter(self, class_name), ALL, VALUE, topic)
            document = self.read(Converter(self, class_name), data, topic)
            self.assertEqual(document["payload"], VALUE)
            self.assertEqual([f["field"] for f in document["schema"]["fields"]], [f["field"] for f in ALL["fields"]])

    def test_avro_of_another_client_is_read(self):
        schema = {"type": "record", "name": "Other", "namespace": "com.acme", "fields": [
            {"name": "id", "type": "long"},
            {"name": "color", "type": {"type": "enum", "name": "Color", "symbols": ["RED", "BLUE"]}},
            {"name": "mac", "type": {"type": "fixed", "name": "Mac", "size": 6}},
            {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
            {"name": "either", "type": ["null", "int", "string"], "default": None},
            {"name": "next", "type": ["null", "Other"], "default": None}]}
        value = {"id": 1, "color": "BLUE", "mac": {"bytes": "0001020304ff"}, "price": {"decimal": "-1.50"},
                 "either": "x", "next": {"id": 2, "color": "RED", "mac": {"bytes": "000000000000"},
                                         "price": {"decimal": "0.00"}, "either": 5, "next": None}}
        data = Client(self).write("avro", self.topic, schema, value)
        # JsonConverter cannot write the schema of a record inside itself: the value goes on as Avro.
        again = Converter(self, AVRO)
        word, text = again.read(self.topic, data)
        self.assertEqual(word, "fail", text)
        flat = dict(schema, fields=schema["fields"][:-1], name="Flat")
        del value["next"]
        document = self.read(again, Client(self).write("avro", self.topic + "-flat", flat, value), self.topic + "-flat")
        self.assertEqual(document["payload"], {"id": 1, "color": "BLUE", "mac": "AAECAwT/", "price": "/2o=",
                                               "either": {"int": None, "string": "x"}})
        self.assertEqual(document["schema"]["name"], "com.acme.Flat")
        self.assertEqual(document["schema"]["version"], 1)

    def test_json_of_another_client_is_read(self):
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Other", "type": "object",
                  "properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]},
                                 "tags": {"type": "array", "items": {"type": "string"}},
                                 "size": {"$ref": "#/definitions/size"}},
                  "required": ["id"], "definitions": {"size": {"type": "number"}}}
        data = Client(self).write("json", self.topic, schema, {"id": 7, "name": None, "tags": ["a"], "size": 2.5})
        document = self.read(Converter(self, JSON, **{"use.optional.for.nonrequired": "true"}), data)
        self.assertEqual(document["payload"], {"id": 7, "name": None, "tags": ["a"], "size": 2.5})
        self.assertEqual({f["field"]: (f["type"], f["optional"]) for f in document["schema"]["fields"]},
                         {"id": ("int64", False), "name": ("string", True), "tags": ("array", True),
                          "size": ("double", True)})

    def test_primitives_of_either_client(self):
        ours, client = Converter(self, AVRO), Client(self)
        for name, schema, ours_schema, value in (("s", "string", "string", "x"), ("l", "long", "int64", -3),
                                                 ("d", "double", "double", 0.5), ("b", "boolean", "boolean", True)):
            topic = self.topic + name
            data = client.write("avro", topic, schema, value)
            self.assertEqual(self.read(ours, data, topic)["payload"], value)
            data = self.written(ours, {"type": ours_schema, "optional": False}, value, topic)
            self.assertEqual(client.read("avro", topic, data), value)

    # ---- schemas over time --------------------------------------------------------------------------

    def test_evolution(self):
        one = struct("com.acme.R", field("a", "int32"))
        two = struct("com.acme.R", field("a", "int32"), field("b", "string", default="new"))
        old = self.written(Converter(self, AVRO), one, {"a": 1})
        new = self.written(Converter(self, AVRO), two, {"a": 2, "b": "x"})
        self.assertEqual(len(registry.versions(self.subject)), 2)
        plain, latest = Converter(self, AVRO), Converter(self, AVRO, **{"use.latest.version": "true"})
        self.assertEqual(self.read(plain, old)["payload"], {"a": 1})
        self.assertEqual(self.read(plain, old)["schema"]["version"], 1)
        self.assertEqual(self.read(plain, new)["schema"]["version"], 2)
        self.assertEqual(self.read(latest, old)["payload"], {"a": 1, "b": "new"})
        self.assertEqual(Client(self).read("avro", self.topic, new), {"a": 2, "b": "x"})

    def test_an_incompatible_change_is_refused_in_words(self):
        converter = Converter(self, AVRO)
        self.written(converter, struct("com.acme.R", field("a", "int32")), {"a": 1})
        word, text = converter.write(self.topic, struct("com.acme.R", field("a", "string")), {"a": "x"})
        self.assertEqual(word, "fail")
        self.assertIn("Failed to serialize Avro data from topic " + self.topic, text)
        self.assertIn("registering the schema of " + self.subject, text)
        self.assertIn("error code: 409", text)
        self.assertIn("ncompatible", text)
        self.assertEqual(len(registry.versions(self.subject)), 1)
        # the converter goes on
        self.written(converter, struct("com.acme.R", field("a", "int32")), {"a": 2})

    def test_without_registering(self):
        mine = struct("com.acme.R", field("b", "int32"), field("a", "string"))
        theirs = {"type": "record", "name": "R", "namespace": "com.acme", "fields": [
            {"name": "a", "type": "string"}, {"name": "b", "type": "long"}, {"name": "c", "type": "int", "default": 9}]}
        options = {"auto.register.schemas": "false"}
        word, text = Converter(self, AVRO, **options).write(self.topic, mine, {"a": "x", "b": 5})
        self.assertEqual(word, "fail")
        self.assertIn("error code: 404", text)
        status, answer = registry.call("POST", "/subjects/%s/versions" % self.subject, {"schema": json.dumps(theirs)})
        self.assertEqual(status, 200, answer)
        options["use.latest.version"] = "true"
        data = self.written(Converter(self, AVRO, **options), mine, {"a": "x", "b": 5})
        self.assertEqual(Client(self).read("avro", self.topic, data), {"a": "x", "b": 5, "c": 9})
        self.assertEqual(len(registry.versions(self.subject)), 1)

    def test_subject_name_strategies(self):
        record = struct("com.acme." + self.topic.replace("-", "_"), field("a", "int32"))
        for strategy, subject in (("RecordNameStrategy", record["name"]),
                                  ("TopicRecordNameStrategy", self.topic + "-" + record["name"])):
            converter = Converter(self, AVRO, **{"value.subject.name.strategy": strategy})
            data = self.written(converter, record, {"a": 1})
            self.assertEqual(len(registry.versions(subject)), 1)
            self.assertEqual(self.read(Converter(self, AVRO, **{"value.subject.name.strategy": strategy}),
                                       data)["payload"], {"a": 1})
        key = Converter(self, AVRO, "key")
        self.written(key, record, {"a": 1})
        self.assertEqual(len(registry.versions(self.topic + "-key")), 1)

    def test_references(self):
        part = {"type": "record", "name": "Part", "namespace": "com.acme", "fields": [{"name": "x", "type": "int"}]}
        whole = {"type": "record", "name": "Whole", "namespace": "com.acme",
                 "fields": [{"name": "part", "type": "com.acme.Part"}]}
        name = env.unique("part")
        self.assertEqual(registry.call("POST", "/subjects/%s/versions" % name, {"schema": json.dumps(part)})[0], 200)
        status, answer = registry.call("POST", "/subjects/%s/versions" % self.subject, {
            "schema": json.dumps(whole), "references": [{"name": "com.acme.Part", "subject": name, "version": 1}]})
        self.assertEqual(status, 200, answer)
        document = self.read(Converter(self, AVRO), "00%08x0a" % answer["id"])
        self.assertEqual(document["payload"], {"part": {"x": 5}})

    # ---- in a worker --------------------------------------------------------------------------------

    def test_connectors_write_and_read_avro(self):
        topic, store, index = kafka.topic("registry", 1), Devstore(self).start(), env.unique("registry")
        self.addCleanup(kafka.delete, topic)
        avro = {"value.converter": AVRO, "value.converter.schema.registry.url": env.SCHEMA_REGISTRY}
        source, sink = pipeline.source(topic, 100), pipeline.sink(topic, store.url, index)
        rest = self.worker().rest
        rest.create("source", dict(source, **avro))
        rest.create("sink", dict(sink, **avro))
        env.wait_for(lambda: Search(store.url).count(index) == 100, 60, "100 documents")
        written = Client(self).consume("avro", topic, 100)
        self.assertEqual(sorted(value["string"] for value in written),
                         sorted(line.decode() for line in pipeline.lines_of(source)))
        self.assertEqual(len(registry.versions(topic + "-value")), 1)

    # ---- trouble ------------------------------------------------------------------------------------

    def test_bytes_that_are_not_from_a_registry(self):
        converter = Converter(self, AVRO)
        for data, part in (("7b7d", "Unknown magic byte!"), ("007fffffff00", "error code: 404"),
                           ("", "Unknown magic byte!")):
            word, text = converter.read(self.topic, data)
            self.assertEqual(word, "fail")
            self.assertIn(part, text)

    def test_tls(self):
        ca, server, client = (certificate(self.dir, name, by) for name, by in
                              (("ca", None), ("server", "ca"), ("client", "ca")))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server)
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
        front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
        front.socket = context.wrap_socket(front.socket, server_side=True)
        threading.Thread(target=front.serve_forever, daemon=True).start()
        self.addCleanup(front.server_close)
        self.addCleanup(front.shutdown)
        url = "https://127.0.0.1:%d" % front.server_address[1]
        trust = {"schema.registry.ssl.truststore.location": ca}
        identity = {"schema.registry.ssl.keystore.location": client}
        string = {"type": "string", "optional": False}
        options = {"schema.registry.url": url, "max.retries": "0"}
        self.written(Converter(self, AVRO, **options, **trust, **identity), string, "x")
        # Who does not show a certificate is cut off, which may pass; a server that cannot be trusted is a mistake.
        for some, expected, part in ((trust, "retry", "cannot be reached"),
                                     (identity, "fail", "SSL certificate problem")):
            word, text = Converter(self, AVRO, **options, **some).write(self.topic, string, "x")
            self.assertEqual(word, expected, text)
            self.assertIn(part, text)

    @deadline(240)
    def test_the_registry_is_down(self):
        record = struct("com.acme.R", field("a", "int32"))
        waits = {"max.retries": "1", "retries.wait.ms": "50"}
        known, unknown = Converter(self, AVRO, **waits), Converter(self, AVRO, **waits)
        failing_over = Converter(self, AVRO, **{
            "schema.registry.url": "http://127.0.0.1:%d,%s" % (free_port(), env.SCHEMA_REGISTRY), "max.retries": "0"})
        data = self.written(known, record, {"a": 1})
        self.written(failing_over, record, {"a": 1})
        stack.kill("schema-registry")
        try:
            # what is known needs no registry
            self.assertEqual(self.written(known, record, {"a": 1}), data)
            for word, text in (unknown.write(self.topic, record, {"a": 1}), unknown.read(self.topic, data)):
                self.assertEqual(word, "retry")
                self.assertIn("cannot be reached", text)
        finally:
            stack.start("schema-registry")
        self.assertEqual(self.written(unknown, record, {"a": 1}), data)
        self.assertEqual(self.read(unknown, data)["payload"], {"a": 1})
