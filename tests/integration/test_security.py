"""Who may ask REST what: users, tokens, certificates and roles over the wire, with curl and Python's ssl as clients.

The workers have an embedded broker: none of this is about Kafka.
"""

import base64
import http.client
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

from cwtest import env
from cwtest.case import TestCase, note
from cwtest.pki import Pki
from cwtest.process import Worker, children, command_line, free_port

# Of the password "correct horse"; cheap on purpose, the tests verify it often.
HASH = "$2b$04$dWyl0RQOLeXmr8.fOjMvaOMZdooW3hBnbtDvIe6pqhUPgojcZ.qyS"
PASSWORD = "correct horse"

TOKENS = {
    "reader": "reader-token-reader",
    "operator": "operator-token-operator",
    "nobody": "nobody-token-nobody",
    "stranger": "stranger-token-stranger",
}
EXPIRED = "expired-token-expired"

ROLES = """
# who      may      what
admin      admin    sec-*
reader     read     sec-*
operator   operate  sec-*
stranger   admin    other-*
unix:*     admin    *
"CN=ops,O=Example Inc"  operate  sec-*
"""

RANK = {"read": 1, "operate": 2, "admin": 3}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()}


def bearer(token):
    return {"Authorization": "Bearer " + token}


# A caller: his header fields, and what he may do with sec-*; None: he is not known.
CALLERS = {
    "no credentials": ({}, None),
    "a wrong password": (basic("admin", "incorrect horse"), None),
    "an unknown user": (basic("eve", PASSWORD), None),
    "a wrong token": (bearer("no-such-token-at-all"), None),
    "an expired token": (bearer(EXPIRED), None),
    "another scheme": ({"Authorization": "Digest username=\"admin\""}, None),
    "a user without roles": (bearer(TOKENS["nobody"]), 0),
    "an admin of others": (bearer(TOKENS["stranger"]), 0),
    "read": (bearer(TOKENS["reader"]), 1),
    "operate": (bearer(TOKENS["operator"]), 2),
    "admin": (basic("admin", PASSWORD), 3),
}


