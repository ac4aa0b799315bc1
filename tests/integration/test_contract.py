"""Kafka Connect's REST API walked through against a real broker: each endpoint as a person uses it, one after the other,
then each row of the tables of errors and names. test_contract_http.py has the rules of the transport, test_bad_configs.py
and test_validation.py have configs."""

import json
import threading

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

SOURCE, SINK = pipeline.SOURCE_CLASS, pipeline.SINK_CLASS
INFO = ["name", "config", "tasks", "type"]
STATE = ["state", "worker_id", "version"]


def sink(topic, **more):
    """One that never gets anything done: nobody listens there."""
    return dict({"connector.class": SINK, "topics": topic, "connection.url": "http://127.0.0.1:9"}, **more)


class Contract(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("contract", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.process = self.worker()
        self.rest = self.process.rest
        self.config = pipeline.source(self.topic, 0, rate=100)

    def ask(self, status, method, path, body=None, message=None, headers=None):
        """The answer, with that status and, of an error, exactly that message."""
        answer = self.rest.request(method, path, body, headers)
        self.assertEqual(answer.status, status, "%s %s: %r" % (method, path, answer))
        if message is not None:
            self.assertEqual(answer.message, message)
        return answer

    def empty(self, status, method, path):
        self.assertEqual(self.ask(status, method, path).data, b"")

    def stopped(self, name):
        """The connector, stopped."""
        self.ask(200, "PUT", "/connectors/%s/stop?wait=STOPPED" % name)


class Sequences(Contract):
    def test_worker(self):
        info = self.ask(200, "GET", "/").json
        self.assertEqual(list(info), ["version", "commit", "kafka_cluster_id"])
        self.assertTrue(all(isinstance(value, str) and value for value in info.values()), info)
        health = self.ask(200, "GET", "/health").json
        self.assertEqual(list(health)[:2], ["status", "message"])
        self.assertEqual(health["status"], "healthy")
        self.assertEqual(health["message"], "Worker has completed startup and is ready to handle requests.")
        self.assertEqual(health["kafka"], "reachable")

    def test_a_broker_that_is_away(self):
        """The worker is well; that its broker is not is told beside."""
        rest = self.worker("alone", properties={"bootstrap.servers": "127.0.0.1:9"}).rest
        health = env.wait_for(lambda: [h for h in [rest.get("/health")] if h["kafka"] == "unreachable"], 20,
                              lambda: "the broker is missed: %s" % rest.get("/health"))[0]
        self.assertEqual(health["status"], "healthy")
        self.assertIsNone(rest.get("/")["kafka_cluster_id"])
        self.assertEqual(rest.get("/connectors"), [])

    def created(self):
        self.assertEqual(self.ask(200, "GET", "/connectors").json, [])
        answer = self.ask(201, "POST", "/connectors", {"name": "src", "config": dict(self.config, **{"tasks.max": 1})})
        self.assertEqual(answer.headers["Location"], self.process.url + "/connectors/src")
        self.assertEqual(list(answer.json), INFO)
        self.assertEqual(answer.json, {"name": "src", "config": dict(self.config, name="src"), "tasks": [], "type": "source"})
        self.ask(409, "POST", "/connectors", {"name": "src", "config": self.config}, "Connector src already exists")
        self.ask(200, "GET", "/connectors/src/status?wait=RUNNING")

    def read(self):
        self.assertEqual(self.ask(200, "GET", "/connectors").json, ["src"])
        info = self.ask(200, "GET", "/connectors/src").json
        self.assertEqual(list(info), INFO)
        self.assertEqual(info["tasks"], [{"connector": "src", "task": 0}])
        self.assertEqual(self.ask(200, "GET", "/connectors/src/config").json, dict(self.config, name="src"))
        status = self.ask(200, "GET", "/connectors/src/status").json
        self.assertEqual([status["name"], status["type"]], ["src", "source"])
        self.assertEqual(list(status["connector"]), STATE)
        self.assertEqual(list(status["tasks"][0]), ["id"] + STATE + ["restarts"])
        worker_id = self.process.url.split("//")[1]
        self.assertEqual(status["connector"], {"state": "RUNNING", "worker_id": worker_id, "version": self.version})
        task = {"id": 0, "state": "RUNNING", "worker_id": worker_id, "version": self.version, "restarts": 0}
        self.assertEqual(status["tasks"], [task])
        self.assertEqual(self.ask(200, "GET", "/connectors/src/tasks/0/status").json, task)
        tasks = self.ask(200, "GET", "/connectors/src/tasks").json
        self.assertEqual([list(t) for t in tasks], [["id", "config"]])
        self.assertEqual(tasks[0]["id"], {"connector": "src", "task": 0})
        self.assertEqual(tasks[0]["config"]["topic"], self.topic)
        self.assertTrue(tasks[0]["config"]["task.class"])
        listing = self.ask(200, "GET", "/connectors?expand=status&expand=info").json
        self.assertEqual(listing, {"src": {"status": status, "info": info}})
        self.assertEqual(self.ask(200, "GET", "/connectors?expand=info").json, {"src": {"info": info}})
        for query in ("expand=", "expand=tasks", "expand=status,info"):
            self.assertEqual(self.ask(200, "GET", "/connectors?" + query).json, {"src": {}}, query)
        self.assertEqual(self.ask(200, "GET", "/connectors?expand=status&expand=x").json, {"src": {"status": status}})

    def paused_and_resumed(self):
        for _ in range(2):  # idempotent
            self.empty(202, "PUT", "/connectors/src/pause")
        self.rest.wait_state("src", connector="PAUSED", tasks="PAUSED", n=1)
        self.ask(200, "GET", "/connectors/src/tasks/0/status")
        for _ in range(2):
            self.empty(202, "PUT", "/connectors/src/resume")
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)

    def restarted(self):
        self.empty(204, "POST", "/connectors/src/restart")
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        self.empty(204, "POST", "/connectors/src/restart?includeTasks=false&onlyFailed=false")
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        plan = self.ask(202, "POST", "/connectors/src/restart?includeTasks=true").json
        self.assertEqual([plan["connector"]["state"]] + [t["state"] for t in plan["tasks"]], ["RESTARTING", "RESTARTING"])
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)
        plan = self.ask(202, "POST", "/connectors/src/restart?onlyFailed=true&includeTasks=true").json
        self.assertEqual([plan["connector"]["state"]] + [t["state"] for t in plan["tasks"]], ["RUNNING", "RUNNING"])
        plan = self.ask(202, "POST", "/connectors/src/restart?onlyFailed=true").json
        self.assertEqual(plan["connector"]["state"], "RUNNING")
        self.empty(204, "POST", "/connectors/src/tasks/0/restart")
        self.rest.wait_state("src", connector="RUNNING", tasks="RUNNING", n=1)

    def topics_tracked(self):
        env.wait_for(lambda: self.ask(200, "GET", "/connectors/src/topics").json == {"src": {"topics": [self.topic]}}, 20,
                     "the topic is tracked")
        self.empty(202, "PUT", "/connectors/src/topics/reset")

    def changed(self):
        config = dict(self.config, **{"records.per.second": "50"})
        answer = self.ask(200, "PUT", "/connectors/src/config", config)
        self.assertEqual((list(answer.json), answer.headers["Location"]), (INFO, None))
        self.assertEqual(answer.json["config"], dict(config, name="src"))
        patched = self.ask(200, "PATCH", "/connectors/src/config", {"records.per.second": 60, "seed": None}).json
        del config["seed"]
        self.assertEqual(patched["config"], dict(config, name="src", **{"records.per.second": "60"}))
        self.assertEqual(self.ask(200, "PATCH", "/connectors/src/config", {}).json["config"], patched["config"])
        self.ask(200, "GET", "/connectors/src/status?wait=RUNNING")

    def offsets_of_a_stopped_one(self):
        must = ("Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the "
                "specified connector by issuing a 'PUT' request to the '/connectors/src/stop' endpoint")
        entry = {"partition": {"task": 0}, "offset": {"record": 1}}
        self.ask(400, "PATCH", "/connectors/src/offsets", {"offsets": [entry]}, must)
        self.ask(400, "DELETE", "/connectors/src/offsets", None, must)
        env.wait_for(lambda: self.ask(200, "GET", "/connectors/src/offsets").json["offsets"], 20, "an offset is stored")
        for _ in range(2):
            self.empty(204, "PUT", "/connectors/src/stop")
        self.rest.wait_state("src", connector="STOPPED", n=0)
        self.assertEqual(self.ask(200, "GET", "/connectors/src/tasks").json, [])
        self.assertEqual(self.ask(200, "GET", "/connectors/src").json["tasks"], [])
        offsets = self.ask(200, "GET", "/connectors/src/offsets").json
        self.assertEqual([list(offsets), list(offsets["offsets"][0])], [["offsets"], ["partition", "offset"]])
        changed = json.loads(json.dumps(offsets))
        field, = changed["offsets"][0]["offset"]
        changed["offsets"][0]["offset"][field] = 10
        self.assertEqual(self.ask(200, "PATCH", "/connectors/src/offsets", changed).json,
                         {"message": "The offsets for this connector have been altered successfully"})
        self.assertEqual(self.ask(200, "GET", "/connectors/src/offsets").json, changed)
        for entry in changed["offsets"]:
            entry["offset"] = None
        self.ask(200, "PATCH", "/connectors/src/offsets", changed)
        self.assertEqual(self.ask(200, "GET", "/connectors/src/offsets").json, {"offsets": []})
        for _ in range(2):
            self.assertEqual(self.ask(200, "DELETE", "/connectors/src/offsets").json,
                             {"message": "The offsets for this connector have been reset successfully"})
        # Restarts of a stopped one change nothing.
        self.empty(204, "POST", "/connectors/src/restart")
        plan = self.ask(202, "POST", "/connectors/src/restart?includeTasks=true").json
        self.assertEqual((plan["connector"]["state"], plan["tasks"]), ("RESTARTING", []))
        self.rest.wait_state("src", connector="STOPPED", n=0)

    def deleted(self):
        self.empty(204, "DELETE", "/connectors/src")
        self.ask(404, "GET", "/connectors/src/status", None, "No status found for connector src")
        self.ask(404, "DELETE", "/connectors/src", None, "Connector src not found")
        self.assertEqual(self.ask(200, "GET", "/connectors").json, [])

    def test_from_creation_to_deletion(self):
        self.version = self.ask(200, "GET", "/").json["version"]
        self.created()
        self.read()
        self.paused_and_resumed()
        self.restarted()
        self.topics_tracked()
        self.changed()
        self.offsets_of_a_stopped_one()
        self.ask(200, "PUT", "/connectors/src/resume?wait=RUNNING")
        self.read_again()
        self.deleted()

    def read_again(self):
        self.assertEqual(self.ask(200, "GET", "/connectors/src").json["tasks"], [{"connector": "src", "task": 0}])

    def test_put_makes_replaces_and_keeps_the_state(self):
        answer = self.ask(201, "PUT", "/connectors/new/config", self.config)
        self.assertEqual(answer.headers["Location"], self.process.url + "/connectors/new")
        self.assertEqual((list(answer.json), answer.json["tasks"]), (INFO, []))
        self.ask(200, "GET", "/connectors/new/status?wait=RUNNING")
        self.stopped("new")
        self.ask(200, "PUT", "/connectors/new/config", dict(self.config, count=5))
        self.assertEqual(self.rest.status("new")["connector"]["state"], "STOPPED")
        answer = self.ask(200, "PUT", "/connectors/new/config", sink(self.topic))
        self.assertEqual(answer.json["type"], "sink", "even a source becomes a sink")

    def test_initial_states(self):
        for state, tasks in (("RUNNING", 1), ("PAUSED", 0), ("STOPPED", 0), ("paused", 0), ("Stopped", 0), (None, 1)):
            name = "in-%s-%d" % (state, tasks)
            with self.subTest(state):
                self.ask(201, "POST", "/connectors", {"name": name, "config": self.config, "initial_state": state})
                wanted = (state or "RUNNING").upper()
                self.rest.wait_state(name, connector=wanted, n=tasks)
                self.assertEqual(len(self.ask(200, "GET", "/connectors/%s/tasks" % name).json), tasks)
                self.ask(200, "PUT", "/connectors/%s/resume?wait=RUNNING" % name)
                self.rest.wait_state(name, connector="RUNNING", tasks="RUNNING", n=1)
                self.rest.delete(name)

    def test_paused_from_stopped_has_no_tasks(self):
        self.ask(201, "POST", "/connectors", {"name": "src", "config": self.config, "initial_state": "STOPPED"})
        self.empty(202, "PUT", "/connectors/src/pause")
        self.rest.wait_state("src", connector="PAUSED", n=0)

    def test_a_failed_task(self):
        config = {"connector.class": "CrashSource", "topic": self.topic, "crash.after.records": "1"}
        self.ask(201, "POST", "/connectors", {"name": "bad", "config": config})
        status = self.rest.wait_state("bad", tasks="FAILED", n=1)
        self.assertEqual(list(status["tasks"][0]), ["id"] + STATE + ["trace", "restarts"])
        self.empty(202, "PUT", "/connectors/bad/pause")
        self.assertEqual([t["state"] for t in self.rest.status("bad")["tasks"]], ["FAILED"], "through a pause")
        self.empty(202, "PUT", "/connectors/bad/resume")
        plan = self.ask(202, "POST", "/connectors/bad/restart?includeTasks=true&onlyFailed=true").json
        self.assertEqual([(t["state"], bool(t["trace"])) for t in plan["tasks"]], [("RESTARTING", True)], "its trace is kept")

    def test_of_many_posts_one_makes_it(self):
        answers = []

        def post():
            answers.append(self.rest.request("POST", "/connectors", {"name": "one", "config": self.config}).status)

        threads = [threading.Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [201] + [409] * 7)

    def test_sink_offsets(self):
        kafka.produce(self.topic, [b"a", b"b", b"c"])
        self.ask(201, "POST", "/connectors", {"name": "snk", "config": sink(self.topic), "initial_state": "STOPPED"})
        self.assertEqual(self.ask(200, "GET", "/connectors/snk/offsets").json, {"offsets": []})
        for given, stored in ((2, 2), ("1", 1), (1000, 1000)):
            for partition in (0, "0"):
                body = {"offsets": [{"partition": {"kafka_topic": self.topic, "kafka_partition": partition},
                                     "offset": {"kafka_offset": given}}]}
                self.ask(200, "PATCH", "/connectors/snk/offsets", body)
                self.assertEqual(self.ask(200, "GET", "/connectors/snk/offsets").json, {"offsets": [
                    {"partition": {"kafka_topic": self.topic, "kafka_partition": 0}, "offset": {"kafka_offset": stored}}]})
        for _ in range(2):
            self.ask(200, "DELETE", "/connectors/snk/offsets")
        self.assertEqual(self.ask(200, "GET", "/connectors/snk/offsets").json, {"offsets": []})

    def test_offsets_stay_behind(self):
        """As in Kafka Connect: who makes it again goes on, unless the offsets were reset."""
        config = pipeline.source(self.topic, 5)
        self.ask(201, "POST", "/connectors", {"name": "src", "config": config})
        self.ask(200, "GET", "/connectors/src/status?wait=COMPLETED")
        stored = self.ask(200, "GET", "/connectors/src/offsets").json
        self.empty(204, "DELETE", "/connectors/src")
        self.ask(404, "GET", "/connectors/src/offsets", None, "Connector src not found")
        self.ask(201, "POST", "/connectors", {"name": "src", "config": config, "initial_state": "STOPPED"})
        self.assertEqual(self.ask(200, "GET", "/connectors/src/offsets").json, stored)
        self.assertEqual(len(stored["offsets"]), 1)

    def test_plugins(self):
        plugins = self.ask(200, "GET", "/connector-plugins").json
        self.assertTrue(all(list(p) == ["class", "type", "version"] for p in plugins))
        every = self.ask(200, "GET", "/connector-plugins?connectorsOnly=false").json
        kinds = [p["type"] for p in every]
        order = ["sink", "source", "transformation", "predicate", "converter", "header_converter"]
        self.assertEqual(kinds, sorted(kinds, key=order.index))
        full = next(p["class"] for p in plugins if p["class"].endswith(SOURCE))
        own = self.ask(200, "GET", "/connector-plugins/%s/config" % full).json
        names = [d["name"] for d in own]
        self.assertLess(names.index("topic"), names.index("name"), "its own keys come first")
        for name in (full, SOURCE, SINK, SINK + "Connector"):
            self.ask(200, "GET", "/connector-plugins/%s/config" % name)
        answer = self.ask(200, "PUT", "/connector-plugins/%s/config/validate" % full,
                          {"connector.class": SOURCE, "name": "x", "tasks.max": "0"}).json
        self.assertEqual(list(answer)[:4], ["name", "error_count", "groups", "configs"])
        self.assertEqual(answer["name"], SOURCE, "as it was sent")
        version = next(p["version"] for p in plugins if p["class"] == full)
        path = "/connector-plugins/%s/config?version=" % full
        self.ask(400, "GET", path + "99", None, "Version 99 of plugin %s not found; available is %s" % (full, version))
        self.ask(400, "GET", path + "[1,", None, "[1, of plugin %s is neither a version nor a range of versions, as 1.2 or "
                 "[1.0,2.0); available is %s" % (full, version))
        for fine in (version, "latest", "", "[0.1,)"):
            self.assertEqual(self.ask(200, "GET", path + fine).json, own)

    def test_loggers(self):
        loggers = self.ask(200, "GET", "/admin/loggers").json
        self.assertEqual(list(loggers), sorted(loggers))
        self.assertTrue(all(list(v) == ["level", "last_modified"] for v in loggers.values()))
        self.assertEqual(self.ask(200, "PUT", "/admin/loggers/a.b", {"level": "debug"}).json, ["a.b"])
        level = self.ask(200, "GET", "/admin/loggers/a.b").json
        self.assertEqual(level["level"], "DEBUG")
        self.assertIsInstance(level["last_modified"], int)
        self.empty_body(self.ask(204, "PUT", "/admin/loggers/a.b?scope=cluster", {"level": "INFO"}))
        for scope in ("worker", "other", ""):
            self.assertEqual(self.ask(200, "PUT", "/admin/loggers/a?scope=" + scope, {"level": "WARN"}).json, ["a", "a.b"])
        self.assertEqual(self.ask(200, "GET", "/admin/loggers/a.b").json["level"], "WARN", "what is below is set, too")
        self.ask(200, "GET", "/admin/loggers/root")

    def empty_body(self, answer):
        self.assertEqual(answer.data, b"")
