"""AWS Secrets Manager: planted secrets reach the logins of Kafka and OpenSearch, are rotated, and nobody sees them."""

import base64
import http.server
import json
import os
import resource
import secrets
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request

from cwtest import aws, env, kafka, pipeline
from cwtest.case import TestCase, deadline
from cwtest.process import Worker, children, command_line


class Gate(http.server.ThreadingHTTPServer):
    """In front of the search server: lets in who knows the password of the user "connect"."""

    daemon_threads = True

    def __init__(self, test, password):
        self.password, self.refused, self.let_in = password, 0, 0
        super().__init__(("127.0.0.1", 0), GateHandler)
        thread = threading.Thread(target=self.serve_forever, daemon=True)
        thread.start()
        test.addCleanup(thread.join, 10)
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_address[1]

    def handle_error(self, *_):
        """A client that is ended with its connector does not wait for its answer."""

    def knows(self, authorization):
        return authorization == "Basic " + base64.b64encode(("connect:" + self.password).encode()).decode()


class GateHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.knows(self.headers.get("Authorization")):
            self.server.refused += 1
            self.answer(401, b"{}")
            return
        self.server.let_in += 1
        kept = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "content-encoding", "accept")}
        request = urllib.request.Request(env.OPENSEARCH + self.path, body or None, kept, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                self.answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward


class Secrets(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("secrets", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.index = self.drop(self.opensearch, env.unique("secrets"))
        self.secret = env.unique("tests/secret")

    @staticmethod
    def plant():
        return "planted-" + secrets.token_hex(12)

    def start(self, environ, ttl_ms=500, name="worker", user="connect", preexec=None, **more):
        properties = {
            "config.providers": "aws",
            "config.providers.aws.class": "secretsmanager",
            "config.providers.aws.param.region": aws.REGION,
            "config.providers.aws.param.endpoint": env.AWS,
            "config.providers.aws.param.ttl.ms": str(ttl_ms),
            "bootstrap.servers": env.KAFKA_SASL_SSL,
            "log.level": "debug",
        }
        login = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "ssl.ca.location": env.KAFKA_CA,
                 "sasl.username": user, "sasl.password": "${aws:%s:kafka}" % self.secret}
        for prefix in ("", "producer.", "consumer."):
            properties.update({prefix + key: value for key, value in login.items()})
        properties.update(more)
        return Worker(self, name, properties=properties).start(environ=environ, preexec=preexec)

    def sink(self, gate, **more):
        config = pipeline.sink(self.topic, gate.url, self.index, tasks=2)
        config.update({"connection.username": "connect", "connection.password": "${aws:%s:search}" % self.secret})
        config.update(more)
        return config

    def assert_seen_nowhere(self, worker, planted, requests):
        texts = {"log": worker.log}
        for path in requests + ["/connectors?expand=info&expand=status", "/metrics"]:
            texts["GET " + path] = worker.rest.request("GET", path).text
        for pid in [worker.pid] + children(worker.pid):
            texts["command line of %d" % pid] = " ".join(command_line(pid))
            with open("/proc/%d/environ" % pid, "rb") as f:
                texts["environment of %d" % pid] = f.read().decode("utf-8", "replace")
        for folder, _, names in os.walk(self.dir):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    texts["file " + name] = f.read().decode("latin-1")
        self.assertIn("file worker.properties", texts)
        self.assertIn("${aws:%s:" % self.secret, texts["file worker.properties"])
        for secret in planted:
            for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("="), urllib.parse.quote(secret),
                         base64.b64encode(("connect:" + secret).encode()).decode().rstrip("=")):
                for where, text in texts.items():
                    self.assertNotIn(form, text, where)

    @deadline(180)
    def test_logins_survive_a_rotation_and_nobody_sees_them(self):
        first, second = self.plant(), self.plant()
        aws.create_secret(self, self.secret, {"kafka": "connect-secret", "search": first})
        gate = Gate(self, first)
        worker = self.start(aws.ANYBODY)
        rest = worker.rest
        lines = 6000
        rest.create("src", pipeline.source(self.topic, lines, rate=500))
        rest.create("sink", self.sink(gate))
        env.wait_for(lambda: self.opensearch.count(self.index) > 500, 60,
                     lambda: "documents: %s %s" % (rest.status("src"), rest.status("sink")), 0.2)
        self.assert_seen_nowhere(worker, [first, "connect-secret"], ["/connectors/sink/tasks"])
        old = worker.host("sink")
        # As in real life: for a while the old password is refused and the new one is not known yet.
        gate.password = second
        env.wait_for(lambda: gate.refused, 30, "the old password is refused")
        aws.rotate_secret(self.secret, {"kafka": "connect-secret", "search": second})
        env.wait_for(lambda: worker.hosts().get("sink") not in (None, old), 30, "a new process has the new password")
        env.wait_for(lambda: self.opensearch.count(self.index) == lines, 60,
                     lambda: "all documents: %s %s" % (rest.status("src"), rest.status("sink")), 0.2)
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)
        rest.wait_state("src", tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(self.topic), lines)
        self.assertEqual(rest.status("sink")["connector"]["state"], "RUNNING")
        self.assertIn("${aws:%s:search} stands for something else now" % self.secret, worker.log)
        self.assert_seen_nowhere(worker, [first, second, "connect-secret"], ["/connectors/sink/tasks"])

    @deadline(180)
    def test_a_kafka_password_is_rotated(self):
        """With a crash at the worst time: the broker has the new password, Secrets Manager still the old one."""
        user, first, second, search = env.unique("rotated"), self.plant(), self.plant(), self.plant()
        kafka.set_password(self, user, first)
        aws.create_secret(self, self.secret, {"kafka": first, "search": search})
        gate = Gate(self, search)
        # As on a machine where crashes leave core files.
        unlimited = resource.getrlimit(resource.RLIMIT_CORE)[1]
        allow = lambda: resource.setrlimit(resource.RLIMIT_CORE, (unlimited, unlimited))  # noqa: E731
        worker = self.start(aws.ANYBODY, user=user, preexec=allow,
                            **{"task.restart.attempts.max": None, "task.restart.delay.max.ms": "1000",
                               "consumer.session.timeout.ms": "3000", "consumer.heartbeat.interval.ms": "500"})
        rest = worker.rest
        rest.create("src", pipeline.source(self.topic, 0, rate=500))
        rest.create("sink", self.sink(gate))
        env.wait_for(lambda: self.opensearch.count(self.index) > 500, 60,
                     lambda: "documents: %s %s" % (rest.status("src"), rest.status("sink")), 0.2)
        old = worker.hosts()
        kafka.set_password(self, user, second)
        os.kill(old["sink"], signal.SIGSEGV)
        env.wait_for(lambda: "Authentication failed" in worker.log, 30, "the old password is refused")
        aws.rotate_secret(self.secret, {"kafka": second, "search": search})
        env.wait_for(lambda: worker.hosts().get("src") not in (None, old["src"]), 30, "the source has the new password")
        before = kafka.count(self.topic)
        env.wait_for(lambda: kafka.count(self.topic) > before, 30, "the source goes on", 0.2)
        rest.expect(200, "PUT", rest.path("src", "/stop?wait=STOPPED"))
        lines = rest.get(rest.path("src", "/offsets"))["offsets"][0]["offset"]["record"]
        written = pipeline.lines_of(pipeline.source(self.topic, lines, rate=500))
        self.assertEqual(pipeline.difference(written, kafka.values(self.topic)), "")
        env.wait_for(lambda: self.opensearch.count(self.index) == lines, 90,
                     lambda: "all documents: %s %s" % (rest.status("src"), rest.status("sink")), 0.2)
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)
        rest.wait_state("sink", "RUNNING", "RUNNING", 2)
        self.assertIn("${aws:%s:kafka} stands for something else now" % self.secret, worker.log)
        self.assert_seen_nowhere(worker, [first, second, search], ["/connectors/sink/tasks", "/connectors/src/tasks"])
        self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("core")], [])

    def test_offsets_are_asked_for_with_the_same_login(self):
        aws.create_secret(self, self.secret, {"kafka": "connect-secret", "search": "x"})
        gate = Gate(self, "x")
        rest = self.start(aws.ANYBODY).rest
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 5)))
        rest.create("sink", self.sink(gate, **{"consumer.override.sasl.password": "${aws:%s:kafka}" % self.secret,
                                               "tasks.max": "1"}))
        offsets = rest.path("sink", "/offsets")
        env.wait_for(lambda: sum(o["offset"]["kafka_offset"] for o in rest.get(offsets)["offsets"]) == 5, 30,
                     "all lines are committed", 0.2)
        rest.expect(200, "PUT", rest.path("sink", "/stop?wait=STOPPED"))
        # A consumer that was in the middle of a rebalance is a member of its group for a while.
        env.wait_for(lambda: rest.request("DELETE", offsets).status == 200, 60, "the offsets are reset", 0.5)
        self.assertEqual(rest.get(offsets), {"offsets": []})

    def test_a_change_may_be_left_alone(self):
        """config.action.reload=none: neither asked for again nor restarted."""
        first = self.plant()
        aws.create_secret(self, self.secret, {"kafka": "connect-secret", "search": first})
        gate = Gate(self, first)
        worker = self.start(aws.ANYBODY, ttl_ms=200)
        for name, action in (("kept", "none"), ("reloaded", "restart")):
            worker.rest.create(name, self.sink(gate, **{"config.action.reload": action}))
            worker.rest.wait_state(name, tasks="RUNNING", n=2)
        hosts = {name: worker.host(name) for name in ("kept", "reloaded")}
        gate.password = self.plant()
        aws.rotate_secret(self.secret, {"kafka": "connect-secret", "search": gate.password})
        env.wait_for(lambda: worker.hosts().get("reloaded") not in (None, hosts["reloaded"]), 30,
                     "the other is restarted")
        self.assertEqual(worker.host("kept"), hosts["kept"])

    def test_signatures_and_policies(self):
        """The stand-in checks what libcurl signs, and who may read what."""
        planted = self.plant()
        arn = aws.create_secret(self, self.secret, {"kafka": "connect-secret", "search": planted})
        user = env.unique("reader")
        keys = aws.create_user(user)
        aws.allow(user, "secretsmanager:GetSecretValue", "*")
        stranger = aws.create_user(env.unique("stranger"))
        forger = dict(keys, AWS_SECRET_ACCESS_KEY="not-" + keys["AWS_SECRET_ACCESS_KEY"][4:])
        gate = Gate(self, planted)
        by_arn = self.sink(gate, **{"connection.password": "${aws:%s:search}" % arn})
        reader = self.start(keys)
        aws.check_from_now_on(self)
        validate = "/connector-plugins/%s/config/validate" % pipeline.SINK_CLASS
        for config in (self.sink(gate), by_arn):
            answer = reader.rest.expect(200, "PUT", validate, dict(config, name="x")).json
            self.assertEqual(answer["error_count"], 0, answer)
        for name, who in (("stranger", stranger), ("forger", forger)):
            worker = self.start(who, name=name)
            answer = worker.rest.request("POST", "/connectors", {"name": "x", "config": self.sink(gate)})
            self.assertEqual(answer.status, 500, answer)
            self.assertIn("sasl.password of the worker: the secret %s of AWS Secrets Manager (%s, with credentials "
                          "from the environment) is denied: HTTP status 403" % (self.secret, aws.REGION),
                          answer.message)
            for secret in (planted, who["AWS_SECRET_ACCESS_KEY"]):
                self.assertNotIn(secret, answer.text + worker.log)
            worker.stop()

    def test_a_role_by_a_web_identity(self):
        """As a pod or a workflow has it: a token in a file, and no keys."""
        aws.create_secret(self, self.secret, {"kafka": "connect-secret", "search": "x"})
        token = os.path.join(self.dir, "token")
        with open(token, "w") as f:
            f.write("header.body.signature\n")
        role = "arn:aws:iam::123456789012:role/connect"
        environ = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_WEB_IDENTITY_TOKEN_FILE": token,
                   "AWS_ROLE_ARN": role, "AWS_ENDPOINT_URL": env.AWS, "HOME": self.dir}
        rest = self.start(environ).rest
        validate = "/connector-plugins/%s/config/validate" % pipeline.SINK_CLASS
        answer = rest.expect(200, "PUT", validate, dict(self.sink(Gate(self, "x")), name="x")).json
        self.assertEqual(answer["error_count"], 0, answer)

    def test_what_cannot_be_had_is_named(self):
        aws.create_secret(self, self.secret, "connect-secret")
        keyless = env.unique("tests/text")
        aws.create_secret(self, keyless, self.plant())
        worker = self.start(aws.ANYBODY, **{"sasl.password": "${aws:%s}" % self.secret,
                                            "producer.sasl.password": "${aws:%s}" % self.secret,
                                            "consumer.sasl.password": "${aws:%s}" % self.secret})
        gate = Gate(self, "x")
        for variable, words in (
                ("${aws:tests/nobody:key}", "the secret tests/nobody of AWS Secrets Manager (%s, with credentials from "
                                            "the environment) is not there" % aws.REGION),
                ("${aws:%s:key}" % keyless, "the secret %s is no JSON object, so it has no key key" % keyless)):
            answer = worker.rest.request("POST", "/connectors", {
                "name": "x", "config": self.sink(gate, **{"connection.password": variable})})
            self.assertEqual(answer.status, 400, answer)
            self.assertIn(words, answer.message)
            self.assertNotIn("planted-", answer.text + worker.log)
        self.assertEqual(json.loads(worker.rest.request("GET", "/connectors").text), [])
