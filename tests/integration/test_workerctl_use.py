"""workerctl as a new user meets it: each command's example, and completion in the shells, against a worker."""

import http.server
import json
import os
import pty
import re
import select
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
import unittest

from cwtest import env, kafka
from cwtest.case import deadline
from cwtest.ctl import CtlCase
from cwtest.process import Devstore

EXAMPLE = re.compile(r"\nExample:\n  (.*)\n")


class Health(http.server.BaseHTTPRequestHandler):
    authorization = None

    def do_GET(self):
        Health.authorization = self.headers["Authorization"]
        body = b'{"status":"healthy","message":"m"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class UnixServer(socketserver.UnixStreamServer):
    def get_request(self):
        return super().get_request()[0], ("local", 0)


class Use(CtlCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("use", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.running = self.worker()
        self.rest = self.running.rest
        self.logs = {"connector.class": "SyntheticLogSource", "topic": self.topic, "records.per.second": "100",
                     "error.burst.interval.seconds": "900"}

    def shell(self, command):
        environ = dict(self.environ(), EDITOR="sed -i s/=100$/=300/")
        return subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, env=environ, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=90, check=False, cwd=self.dir)

    def commands(self):
        """The commands of --help: lines of two blanks and a name, up to the options."""
        text = self.run_ctl("--help").split("\nOptions of")[0].split("Look:\n")[1]
        return re.findall(r"^  ([a-z]+(?: [a-z][a-z-]*)?)(?= |$)", text, re.MULTILINE)

    def example(self, command):
        found = EXAMPLE.search(self.run_ctl(*command.split(), "--help"))
        self.assertIsNotNone(found, command)
        return found.group(1)

    def have_connectors(self, sink):
        """What the examples speak of: logs, and search, which has committed offsets."""
        self.file("connectors/logs.json", {"name": "logs", "config": self.logs})
        self.file("connectors/search.json", {"name": "search", "config": sink})
        self.run_ctl("delete", "more-logs", "--ignore-missing")
        self.run_ctl("apply", "-f", "connectors")
        self.run_ctl("resume", "*", "--wait")
        env.wait_for(lambda: '"kafka_offset"' in self.run_ctl("offsets", "get", "search", "-o", "json"), 60,
                     "the sink commits", 0.2)

    @deadline(600)
    def test_every_example_works(self):
        store = Devstore(self).start()
        letters = kafka.topic("use-letters", 1)
        self.addCleanup(kafka.delete, letters)
        kafka.produce(self.topic, [b"nonsense"] * 20)
        sink = {"connector.class": "AccessLogElasticsearchSink", "topics": self.topic, "connection.url": store.url,
                "index": "access-logs", "errors.tolerance": "all", "errors.deadletterqueue.topic.name": letters}
        self.run_ctl("context", "set", "local", "--server", self.running.url)
        commands = self.commands()
        self.assertGreater(len(commands), 30)
        for command in commands:
            with self.subTest(command):
                self.have_connectors(sink)
                example = self.example(command).replace("access-logs", self.topic)
                done = self.shell(example)
                self.assertEqual(done.returncode, 0, "%s: %s" % (example, done.stdout.decode()))

    def test_forms_of_output(self):
        self.rest.create("logs", self.logs)
        self.run_ctl("wait", "logs")
        connectors = json.loads(self.run_ctl("get", "connectors", "-o", "json"))
        self.assertEqual(connectors["logs"]["status"]["summary_state"], "RUNNING")
        self.assertEqual(self.run_ctl("get", "connectors", "-o", "name"), "logs\n")
        self.assertIn("\n  status:\n", self.run_ctl("get", "connectors", "-o", "yaml"))
        self.assertEqual(self.run_ctl("get", "tasks", "logs", "-q"), "logs/0\n")
        self.assertIn(self.topic, self.run_ctl("get", "connectors", "-o", "wide"))
        self.assertIn("SyntheticLogSource", self.run_ctl("get", "plugins"))
        text = self.run_ctl("describe", "logs")
        for part in ("State       RUNNING", "records.per.second", "RECORDS/S", "Offsets"):
            self.assertIn(part, text)

    def test_secrets_stay_hidden(self):
        sink = {"connector.class": "AccessLogElasticsearchSink", "topics": "access-logs",
                "connection.url": "http://127.0.0.1:9", "connection.username": "me",
                "connection.password": "pl4nted", "index": "x"}
        self.file("search.json", {"name": "search", "config": sink})
        self.run_ctl("create", "search.json", "--state", "stopped")
        self.file("search.json", {"name": "search", "config": dict(sink, **{"connection.password": "an0ther"})})

        def shown():
            return self.shell("workerctl show search 2>warnings").stdout.decode()
        seen = [self.run_ctl("apply", "-f", "search.json", "--diff", "--dry-run"),
                self.run_ctl("apply", "-f", "search.json", "--diff"), shown(),
                self.run_ctl("describe", "search"), self.run_ctl("patch", "search", "index=y"),
                self.run_ctl("get", "connectors", "-o", "yaml"),
                self.run_ctl("patch", "search", "connection.password=an0ther-0ne", "--dry-run"),
                self.run_ctl("patch", "search", "connection.password=an0ther-0ne"),
                self.run_ctl("patch", "search", "connection.password=an0ther-0ne")]
        self.assertIn("~ a hidden value", seen[0])
        self.assertIn("[hidden]", seen[2])
        self.assertEqual(seen[-3:], ["search would be updated\n  ~ a hidden value\n",
                                     "search updated\n  ~ a hidden value\n", "search unchanged\n"])
        for text in seen:
            self.assertNotIn("pl4nted", text)
            self.assertNotIn("an0ther", text)
        # What was hidden goes back as it is.
        again = self.file("again.properties", shown())
        self.assertEqual(self.run_ctl("apply", "-f", again), "search unchanged\n")
        # Of a new connector there is nothing that it could stand for, which show and validate warn of.
        self.assertIn("warning: [hidden] (connection.password)", self.shell("cat warnings").stdout.decode())
        self.assertIn("warning: [hidden] (connection.password)",
                      self.shell("workerctl validate again.properties").stdout.decode())

    def test_somebody_else_is_faster(self):
        self.rest.create("logs", self.logs, initial_state="STOPPED")
        editor = self.file("editor", "#!/bin/sh\nworkerctl patch logs count=7 >/dev/null\n"
                           "sed -i s/=100$/=300/ \"$1\"\n")
        os.chmod(editor, 0o755)
        done = self.shell("EDITOR=%s workerctl edit logs" % editor)
        self.assertEqual(done.returncode, 4, done.stdout.decode())
        kept = re.search(r"workerctl apply -f (\S+)", done.stdout.decode()).group(1)
        self.addCleanup(os.unlink, kept)
        with open(kept) as f:
            self.assertIn("=300\n", f.read())
        self.assertEqual(self.rest.get("/connectors/logs/config")["count"], "7")

    # ---- ways to a worker ----

    def serve(self, server):
        """Answers GET /health, and notes what came with it."""
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def test_unix_socket(self):
        path = os.path.join(self.dir, "worker.sock")
        self.serve(UnixServer(path, Health))
        self.assertIn("healthy", self.run_ctl("health", "--server", "unix://" + path))
        self.assertIn("healthy", self.run_ctl("health", "--server", "unix:" + path))
        self.assertIn("cannot reach unix:/nowhere: No such file or directory",
                      self.run_ctl("health", "-s", "unix:///nowhere", status=6))
        self.run_ctl("health", "-s", "unix://relative", status=2)

    def test_tls_and_credentials_of_a_context(self):
        key, cert = os.path.join(self.dir, "key.pem"), os.path.join(self.dir, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                        "-days", "2", "-subj", "/CN=worker", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        server = http.server.HTTPServer(("127.0.0.1", 0), Health)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        context.load_verify_locations(cert)
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.serve(server)
        url = "https://127.0.0.1:%d" % server.server_address[1]
        said = self.run_ctl("wait", "x", "-s", url, "--cert", cert, "--key", key, status=6)  # nobody trusts it
        self.assertIn("--ca names a file", said)
        self.run_ctl("health", "-s", url, "--ca", cert, status=6)  # and it wants a certificate
        other = os.path.join(self.dir, "other.pem")
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", other], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)
        self.assertIn("files for TLS cannot be used",
                      self.run_ctl("health", "-s", url, "--ca", cert, "--cert", cert, "--key", other, status=2))
        named = url.replace("127.0.0.1", "localhost")
        self.assertIn("is for another host",
                      self.run_ctl("health", "-s", named, "--ca", cert, "--cert", cert, "--key", key, status=6))
        self.run_ctl("context", "set", "tls", "-s", url, "--ca", "cert.pem", "--cert", "cert.pem", "--key", "key.pem",
                     "--user", "me", "--password-stdin", data="s3cret\n")
        self.assertIn("healthy", self.run_ctl("health", "--context", "tls"))
        self.assertEqual(Health.authorization, "Basic bWU6czNjcmV0")
        self.assertIn("healthy", self.run_ctl("health", "-s", url, "--insecure", "--cert", cert, "--key", key))
        self.assertIsNone(Health.authorization)

    # ---- completion ----

    def typed(self, shell, script, keys, expected):
        """What a shell on a terminal shows after these keys, until `expected` is in it."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execvpe(shell[0], shell, dict(self.environ(), TERM="dumb", PS1="$ "))
        shown = b""
        try:
            os.write(fd, script.encode() + b"; echo loa\"\"ded\n")
            for keys_now, wanted in ((None, "loaded"), (keys, expected)):
                if keys_now:
                    os.write(fd, keys_now.encode())
                end = time.monotonic() + 20
                while wanted not in shown.decode(errors="replace") and time.monotonic() < end:
                    if select.select([fd], [], [], 0.1)[0]:
                        shown += os.read(fd, 4096)
        finally:
            os.kill(pid, 9)
            os.close(fd)
            os.waitpid(pid, 0)
        return shown.decode(errors="replace")

    def complete_in(self, shell, script):
        self.rest.create("logs-of-today", self.logs, initial_state="STOPPED")
        self.rest.create("$(touch evil)", self.logs, initial_state="STOPPED")
        self.rest.create("of my own", self.logs, initial_state="STOPPED")
        self.file("config-file.json", "{}")
        for keys, expected in (("workerctl desc\t", "describe "), ("workerctl pause logs-\t", "logs-of-today"),
                               ("workerctl offsets exp\t", "export"), ("workerctl wait x --for=STO\t", "--for=STOPPED"),
                               ("workerctl get conn\t", "connectors"),
                               ("workerctl apply -f conf\t", "config-file.json"),
                               ("workerctl plugins describe io.connectworker.Syn\t", "SyntheticLogSource"),
                               ("workerctl logs -f logs-\t", "logs-of-today"),
                               ("workerctl loggers set connectors.logs-\t", "logs-of-today"),
                               ("workerctl loggers set root DEB\t", "DEBUG"),
                               ("workerctl offsets to-t\t", "to-time"),
                               ("workerctl plugins describe Synth\t", "SyntheticLogSource"),
                               ("workerctl pause of\\ my\t", "of\\ my\\ own"),
                               ("workerctl pause 'of my\t", "'of my own'"),
                               ("workerctl pause \"of my\t", "\"of my own\""),
                               ("workerctl -o js\t", "json")):
            with self.subTest(keys):
                self.assertIn(expected, self.typed(shell, script, keys, expected))
        self.typed(shell, script, "workerctl pause \t\t", "touch")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "evil")), "a connector's name was evaluated")

    @deadline(300)
    def test_completion_in_bash(self):
        self.complete_in(["bash", "--norc", "--noprofile", "-i"], "source <(workerctl completion bash)")

    @deadline(300)
    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_completion_in_zsh(self):
        self.complete_in(["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; "
                         "source <(workerctl completion zsh)")

    @deadline(300)
    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_completion_in_fish(self):
        done = subprocess.run(["fish", "-N", "-c", "workerctl completion fish | source; complete -C 'workerctl desc'"],
                              env=self.environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              check=False, cwd=self.dir)
        self.assertIn("describe", done.stdout.decode())