class Security(TestCase):
    def write(self, name, text, mode=0o600):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def access(self):
        """The properties of a worker that knows users, tokens and roles."""
        tokens = "".join("%s %s\n" % entry for entry in TOKENS.items()) + "reader %s 2001-01-01T00:00:00Z\n" % EXPIRED
        return {
            "rest.authentication.basic.file": self.write("users", "admin:%s\n" % HASH),
            "rest.authentication.token.file": self.write("tokens", tokens),
            "rest.authorization.roles.file": self.write("roles", ROLES, 0o644),
        }

    def secured(self, properties=None, **options):
        return self.worker(properties=dict(self.access(), **(properties or {})), args=["--embedded"], **options)

    # ---- roles ----

    @staticmethod
    def operations(document):
        """(method, path, role) of everything the worker says it has; a body that can do no harm."""
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                real = path
                for name, value in (("connector", "sec-missing"), ("task", "0"), ("plugin", "SyntheticLogSource")):
                    real = real.replace("{%s}" % name, value)
                real = re.sub(r"\{[^}]*\}", "x", real)
                body = None
                if path == "/connectors" and method == "post":
                    body = {"name": "sec-missing", "config": {}}
                elif "requestBody" in operation:
                    body = {}
                yield method.upper(), real, operation["x-role"], body

    def test_each_role_against_each_route(self):
        worker = self.secured()
        document = worker.rest.get("/openapi.json")
        self.assertEqual(set(document["components"]["securitySchemes"]), {"basic", "bearer"})
        n = 0
        for method, path, role, body in self.operations(document):
            for name, (headers, rank) in CALLERS.items():
                answer = worker.rest.request(method, path, body, headers)
                what = "%s %s (%s) by %s: %r" % (method, path, role, name, answer)
                n += 1
                if role == "anybody":
                    self.assertNotIn(answer.status, (401, 403), what)
                elif rank is None:
                    self.assertEqual(answer.status, 401, what)
                    challenges = answer.headers.get_all("WWW-Authenticate")
                    self.assertEqual([c.split()[0] for c in challenges], ["Basic", "Bearer"], what)
                    self.assertTrue(answer.message, what)
                elif name == "an admin of others" and "sec-missing" not in path + json.dumps(body):
                    self.assertNotIn(answer.status, (401, 403), what)  # of his own connectors
                elif rank < RANK[role]:
                    self.assertEqual(answer.status, 403, what)
                    self.assertIn("needs the role " + role, answer.message, what)
                else:
                    self.assertNotIn(answer.status, (401, 403), what)
        note("%d requests of %d callers" % (n, len(CALLERS)))

    def source(self, **more):
        return dict({"connector.class": "SyntheticLogSource", "topic": "security", "count": "10"}, **more)

    def test_lists_show_what_may_be_read(self):
        worker = self.secured()
        rest = worker.rest
        admin, stranger, reader = (CALLERS[c][0] for c in ("admin", "an admin of others", "read"))
        for name, headers in (("sec-a", admin), ("other-b", stranger)):
            body = {"name": name, "config": self.source(), "initial_state": "STOPPED"}
            self.assertEqual(rest.request("POST", "/connectors", body, headers).status, 201)
            other = stranger if headers is admin else admin
            self.assertEqual(rest.request("POST", "/connectors", dict(body, name=name + "2"), other).status, 403)
        for headers, name in ((admin, "sec-a"), (reader, "sec-a"), (stranger, "other-b")):
            self.assertEqual(rest.request("GET", "/connectors", headers=headers).json, [name])
            for expand in ("status", "info"):
                answer = rest.request("GET", "/connectors?expand=" + expand, headers=headers)
                self.assertEqual(list(answer.json), [name])
            metrics = rest.request("GET", "/metrics", headers=headers).text
            self.assertEqual(set(re.findall(r'connector="([^"]*)"', metrics)), {name})
        # What is not there and what may not be seen look the same.
        self.assertEqual(rest.request("GET", "/connectors/other-b", headers=reader).status, 403)
        self.assertEqual(rest.request("GET", "/connectors/other-missing", headers=reader).status, 403)

    def test_files_are_read_again(self):
        worker = self.secured()

        def status(token):
            return worker.rest.request("GET", "/connectors", headers=bearer(token)).status

        self.assertEqual(status(TOKENS["reader"]), 200)
        self.write("tokens.new", "reader another-token-of-reader\n")
        os.rename(os.path.join(self.dir, "tokens.new"), os.path.join(self.dir, "tokens"))
        env.wait_for(lambda: status("another-token-of-reader") == 200, 10, "the new token is taken")
        self.assertEqual(status(TOKENS["reader"]), 401)

    # ---- TLS ----

    def curl(self, url, *args):
        """(HTTP status or 0, exit status) of curl."""
        command = ("curl", "-sS", "-o", os.path.join(self.dir, "curl.out"), "-w", "%{http_code}", "-m", "20")
        done = subprocess.run(command + args + (url,), capture_output=True, text=True, timeout=60)
        return int(done.stdout or 0), done.returncode

    def python(self, port, ca, identity=None, headers=None, version=None):
        """The status that Python's http.client gets; None when TLS fails."""
        context = ssl.create_default_context(cafile=ca)
        if identity:
            context.load_cert_chain(identity)
        if version:
            context.minimum_version = context.maximum_version = version
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
        try:
            connection.request("GET", "/connectors", headers=headers or {})
            return connection.getresponse().status
        except (ssl.SSLError, ConnectionError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def tls_worker(self, pki, client_auth, **more):
        port = free_port()
        plain = free_port()
        worker = Worker(self, args=["--embedded"], properties=dict(self.access(), **{
            "listeners": "http://127.0.0.1:%d,https://127.0.0.1:%d" % (plain, port),
            "listeners.https.ssl.keystore.type": "PEM",
            "listeners.https.ssl.keystore.location": pki.issue("server", "/CN=server", "serverAuth"),
            "listeners.https.ssl.truststore.location": pki.certificate,
            "listeners.https.ssl.client.auth": client_auth}, **more))
        worker.port = worker.rest.port = plain
        worker.start()
        return worker, port

    def test_certificates(self):
        pki, foreign = Pki(self.dir), Pki(self.dir, "foreign")
        good = pki.issue("good", "/O=Example Inc/CN=ops", "clientAuth")
        unknown = pki.issue("unknown", "/O=Example Inc/CN=eve", "clientAuth")
        expired = pki.issue("expired", "/O=Example Inc/CN=ops", "clientAuth", "20200201000000Z")
        wrong_use = pki.issue("wrong-use", "/O=Example Inc/CN=ops", "serverAuth")
        stranger = foreign.issue("stranger", "/O=Example Inc/CN=ops", "clientAuth")
        for client_auth in ("required", "requested"):
            worker, port = self.tls_worker(pki, client_auth)
            url = "https://127.0.0.1:%d/connectors" % port
            without = None if client_auth == "required" else 401
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                for identity, status in ((good, 200), (unknown, 403), (expired, None), (wrong_use, None),
                                         (stranger, None), (None, without)):
                    self.assertEqual(self.python(port, pki.certificate, identity, version=version), status,
                                     "%s, %s, %s" % (client_auth, version, identity))
            token = CALLERS["read"][0]
            self.assertEqual(self.python(port, pki.certificate, None, token), 200 if without else None)
            self.assertIsNone(self.python(port, foreign.certificate, good))
            self.assertEqual(self.curl(url, "--cacert", pki.certificate, "--cert", good), (200, 0))
            self.assertEqual(self.curl(url, "--cacert", pki.certificate, "--cert", good, "-X", "PUT")[0], 405)
            for identity in (expired, stranger):
                status, code = self.curl(url, "--cacert", pki.certificate, "--cert", identity)
                self.assertEqual(status, 0)
                self.assertNotEqual(code, 0)
            self.assertNotEqual(self.curl(url, "--cacert", foreign.certificate, "--cert", good)[1], 0)
            # A certificate says who it is: CN=ops may operate on sec-*, not more.
            login = ("--cacert", pki.certificate, "--cert", good)
            for method, path, status in (("PUT", "sec-x/pause", 404), ("DELETE", "sec-x", 403),
                                         ("PUT", "other/pause", 403)):
                self.assertEqual(self.curl("%s/%s" % (url, path), "-X", method, *login)[0], status)
            # The plain listener beside it has no certificates; its users are the others.
            self.assertEqual(worker.rest.request("GET", "/connectors").status, 401)
            worker.stop()

    def test_curl_logs_in(self):
        worker = self.secured()
        url = worker.url + "/connectors"
        self.assertEqual(self.curl(url), (401, 0))
        self.assertEqual(self.curl(url, "-u", "admin:" + PASSWORD), (200, 0))
        self.assertEqual(self.curl(url, "-u", "admin:wrong"), (401, 0))
        self.assertEqual(self.curl(url, "-H", "Authorization: Bearer " + TOKENS["reader"]), (200, 0))
        big = self.write("big.json", json.dumps({"name": "sec-big", "config": {"x": "y" * 900000}}))
        for login, status in (("wrong", 401), (PASSWORD, 400)):
            self.assertEqual(self.curl(url, "-u", "admin:" + login, "-H", "Content-Type: application/json",
                                       "--data-binary", "@" + big), (status, 0))

    def test_unix_socket(self):
        path = os.path.join(self.dir, "rest.sock")
        port = free_port()
        worker = Worker(self, args=["--embedded"], properties=dict(self.access(), **{
            "listeners": "http://127.0.0.1:%d,unix:%s" % (port, path)}))
        worker.port = worker.rest.port = port
        worker.start()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(self.curl("http://localhost/connectors", "--unix-socket", path), (200, 0))
        worker.kill()
        self.assertTrue(os.path.exists(path))
        worker.start()
        self.assertEqual(self.curl("http://localhost/connectors", "--unix-socket", path), (200, 0))
        worker.stop()
        self.assertFalse(os.path.exists(path))

    # ---- what keeps a worker from starting ----

    def refused(self, properties):
        worker = Worker(self, env.unique("refused"), args=["--embedded"], properties=properties)
        worker.spawn_worker()
        self.assertNotEqual(worker.wait(20), 0)
        self.assertEqual(os.listdir(worker.state), ["worker.properties"])
        return worker.log

    def test_open_workers_do_not_start(self):
        # An address of documentation: it is not ours, but the rule is looked at before that.
        everywhere = {"listeners": "http://192.0.2.1:%d" % free_port()}
        self.assertIn("rest.allow.unauthenticated=true", self.refused(everywhere))
        extension = dict(everywhere, **{"rest.extension.classes": "org.x.BasicAuth"})
        self.assertIn("rest.authentication.basic.file", self.refused(extension))
        users = self.write("weak", "admin:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
        self.assertIn("SHA-1", self.refused({"rest.authentication.basic.file": users}))
        self.assertIn("HTTPS needs a key", self.refused({"listeners": "https://127.0.0.1:%d" % free_port()}))

    # ---- secrets ----

    def test_a_planted_secret_is_nowhere(self):
        """In no log (at debug), answer, command line, environment or core file of the worker or its hosts."""
        secret = "planted-S3cret-4711"
        token = "token-" + secret
        pki = Pki(self.dir)
        server = pki.issue("server", "/CN=server", "serverAuth")
        locked = os.path.join(self.dir, "locked.pem")
        pki.openssl("pkcs8", "-topk8", "-in", server, "-out", locked, "-passout", "pass:" + secret)
        with open(locked, "a") as out, open(pki.path("server.crt")) as f:
            out.write(f.read())
        os.remove(pki.path("server.key"))
        port, tls_port = free_port(), free_port()
        worker = Worker(self, args=["--embedded"], properties=dict(self.access(), **{
            "listeners": "http://127.0.0.1:%d,https://127.0.0.1:%d" % (port, tls_port),
            "listeners.https.ssl.keystore.location": locked,
            "listeners.https.ssl.key.password": secret,
            "rest.authentication.token.file": self.write("tokens", "admin %s\n" % token),
            "log.level": "debug"}))
        worker.port = worker.rest.port = port
        with self.core_files_allowed():
            worker.start()
        texts = {}
        headers = bearer(token)
        self.assertEqual(self.python(tls_port, pki.certificate, None, headers), 200)
        sink = {"connector.class": "AccessLogElasticsearchSink", "topics": "security",
                "connection.url": "http://127.0.0.1:9", "connection.username": "u",
                "connection.password": secret, "consumer.override.sasl.password": secret}
        bad = dict(sink, **{"batch.size": "many"})
        source = self.source(count="1000000")

        def ask(method, path, body=None, more=None):
            answer = worker.rest.request(method, path, body, more or headers)
            texts["%s %s: %d" % (method, path, answer.status)] = answer.text + str(answer.headers)
            return answer.status

        self.assertEqual(ask("PUT", "/connectors/sec-sink/config", sink), 201)
        self.assertEqual(ask("PUT", "/connectors/sec-source/config", source), 201)
        self.assertEqual(ask("POST", "/connectors", {"name": "sec-bad", "config": bad}), 400)
        self.assertEqual(ask("PATCH", "/connectors/sec-sink/config", {"connection.password": secret + "2"}), 200)
        self.assertEqual(ask("PUT", "/connector-plugins/AccessLogElasticsearchSink/config/validate", sink), 200)
        self.assertEqual(ask("GET", "/connectors", more=basic("admin", secret)), 401)
        self.assertEqual(ask("GET", "/connectors", more=bearer(secret)), 401)
        for path in ("/", "/health", "/metrics", "/openapi.json", "/connectors?expand=info&expand=status",
                     "/connectors/sec-sink", "/connectors/sec-sink/config", "/connectors/sec-sink/tasks",
                     "/connectors/sec-sink/status"):
            self.assertIn(ask("GET", path), (200, 503), path)
        hosts = [worker.host(name) for name in ("sec-sink", "sec-source")]
        for pid in [worker.pid] + children(worker.pid):
            texts["command line of %d" % pid] = " ".join(command_line(pid))
            with open("/proc/%d/environ" % pid, "rb") as f:
                texts["environment of %d" % pid] = f.read().decode("utf-8", "replace")
            with open("/proc/%d/limits" % pid) as f:
                self.assertRegex(f.read(), r"Max core file size +0 +0 ", command_line(pid))
            with open("/proc/%d/coredump_filter" % pid) as f:  # what a program gets that cores are piped to
                self.assertEqual(int(f.read(), 16), 0, command_line(pid))
        with self.core_files_allowed():
            os.kill(hosts[0], signal.SIGSEGV)
            env.wait_for(lambda: not os.path.exists("/proc/%d/exe" % hosts[0]), 20, "the host is gone")
            self.assertIn(ask("GET", "/connectors/sec-sink/status"), (200, 404))
            os.kill(worker.pid, signal.SIGABRT)
            worker.wait(20)
        self.assertEqual([f for f in os.listdir(self.dir) if f.startswith("core")], [])
        texts["log"] = worker.log
        self.assertIn("DEBUG", worker.log)
        self.assertIn("user admin", worker.log)
        for where, text in texts.items():
            for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("="), urllib.parse.quote(secret)):
                self.assertNotIn(form, text, where)

    class core_files_allowed:
        """As on a machine where crashes leave core files."""

        def __enter__(self):
            self.before = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (self.before[1], self.before[1]))

        def __exit__(self, *_):
            resource.setrlimit(resource.RLIMIT_CORE, self.before)

    # ---- slow clients ----

    def test_dripping_clients(self):
        """200 clients that send one byte a second hold no thread, delay nobody, and are ended."""
        worker = self.worker(args=["--embedded"], properties={"rest.request.timeout.ms": "6000"})

        def threads():
            with open("/proc/%d/status" % worker.pid) as f:
                return int(re.search(r"Threads:\s*(\d+)", f.read()).group(1))

        before = threads()
        head = (b"POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100000\r\n\r\n")
        clients = []
        for i in range(200):
            client = socket.create_connection(("127.0.0.1", worker.port), timeout=10)
            self.addCleanup(client.close)
            client.sendall(head if i % 2 else b"GE")
            client.setblocking(False)
            clients.append(client)
        times = []
        for _ in range(3):
            for client in clients:
                try:
                    client.send(b"x")
                except OSError:
                    pass
            until = time.monotonic() + 1
            while time.monotonic() < until:
                started = time.monotonic()
                self.assertEqual(worker.rest.request("GET", "/connectors").status, 200)
                times.append(time.monotonic() - started)
        times.sort()
        note("beside 200 dripping clients: %d requests, median %.1f ms, worst %.1f ms"
             % (len(times), 1000 * times[len(times) // 2], 1000 * times[-1]))
        self.assertLessEqual(threads(), before + 16)  # the pool's, for the requests that were whole

        def ended(client):
            try:
                client.send(b"x")
                return client.recv(4096, socket.MSG_PEEK) == b"" or b"408" in client.recv(4096, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            except OSError:
                return True

        env.wait_for(lambda: all([ended(c) for c in clients]), 30, "all of them are ended", 0.5)
        self.assertEqual(worker.rest.request("GET", "/connectors").status, 200)
