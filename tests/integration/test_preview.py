"""Previews on a real broker and beside a real store: what is shown is what happens, and nothing is left behind."""

import base64
import json
import os

from cwtest import env, kafka, pipeline
from cwtest.ctl import CtlCase
from cwtest.search import Search

LINE = b'9.9.9.9 - - [Jan 21 2026, 22:23:%02d] "GET /%d HTTP/1.1" 200 1 "-" "-"'
TRANSFORMS = "org.apache.kafka.connect.transforms."
CONFIG = "/connector-plugins/%s/config/preview"
ENV_PROVIDER = {"config.providers": "env", "config.providers.env.class":
                "org.apache.kafka.common.config.provider.EnvVarConfigProvider"}


def lines(n, first=0):
    return [LINE % (i % 60, i) for i in range(first, first + n)]


class Preview(CtlCase):
    def setUp(self):
        super().setUp()
        self.search = Search(env.OPENSEARCH)
        prefix = env.unique("preview")
        self.index = self.drop(self.search, prefix + "-2026.01.21")
        self.topic = kafka.topic("preview", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.name = env.unique("preview")
        self.sink = pipeline.sink(self.topic, env.OPENSEARCH, prefix + "-%{+yyyy.MM.dd}", **{
            "template.enable": "false", "include.raw": "false", "include.kafka": "false"})

    def start(self, **options):
        self.running = self.worker(**options)
        self.rest = self.running.rest
        return self.rest

    def ask(self, path, body, status=200):
        answer = self.rest.request("POST", path, body)
        self.assertEqual(answer.status, status, answer)
        return answer.json if status == 200 else answer.message

    def of_config(self, config, status=200, **body):
        return self.ask(CONFIG % config["connector.class"], dict(body, config=config), status)

    def documents(self):
        return self.search.count(self.index)

    def test_a_sink_shows_the_newest_and_leaves_no_trace(self):
        rest = self.start()
        kafka.produce(self.topic, lines(30))
        before, ends = kafka.groups(), kafka.end_offsets(self.topic)
        preview = self.of_config(dict(self.sink, name=self.name), last=4)
        self.assertEqual([r["result"] for r in preview["records"]], ["rendered"] * 4)
        newest = sorted(kafka.records(self.topic), key=lambda r: (r.timestamp, r.offset))[-4:]
        self.assertEqual({r["record"]["timestamp"] for r in preview["records"]} - {r.timestamp for r in newest}, set())
        for entry in preview["records"]:
            put = entry["stages"][-1]
            self.assertEqual((put["stage"], put["destination"]), ("TASK_PUT", self.index))
            action, document = map(json.loads, put["text"].splitlines())
            self.assertEqual(action["create"]["_id"], "%s+%d+%d" % (
                self.topic, entry["record"]["partition"], entry["offset"]))
            self.assertEqual(document["status"], 200)
        self.assertEqual(kafka.groups() - before, set())
        self.assertEqual(kafka.end_offsets(self.topic), ends)
        self.assertEqual((self.documents(), self.search.indices(self.index)), (0, []))
        self.assertEqual(rest.get("/connectors"), [])

    def test_it_is_what_the_connector_writes(self):
        rest = self.start()
        kafka.produce(self.topic, lines(10))
        rest.create(self.name, self.sink)
        env.wait_for(lambda: self.documents() == 10, 30, lambda: "10 documents, there are %d" % self.documents())
        rest.request("PUT", rest.path(self.name, "/stop?wait=STOPPED"))
        group = "connect-" + self.name
        before, groups = kafka.committed(group, self.topic), kafka.groups()
        self.assertEqual(sum(before.values()), 10)
        kafka.produce(self.topic, lines(3, 10))
        preview = self.ask(rest.path(self.name, "/preview"), {"last": 13})
        self.assertEqual(len(preview["records"]), 13)
        shown = {}
        for entry in preview["records"]:
            action, document = map(json.loads, entry["stages"][-1]["text"].splitlines())
            shown[action["create"]["_id"]] = document
        written = {name: source for _, name, source in self.search.scan(self.index, True)}
        self.assertEqual({name: shown[name] for name in written}, written)
        self.assertEqual((kafka.committed(group, self.topic), kafka.groups() - groups), (before, set()))
        self.assertEqual(self.documents(), 10)
        self.assertEqual(rest.status(self.name)["connector"]["state"], "STOPPED")
        # The three go on from where the group is.
        rest.request("PUT", rest.path(self.name, "/resume"))
        env.wait_for(lambda: self.documents() == 13, 30, lambda: "13 documents, there are %d" % self.documents())

    def test_the_ends_of_transactions_are_no_records(self):
        rest = self.start(properties={"exactly.once.source.support": "enabled"})
        config = dict(pipeline.source(self.topic, 40, rate=200), **{"transaction.boundary": "poll"})
        rest.request("POST", "/connectors?wait=COMPLETED", {"name": self.name, "config": config})
        self.assertGreater(sum(kafka.end_offsets(self.topic).values()), 41)
        for n in (1, 7, 40):
            preview = self.of_config(self.sink, last=n)
            self.assertEqual([r["result"] for r in preview["records"]], ["rendered"] * n)
        self.assertEqual(len(self.of_config(self.sink, last=100)["records"]), 40)

    def test_what_there_is_not(self):
        self.start()
        source = pipeline.source(self.topic, 0)
        records = [{"topic": self.topic, "value": {"base64": base64.b64encode(lines(1)[0]).decode()}}]
        self.assertEqual(self.of_config(self.sink, records=records)["records"][0]["result"], "rendered")
        self.assertEqual(self.of_config(self.sink, last=3)["records"], [])  # an empty topic has none
        self.assertIn("cannot be read", self.of_config(self.sink, 400, topic=env.unique("missing")))
        self.assertIn('"first" is for sources', self.of_config(self.sink, 400, first=1))
        self.assertIn("are for sinks", self.of_config(source, 400, last=1))

    def test_stages_errors_and_secrets(self):
        secret = "sehr%sgeheim" % '"'
        os.environ["CW_PREVIEW_SECRET"] = secret
        self.addCleanup(os.environ.pop, "CW_PREVIEW_SECRET")
        rest = self.start(properties=ENV_PROVIDER)
        config = dict(self.sink, **{
            "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
            "transforms": "mark,route,drop", "predicates": "marked", "connection.username": "me",
            "connection.password": "offen-aber-geheim",
            "transforms.mark.type": TRANSFORMS + "InsertField$Value", "transforms.mark.static.field": "by",
            "transforms.mark.static.value": "${env:CW_PREVIEW_SECRET}",
            "transforms.route.type": TRANSFORMS + "RegexRouter", "transforms.route.regex": "(.*)",
            "transforms.route.replacement": "routed-$1",
            "transforms.drop.type": TRANSFORMS + "Filter", "transforms.drop.predicate": "marked",
            "predicates.marked.type": TRANSFORMS + "predicates.HasHeaderKey", "predicates.marked.name": "drop"})
        records = [{"value": '{"a":1}'}, {"value": '{"a":1}', "headers": [{"key": "drop", "value": "x"}]},
                   {"value": "{"}, {"value": '{"p":"offen-aber-geheim"}'}]
        rest.create(self.name, config, initial_state="STOPPED")
        answer = rest.request("POST", rest.path(self.name, "/preview"), {"records": records})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([r["result"] for r in answer.json["records"]], ["rendered", "dropped", "failed", "rendered"])
        first, dropped, failed, _ = answer.json["records"]
        self.assertEqual([s.get("alias", s["stage"]) for s in first["stages"]], [
            "KEY_CONVERTER", "VALUE_CONVERTER", "HEADER_CONVERTER", "mark", "route", "drop", "TASK_PUT"])
        self.assertEqual([s["result"] for s in first["stages"]], ["applied"] * 5 + ["skipped", "rendered"])
        self.assertEqual(first["stages"][4]["record"]["topic"], "routed-" + self.topic)
        self.assertEqual(first["stages"][3]["record"]["value"]["text"], '{"a":1,"by":"${env:CW_PREVIEW_SECRET}"}')
        self.assertTrue(dropped["stages"][-1]["predicate"]["holds"])
        self.assertEqual(failed["error"]["stage"], "VALUE_CONVERTER")
        self.assertIn("JsonConverter", failed["error"]["class"])
        text = answer.data.decode() + self.running.log
        for part in ("sehr", "geheim"):
            self.assertNotIn(part, text)
        # What is different is asked about, and the connector keeps its own.
        changed = self.ask(rest.path(self.name, "/preview"), {"config": {"transforms": "route"}, "records": records[:1]})
        self.assertEqual([s["alias"] for s in changed["records"][0]["stages"] if "alias" in s], ["route"])
        self.assertEqual(rest.get(rest.path(self.name, "/config"))["transforms"], "mark,route,drop")
        message = self.ask(rest.path(self.name, "/preview"), {"config": {"batch.size": "many"}}, 400)
        self.assertIn("Invalid value many for configuration batch.size", message)

    def test_a_source_shows_what_comes_next(self):
        rest = self.start()
        config = pipeline.source(self.topic, 5)
        rest.request("POST", "/connectors?wait=COMPLETED", {"name": self.name, "config": config})
        ends, offsets = kafka.end_offsets(self.topic), rest.get(rest.path(self.name, "/offsets"))
        self.assertEqual(sum(ends.values()), 5)
        # Its five records are out; with a larger count it goes on after them.
        path = rest.path(self.name, "/preview")
        self.assertEqual((self.ask(path, {})["records"], self.ask(path, {})["end"]), ([], True))
        preview = self.ask(path, {"first": 3, "config": {"count": "9"}})
        self.assertFalse(preview["end"])
        expected = pipeline.lines_of(dict(config, count="9"))
        shown = [r["stages"][-1]["record"]["value"]["text"].encode() for r in preview["records"]]
        self.assertEqual(shown, expected[5:8])
        self.assertEqual([r["source_offset"]["record"] for r in preview["records"]], [6, 7, 8])
        self.assertEqual((kafka.end_offsets(self.topic), rest.get(rest.path(self.name, "/offsets"))), (ends, offsets))

    def test_workerctl(self):
        self.start()
        kafka.produce(self.topic, lines(3))
        self.file("sink.json", {"name": self.name, "config": self.sink})
        self.file("good.log", lines(2)[0].decode() + "\n" + lines(2)[1].decode() + "\n")
        self.file("bad.log", "what is this\n")
        shown = self.run_ctl("preview", "-f", "sink.json", "--record", "good.log")
        self.assertEqual(shown.count("rendered for " + self.index), 2)
        self.assertIn('{"create":{"_id":"%s+0+1"}}' % self.topic, shown)
        shown = self.run_ctl("preview", "-f", "sink.json", "--record=-", status=8, data="what is this\n")
        self.assertIn("the line does not parse", shown)
        self.run_ctl("create", "-f", "sink.json", "--state=STOPPED")
        preview = json.loads(self.run_ctl("preview", self.name, "--topic", self.topic, "--last=2", "-o", "json"))
        self.assertEqual(len(preview["records"]), 2)
        self.run_ctl("preview", self.name + "x", status=3)
        self.assertEqual(self.documents(), 0)
