"""Records through converters, transformations and predicates of the worker and of others, on a real Kafka."""

import json
import os

from cwtest import env, kafka

from test_example_connector import ThirdParty

TRANSFORMS = "org.apache.kafka.connect.transforms."


def with_schema(name, size, price="AfI="):
    """A record as JsonConverter writes it; price is 4.98 as a decimal of scale 2."""
    fields = [{"field": "name", "type": "string"}, {"field": "size", "type": "int32"},
              {"field": "price", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
               "parameters": {"scale": "2"}}]
    return {"schema": {"type": "struct", "fields": fields, "optional": False},
            "payload": {"name": name, "size": size, "price": price}}


def encoded(records):
    return [json.dumps(r).encode() for r in records]


class Transforms(ThirdParty):
    """Files on one side, JSON in Kafka on the other."""

    def setUp(self):
        super().setUp()
        self.build("make", "-s", "DESTDIR=" + self.dir, "plugindir=/plugins", "install", cwd=self.example())
        self.topic = kafka.topic("transforms", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.output = os.path.join(self.dir, "out.txt")

    def example(self):
        source = os.path.join(self.dir, "source")
        if not os.path.exists(source):
            self.copy_example(source)
        return source

    def start(self, **properties):
        settings = {"plugin.path": self.plugins + "," + env.plugin_dir()}
        settings.update(properties)
        return self.worker(properties=settings)

    def sink(self, **config):
        base = {"connector.class": "com.example.FileSink", "topics": self.topic, "file": self.output}
        base.update(config)
        return base

    def lines(self, path=None):
        path = path or self.output
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            return f.read().split("\n")[:-1]

    def arrive(self, lines):
        env.wait_for(lambda: len(self.lines()) >= len(lines), 30,
                     lambda: "%s in the file, there is %s" % (lines, self.lines()))
        self.assertEqual(self.lines(), lines)

    def number(self, worker, connector, name):
        return int(worker.rest.metrics().sum("connect_worker_task_%s_total" % name, connector=connector) or 0)

    def test_a_sink_gets_what_the_chain_makes_of_json(self):
        worker = self.start()
        names = ["one", "two", "three", "four"]
        kafka.produce(self.topic, encoded(with_schema(n, i) for i, n in enumerate(names)) + [b""])
        worker.rest.create("sink", self.sink(**{
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "errors.tolerance": "all",  # an empty value is none that JsonConverter takes with schemas
            "transforms": "insert,cast,rename,flatten,json,drop",
            "transforms.insert.type": TRANSFORMS + "InsertField$Value",
            "transforms.insert.static.field": "from", "transforms.insert.static.value": "test",
            "transforms.cast.type": TRANSFORMS + "Cast$Value", "transforms.cast.spec": "size:string",
            "transforms.rename.type": TRANSFORMS + "ReplaceField$Value",
            "transforms.rename.renames": "name:word", "transforms.rename.exclude": "price",
            "transforms.flatten.type": TRANSFORMS + "Flatten$Value",
            "transforms.json.type": TRANSFORMS + "ExtractField$Value", "transforms.json.field": "word",
            "transforms.drop.type": "Filter", "transforms.drop.predicate": "elsewhere", "transforms.drop.negate": "true",
            "predicates": "elsewhere", "predicates.elsewhere.type": "TopicNameMatches",
            "predicates.elsewhere.pattern": "transforms-.*",
        }))
        self.arrive(names)
        env.wait_for(lambda: self.number(worker, "sink", "records_skipped") == 1, 10, "one record is skipped")
        worker.rest.action("sink", "stop")
        worker.rest.wait_state("sink", connector="STOPPED", n=0)
        self.assertEqual(kafka.committed("connect-sink", self.topic), {0: 5})

    def test_dropped_records_are_counted_and_committed(self):
        worker = self.start()
        kafka.produce(self.topic, [b"keep"] * 10)
        worker.rest.create("sink", self.sink(**{
            "transforms": "route,drop", "transforms.route.type": "RegexRouter", "transforms.route.regex": ".*",
            "transforms.route.replacement": "other", "transforms.drop.type": "Filter",
            "transforms.drop.predicate": "p", "predicates": "p", "predicates.p.type": "TopicNameMatches",
            "predicates.p.pattern": "other"}))
        env.wait_for(lambda: self.number(worker, "sink", "records_filtered") == 10, 30,
                     lambda: "10 records are filtered: %d" % self.number(worker, "sink", "records_filtered"))
        worker.rest.action("sink", "stop")
        worker.rest.wait_state("sink", connector="STOPPED", n=0)
        self.assertEqual(kafka.committed("connect-sink", self.topic), {0: 10})
        self.assertEqual(self.lines(), [])

    def test_a_record_that_fails_names_stage_class_and_place(self):
        worker = self.start()
        kafka.produce(self.topic, encoded([with_schema("one", 1)]) + [b"no json"])
        worker.rest.create("sink", self.sink(**{"value.converter": "Json", "transforms": "x",
                                                "transforms.x.type": TRANSFORMS + "ExtractField$Value",
                                                "transforms.x.field": "name"}))
        trace = worker.rest.wait_state("sink", tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("Tolerance exceeded in error handler", trace)
        self.assertIn("Error encountered in task sink-0. Executing stage 'VALUE_CONVERTER' with class "
                      "'org.apache.kafka.connect.json.JsonConverter', where consumed record is {topic='%s', partition=0, "
                      "offset=1, timestamp=" % self.topic, trace)

    def test_a_source_writes_json_to_where_the_chain_says(self):
        worker = self.start(**{"value.converter": "org.apache.kafka.connect.json.JsonConverter",
                               "value.converter.schemas.enable": "false"})
        source, routed = os.path.join(self.dir, "in.txt"), self.topic + "-routed"
        with open(source, "w", encoding="utf-8") as f:
            f.write("first\nsecond\n")
        self.addCleanup(kafka.delete, routed)
        worker.rest.create("lines", {
            "connector.class": "FileLinesSource", "file": source, "topic": self.topic, "stop.at.end": "true",
            "transforms": "hoist,static,key,route", "transforms.hoist.type": TRANSFORMS + "HoistField$Value",
            "transforms.hoist.field": "line",
            "transforms.static.type": TRANSFORMS + "InsertField$Value", "transforms.static.static.field": "host",
            "transforms.static.static.value": "h1",
            "transforms.key.type": "ValueToKey", "transforms.key.fields": "host",
            "transforms.route.type": "RegexRouter", "transforms.route.regex": "(.*)",
            "transforms.route.replacement": "$1-routed"})
        worker.rest.wait_state("lines", tasks="COMPLETED", n=1)
        records = kafka.records(routed)
        self.assertEqual([json.loads(r.value) for r in records],
                         [{"line": "first", "host": "h1"}, {"line": "second", "host": "h1"}])
        self.assertEqual(kafka.count(self.topic), 0)

    def test_a_transaction_of_dropped_records_moves_the_offset(self):
        worker = self.start(**{"exactly.once.source.support": "enabled", "offset.storage.topic": self.topic + "-offsets"})
        source = os.path.join(self.dir, "in.txt")
        self.addCleanup(kafka.delete, self.topic + "-offsets")
        with open(source, "w", encoding="utf-8") as f:
            f.write("dropped\n" * 10)
        config = {"connector.class": "FileLinesSource", "file": source, "topic": self.topic, "stop.at.end": "true",
                  "transforms": "drop", "transforms.drop.type": "Filter"}
        worker.rest.create("lines", config)
        worker.rest.wait_state("lines", tasks="COMPLETED", n=1)
        self.assertEqual(self.number(worker, "lines", "records_filtered"), 10)
        with open(source, "a", encoding="utf-8") as f:
            f.write("kept\n")
        worker.rest.expect(200, "PUT", "/connectors/lines/config",
                           dict({k: v for k, v in config.items() if not k.startswith("transforms")}, name="lines"))
        env.wait_for(lambda: kafka.count(self.topic) > 0, 30, "the line after them arrives")
        worker.rest.wait_state("lines", tasks="COMPLETED", n=1)
        self.assertEqual(kafka.values(self.topic), [b"kept"])

    def test_plugins_are_listed_described_and_validated(self):
        rest = self.start().rest
        connectors = rest.get("/connector-plugins")
        every = rest.get("/connector-plugins?connectorsOnly=false")
        self.assertEqual({p["type"] for p in connectors}, {"source", "sink"})
        self.assertEqual(every[:len(connectors)], connectors)
        order = ["sink", "source", "transformation", "predicate", "converter", "header_converter"]
        self.assertEqual(every, sorted(every, key=lambda p: (order.index(p["type"]), p["class"])))
        found = {(p["type"], p["class"].split(".")[-1]) for p in every}
        for kind, name in (("transformation", "Cast$Key"), ("transformation", "RegexRouter"),
                           ("predicate", "RecordIsTombstone"), ("converter", "JsonConverter"),
                           ("header_converter", "JsonConverter"), ("header_converter", "SimpleHeaderConverter")):
            self.assertIn((kind, name), found)
        self.assertEqual([d["name"] for d in rest.get("/connector-plugins/%sCast$Value/config" % TRANSFORMS)],
                         ["spec", "replace.null.with.default"])
        self.assertIn("schemas.enable", [d["name"] for d in rest.get("/connector-plugins/JsonConverter/config")])
        for plugin in every:
            self.assertTrue(isinstance(rest.get("/connector-plugins/%s/config" % plugin["class"]), list))
        self.assertEqual(rest.request("GET", "/connector-plugins/Cast$Value/config").status, 404)

        answer = rest.expect(200, "PUT", "/connector-plugins/FileSink/config/validate", self.sink(**{
            "name": "x", "transforms": "a,b", "transforms.a.type": TRANSFORMS + "Cast$Value",
            "transforms.a.spec": "x:int99", "transforms.b.type": "Cast$Value", "transforms.a.spek": "x",
            "value.converter": "Json", "value.converter.schemas.enable": "perhaps"})).json
        errors = {c["value"]["name"]: c["value"]["errors"] for c in answer["configs"] if c["value"]["errors"]}
        self.assertEqual(set(errors), {"transforms.a.spec", "transforms.b.type", "value.converter.schemas.enable"})
        self.assertEqual(errors["transforms.b.type"],
                         ["Invalid value Cast$Value for configuration transforms.b.type: Class Cast$Value could not be "
                          "found. Did you mean %sCast$Value?" % TRANSFORMS])

    def test_config_providers_give_what_nobody_sees(self):
        secrets = os.path.join(self.dir, "secrets.properties")
        with open(secrets, "w", encoding="utf-8") as f:
            f.write("file=%s\n" % self.output)
        worker = self.start(**{"config.providers": "file", "config.providers.file.class": "FileConfigProvider",
                               "config.providers.file.param.allowed.paths": self.dir})
        variable = "${file:%s:file}" % secrets
        kafka.produce(self.topic, [b"a line"])
        worker.rest.create("sink", self.sink(file=variable))
        self.arrive(["a line"])
        self.assertEqual(worker.rest.get("/connectors/sink")["config"]["file"], variable)
        self.assertEqual(worker.rest.get("/connectors/sink/tasks")[0]["config"]["file"], variable)
        answer = worker.rest.expect(200, "PUT", "/connector-plugins/FileSink/config/validate",
                                    self.sink(name="x", file=variable)).json
        self.assertEqual(answer["error_count"], 0)
        self.assertNotIn(self.output, json.dumps(answer))
        refused = worker.rest.request("POST", "/connectors", {"name": "none", "config": self.sink(
            file="${file:%s:file}" % os.path.join(self.dir, "nothing"))})
        self.assertEqual(refused.status, 400, refused)
        self.assertIn("Could not read properties from file", refused.message)


class OthersPlugins(ThirdParty):
    """A transformation, a predicate and a converter in one shared object."""

    def compile(self, *flags):
        path = os.path.join(self.plugins, "records.so")
        cflags = self.build("pkg-config", "--cflags", "connect-worker").split()
        self.build("cc", "-std=c11", "-shared", "-fPIC", *cflags, *flags, "-o", path,
                   os.path.join(env.TOP, "tests", "unit", "plugins", "scripted_records.c"))
        return path

    def test_they_work_like_the_workers_own(self):
        path = self.compile()
        self.assertEqual([p["class"] for p in self.described(self.plugins)["plugins"] if p.get("file") == path],
                         ["test.ScriptedTransform", "test.NumberIsAtLeast", "test.ScriptedConverter"])
        topic = kafka.topic("others", 1)
        self.addCleanup(kafka.delete, topic)
        rest = self.worker(properties={"plugin.path": self.plugins + "," + env.plugin_dir()}).rest
        listed = {(p["type"], p["class"]) for p in rest.get("/connector-plugins?connectorsOnly=false")}
        for kind in ("converter", "header_converter"):
            self.assertIn((kind, "test.ScriptedConverter"), listed)
        rest.create("src", {
            "connector.class": "SyntheticLogSource", "topic": topic, "count": "3", "value.converter": "ScriptedConverter",
            "transforms": "a", "transforms.a.type": "ScriptedTransform", "transforms.a.append": "!",
            "transforms.a.predicate": "p", "transforms.a.negate": "true", "predicates": "p",
            "predicates.p.type": "test.NumberIsAtLeast", "predicates.p.least": "1000000"})
        rest.wait_state("src", tasks="COMPLETED", n=1)
        values = kafka.values(topic)
        self.assertEqual(len(values), 3)
        for value in values:
            self.assertRegex(value, rb"^<.*!>$")

    def test_those_that_are_not_whole_are_refused(self):
        for flag, words in (("-DTRANSFORMATION_BYTES=offsetof(struct cw_transformation_ops,apply)",
                             "the descriptor of test.ScriptedTransform lacks apply, which a transformation must have"),
                            ("-DSTRANGE_KIND", "the descriptor of test.ScriptedConverter is of kind 77"),
                            ("-DNO_END", "more than 1000 plugins are linked by next")):
            with self.subTest(flag):
                path = self.compile(flag)
                found = self.described(self.plugins)
                self.assertEqual([p["file"] for p in found["refused"]], [path])
                self.assertIn(words, found["refused"][0]["reason"])
                self.assertEqual([p["class"] for p in found["plugins"] if p.get("file") == path], [])
