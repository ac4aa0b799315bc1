"""What PUT /connector-plugins/PLUGIN/config/validate tells: every key of every plugin with every field, and what is odd
about a config though it is no error. No broker is needed for it."""

from cwtest.case import TestCase

SOURCE = {"connector.class": "SyntheticLogSource", "name": "x", "topic": "t"}
SINK = {"connector.class": "AccessLogElasticsearchSink", "name": "x", "topics": "t", "connection.url": "http://127.0.0.1:9"}

FIELDS = ["name", "type", "required", "default_value", "importance", "documentation", "group", "width", "display_name",
          "dependents", "order"]
TYPES = {"BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD"}
VALUE_FIELDS = {"name", "value", "recommended_values", "errors", "visible"}
TYPO = 'unknown key "tsaks.max" is ignored; did you mean "tasks.max"?'
PASSWORD_TYPO = 'unknown key "connection.pasword" is ignored; did you mean "connection.password"?'


def by_name(infos):
    return {config["value"]["name"]: config for config in infos["configs"]}


class Validation(TestCase):
    def start(self, **properties):
        self.rest = self.worker(properties=dict(properties, **{"bootstrap.servers": "127.0.0.1:9"})).rest

    def validate(self, config):
        return self.rest.expect(200, "PUT", "/connector-plugins/%s/config/validate" % config["connector.class"], config).json

    def check_definition(self, definition):
        self.assertEqual(list(definition), FIELDS, "every field, in Kafka Connect's order")
        self.assertIn(definition["type"], TYPES)
        self.assertIsInstance(definition["required"], bool)
        self.assertTrue(definition["default_value"] is None or isinstance(definition["default_value"], str))
        self.assertFalse(definition["required"] and definition["default_value"] is not None)
        self.assertIn(definition["importance"], ("HIGH", "MEDIUM", "LOW"))
        self.assertTrue(definition["documentation"].strip(), "documentation")
        self.assertTrue(definition["group"] is None or definition["group"])
        self.assertIn(definition["width"], ("NONE", "SHORT", "MEDIUM", "LONG"))
        self.assertTrue(definition["display_name"])
        self.assertIsInstance(definition["order"], int)
        self.assertTrue(all(isinstance(d, str) for d in definition["dependents"]))

    def check_value(self, value, name):
        self.assertLessEqual(VALUE_FIELDS, set(value))
        self.assertLessEqual(set(value), VALUE_FIELDS | {"warnings"})
        self.assertEqual(value["name"], name)
        self.assertTrue(value["value"] is None or isinstance(value["value"], str))
        for field in ("recommended_values", "errors"):
            self.assertTrue(all(isinstance(text, str) for text in value[field]))
        self.assertIs(value["visible"], True)

    def uses(self, plugin):
        """Configs that use the plugin, each with the prefix that its keys have there."""
        name = plugin["class"]
        kind = plugin["type"]
        if kind in ("source", "sink"):
            base = dict(SOURCE if kind == "source" else SINK, **{"connector.class": name})
            return [(base, "")]
        if kind == "transformation":
            return [(dict(SINK, **{"transforms": "a", "transforms.a.type": name}), "transforms.a.")]
        if kind == "predicate":
            return [(dict(SINK, **{"predicates": "a", "predicates.a.type": name}), "predicates.a.")]
        if kind == "header_converter":
            return [(dict(SINK, **{"header.converter": name}), "header.converter.")]
        return [(dict(SINK, **{key: name}), key + ".") for key in ("key.converter", "value.converter")]

    def test_every_key_of_every_plugin(self):
        self.start()
        plugins = self.rest.get("/connector-plugins?connectorsOnly=false")
        self.assertEqual({p["type"] for p in plugins},
                         {"source", "sink", "transformation", "predicate", "converter", "header_converter"})
        keys = 0
        for plugin in plugins:
            definitions = self.rest.get("/connector-plugins/%s/config" % plugin["class"].replace("$", "%24"))
            for config, prefix in self.uses(plugin):
                infos = self.validate(config)
                found = by_name(infos)
                self.assertEqual(len(found), len(infos["configs"]), "no key twice")
                for definition in definitions:
                    with self.subTest("%s: %s" % (plugin["class"], definition["name"])):
                        self.check_definition(definition)
                        name = prefix + definition["name"]
                        self.assertIn(name, found)
                        self.check_definition(found[name]["definition"])
                        self.check_value(found[name]["value"], name)
                        for field in ("type", "required", "importance", "documentation", "width"):
                            self.assertEqual(found[name]["definition"][field], definition[field], field)
                        keys += 1
                self.assertEqual(infos["error_count"],
                                 sum(len(c["value"]["errors"]) for c in infos["configs"]
                                     if "converter." not in c["value"]["name"]) +
                                 sum(bool(c["value"]["errors"]) for c in infos["configs"]
                                     if "converter." in c["value"]["name"]), "Kafka Connect counts those at most once")
        self.assertGreater(keys, 500)

    def test_the_order_of_the_answer(self):
        """Keys without a definition, the framework's, transformations, predicates, the connector's, overrides, converters."""
        self.start()
        infos = self.validate(dict(SINK, **{
            "tsaks.max": "2", "consumer.override.fetch.min.bytes": "2", "value.converter": "JsonConverter",
            "transforms": "a", "transforms.a.type": "org.apache.kafka.connect.transforms.HoistField$Value",
            "transforms.a.field": "f", "predicates": "p",
            "predicates.p.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"}))
        names = [config["value"]["name"] for config in infos["configs"]]
        marks = ["tsaks.max", "name", "connector.class", "connector.plugin.version", "tasks.max", "tasks.max.enforce",
                 "key.converter", "transforms", "predicates", "config.action.reload", "errors.retry.timeout",
                 "errors.tolerance", "topics", "topics.regex", "errors.deadletterqueue.topic.name", "transforms.a.type",
                 "transforms.a.field", "transforms.a.negate", "transforms.a.predicate", "predicates.p.type", "connection.url",
                 "consumer.override.fetch.min.bytes", "value.converter.schemas.enable"]
        self.assertEqual([name for name in names if name in marks], marks)
        self.assertEqual(infos["groups"][:4], ["Common", "Transforms", "Predicates", "Error Handling"])
        self.assertIn("Transforms: a", infos["groups"])
        self.assertIn("Predicates: p", infos["groups"])

    def test_unknown_keys_are_named(self):
        self.start()
        infos = self.validate(dict(SINK, **{"tsaks.max": "2", "connection.pasword": "planted-secret"}))
        self.assertEqual(infos["error_count"], 0)
        self.assertEqual(sorted(infos["warnings"]), sorted([TYPO, PASSWORD_TYPO]))
        self.assertEqual(by_name(infos)["tsaks.max"], {"definition": None, "value": {
            "name": "tsaks.max", "value": "2", "recommended_values": [], "errors": [], "visible": True, "warnings": [TYPO]}})
        self.assertEqual(by_name(infos)["connection.pasword"]["value"]["value"], "[hidden]")
        self.assertNotIn("warnings", by_name(infos)["tasks.max"]["value"])
        self.assertEqual(self.validate(SOURCE)["warnings"], [])

    def test_a_config_that_is_taken_is_warned_of_in_a_header_field(self):
        self.start()
        odd = dict(SOURCE, **{"tsaks.max": "2"})
        wanted = ['299 connect-worker "unknown key \\"tsaks.max\\" is ignored; did you mean \\"tasks.max\\"?"']
        rows = (("POST", "/connectors?dry_run=true", {"name": "x", "config": odd}, wanted),
                ("POST", "/connectors", {"name": "x", "config": odd, "initial_state": "STOPPED"}, wanted),
                ("PUT", "/connectors/x/config", dict(odd, count="1"), wanted),
                ("PATCH", "/connectors/x/config", {"count": "2"}, wanted),
                ("PATCH", "/connectors/x/config", {"tsaks.max": None}, []))
        for method, path, body, warnings in rows:
            with self.subTest(method + " " + path):
                answer = self.rest.expect((200, 201), method, path, body)
                self.assertEqual(answer.headers.get_all("Warning") or [], warnings)
                if "dry_run" not in path:
                    self.assertEqual(set(answer.json), {"name", "config", "tasks", "type"}, "Kafka Connect's entity")
        self.assertIsNone(self.rest.expect(200, "GET", "/connectors/x").headers["Warning"])

    def test_a_strict_worker_refuses_unknown_keys(self):
        self.start(**{"connector.unknown.keys": "error"})
        odd = dict(SOURCE, **{"tsaks.max": "2"})
        infos = self.validate(odd)
        self.assertEqual((infos["error_count"], infos["warnings"]), (1, []))
        self.assertEqual(by_name(infos)["tsaks.max"]["value"]["errors"],
                         ['Unknown key "tsaks.max"; did you mean "tasks.max"?'])
        refused = self.rest.expect(400, "POST", "/connectors", {"name": "x", "config": odd})
        self.assertIn('contains the following 1 error(s):\nUnknown key "tsaks.max"; did you mean "tasks.max"?\n',
                      refused.message)
        self.assertEqual(self.rest.get("/connectors"), [])
        self.rest.create("x", SOURCE, initial_state="STOPPED")

    def test_every_error_is_in_the_message(self):
        """However long it becomes."""
        self.start()
        bad = dict(SOURCE, **{"tasks.max": "0", "errors.tolerance": "some", "errors.log.enable": "perhaps",
                              "errors.log.include.messages": "perhaps", "errors.retry.timeout": "-2",
                              "errors.retry.delay.max.ms": "0", "config.action.reload": "maybe", "count": "-1",
                              "records.per.second": "fast", "format": "w3c", "exactly.once.support": "maybe",
                              "transaction.boundary": "never", "transaction.boundary.interval.ms": "-1",
                              "key.converter": "com.example.Nonsense", "value.converter": "com.example.Nonsense"})
        infos = self.validate(bad)
        errors = [e for c in infos["configs"] for e in c["value"]["errors"]]
        self.assertGreaterEqual(len(errors), 15)
        message = self.rest.expect(400, "POST", "/connectors", {"name": "x", "config": bad}).message
        lines = message.split("\n")
        self.assertEqual(lines[0], "Connector configuration is invalid and contains the following %d error(s):" % len(errors))
        self.assertEqual(lines[1:-1], errors)
        self.assertTrue(lines[-1].startswith("You can also find the above list of errors at the endpoint"))
        self.assertGreater(len(message), 1024)
