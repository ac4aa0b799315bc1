"""Settings of the worker itself that stand for what a config provider answers: REST's keys, addresses, levels.

The workers have an embedded broker: none of this is about Kafka.
"""

import os
import resource
import socket
import ssl
import urllib.request

from cwtest import aws, env
from cwtest.case import TestCase
from cwtest.pki import Pki
from cwtest.process import Worker, children, command_line, free_port

SECRET = "planted-S3cret-4711"

# Writes down what it is asked for and how large its core files may be, and lets the real one answer.
HOST = """#!/bin/sh
echo "$*" core=$(ulimit -c) >>"%s"
exec "%s" "$@"
"""


class WorkerSecrets(TestCase):
    def write(self, name, text, mode=0o600):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def setUp(self):
        super().setUp()
        self.questions = os.path.join(self.dir, "questions")
        real = os.path.join(env.PREFIX, "libexec", "connect-worker", "connect-host")
        self.environ = {"CONNECT_WORKER_HOST": self.write("connect-host", HOST % (self.questions, real), 0o700)}
        self.providers = {
            "config.providers": "file,env,dir",
            "config.providers.file.class": "FileConfigProvider",
            "config.providers.env.class": "EnvVarConfigProvider",
            "config.providers.dir.class": "DirectoryConfigProvider",
            "config.providers.dir.param.allowed.paths": self.dir,
        }

    def asked(self, mode):
        """How often a connect-host was started in that mode, by what it wrote down."""
        if not os.path.exists(self.questions):
            return 0
        with open(self.questions) as f:
            return f.read().split().count(mode)

    def locked_key(self, pki, name, password):
        """A file with a key that the password opens, and its certificate."""
        whole = pki.issue(name, "/CN=" + name, "serverAuth")
        locked = os.path.join(self.dir, name + "-locked.pem")
        pki.openssl("pkcs8", "-topk8", "-in", whole, "-out", locked, "-passout", "pass:" + password)
        with open(locked, "a") as out, open(pki.path(name + ".crt")) as f:
            out.write(f.read())
        os.remove(whole)
        os.remove(pki.path(name + ".key"))
        return locked

    @staticmethod
    def subject(port, ca):
        """Of the certificate that a listener shows."""
        context = ssl.create_default_context(cafile=ca)
        with socket.create_connection(("127.0.0.1", port), 20) as plain, \
                context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            return dict(part for entry in connection.getpeercert()["subject"] for part in entry)["commonName"]

    def spawn(self, properties, name="worker", **environ):
        worker = Worker(self, name, args=["--embedded"], properties=dict(self.providers, **properties))
        # As on a machine where crashes leave core files.
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        worker.spawn_worker(environ=dict(self.environ, **environ),
                            preexec=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)))
        return worker

    def seen_by_others(self, worker):
        """What REST, the log, the state and /proc tell of a worker, by where."""
        texts = {"log": worker.log}
        for path in ("/", "/health", "/metrics", "/connectors?expand=info&expand=status", "/connectors/x/tasks",
                     "/admin/loggers"):
            answer = worker.rest.request("GET", path)
            self.assertIn(answer.status, (200, 404, 503), path)
            texts["GET " + path] = answer.text
        for pid in [worker.pid] + children(worker.pid):
            texts["command line of %d" % pid] = " ".join(command_line(pid))
            with open("/proc/%d/environ" % pid, "rb") as f:
                texts["environment of %d" % pid] = f.read().decode("utf-8", "replace")
        for name in os.listdir(worker.state):
            with open(os.path.join(worker.state, name), "rb") as f:
                texts["file " + name] = f.read().decode("latin-1")
        return texts

    def test_settings_of_rest_and_others(self):
        pki = Pki(self.dir)
        locked, ca = self.locked_key(pki, "first", SECRET), pki.certificate
        # As people write such files: with a line end after the secret.
        self.write("password", SECRET + "\n")
        secrets = self.write("secrets.properties", "keystore=%s\nheader=from-a-file\n" % locked)
        port, tls_port = free_port(), free_port()
        worker = self.spawn({
            "listeners": "http://127.0.0.1:${env:CW_TEST_PORT},https://127.0.0.1:%d" % tls_port,
            "listeners.https.ssl.keystore.location": "${file:%s:keystore}" % secrets,
            "listeners.https.ssl.key.password": "${dir:%s:password}" % self.dir,
            "response.http.headers.config": "set X-Told: ${file:%s:header}" % secrets,
            "log.level": "${env:CW_TEST_LEVEL}",
            "offset.flush.interval.ms": "${env:CW_TEST_FLUSH}",
        }, CW_TEST_PORT=str(port), CW_TEST_LEVEL="debug", CW_TEST_FLUSH="250")
        worker.port = worker.rest.port = port
        env.wait_for(worker.ready, 20, lambda: "the worker answers: " + worker.log)
        context = ssl.create_default_context(cafile=ca)
        with urllib.request.urlopen("https://127.0.0.1:%d/" % tls_port, timeout=20, context=context) as response:
            self.assertEqual(response.status, 200)
            self.assertEqual(response.headers["X-Told"], "from-a-file")
        self.assertIn("DEBUG", worker.log)
        worker.rest.create("x", {"connector.class": "SyntheticLogSource", "topic": "x", "count": "10"})
        worker.rest.wait_state("x", "RUNNING", "COMPLETED", 1)
        self.assertEqual(self.asked("--resolve"), 1)
        with open(self.questions) as f:
            self.assertEqual([line for line in f if not line.endswith(" core=0\n")], [])
        self.assertEqual([pid for pid in children(worker.pid) if "--resolve" in command_line(pid)], [])
        # A key that changes is opened with the same password.
        os.rename(self.locked_key(pki, "other", SECRET + "-not"), locked)
        env.wait_for(lambda: self.subject(tls_port, ca) == "first" and "stays in force" in worker.log, 20,
                     lambda: "the key that cannot be opened is not taken: " + worker.log, 0.1)
        self.assertIn("the private key is encrypted, and listeners.https.ssl.key.password does not open it; what was "
                      "read before stays in force", worker.log)
        os.rename(self.locked_key(pki, "second", SECRET), locked)
        env.wait_for(lambda: self.subject(tls_port, ca) == "second", 20,
                     lambda: "the new key is taken: " + worker.log, 0.1)
        texts = self.seen_by_others(worker)
        for where, text in texts.items():
            self.assertNotIn(SECRET, text, where)
        self.assertIn("${dir:%s:password}" % self.dir, texts["file worker.properties"])
        self.assertEqual(worker.stop(), 0)

    def test_a_secret_of_aws(self):
        pki = Pki(self.dir)
        secret = env.unique("tests/worker")
        aws.create_secret(self, secret, {"rest": SECRET})
        port, tls_port = free_port(), free_port()
        key = "listeners.https.ssl.key.password"
        settings = {
            "config.providers": "aws",
            "config.providers.aws.class": "secretsmanager",
            "config.providers.aws.param.region": aws.REGION,
            "config.providers.aws.param.endpoint": env.AWS,
            "config.providers.aws.param.request.timeout.ms": "1000",
            "listeners": "http://127.0.0.1:%d,https://127.0.0.1:%d" % (port, tls_port),
            "listeners.https.ssl.keystore.location": self.locked_key(pki, "server", SECRET),
            key: "${aws:%s:rest}" % secret,
            "log.level": "debug",
        }
        worker = self.spawn(settings, **aws.ANYBODY)
        worker.port = worker.rest.port = port
        env.wait_for(worker.ready, 20, lambda: "the worker answers: " + worker.log)
        self.assertEqual(self.subject(tls_port, pki.certificate), "server")
        for where, text in self.seen_by_others(worker).items():
            self.assertNotIn(SECRET, text, where)
        worker.stop()
        # One that is not there, one of a service that is away, and two of one that hangs: the second is not waited for.
        nobody = "${aws:tests/nobody:rest}"
        cannot = "%s: %s cannot be resolved: the secret %s of AWS Secrets Manager (%s"
        got = self.refused(1, dict(settings, **{key: nobody}), **aws.ANYBODY)
        self.assertEqual(len(got), 1, got)
        self.assertTrue(got[0].startswith(cannot % (key, nobody, "tests/nobody", aws.REGION)), got)
        self.assertIn(" is not there: HTTP status 4", got[0])
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for port, more in ((free_port(), {}),
                               (silent.getsockname()[1], {"group.id": nobody,
                                                          "config.providers.aws.param.request.timeout.ms": "2100"})):
                got = self.refused(1, dict(settings, **more, **{
                    "config.providers.aws.param.endpoint": "http://127.0.0.1:%d" % port}), **aws.ANYBODY)
                self.assertEqual(len(got), 1, got)
                self.assertTrue(got[0].startswith(cannot % (key, settings[key], secret, aws.REGION)), got)

    def test_nobody_is_asked_without_need(self):
        """Kafka's settings are the hosts' to resolve, also those that REST would have if it had TLS."""
        worker = self.spawn({"sasl.password": "${file:/nowhere:x}", "ssl.key.password": "${file:/nowhere:x}",
                             "key.converter.secret": "${file:/nowhere:x}"})
        env.wait_for(worker.ready, 20, lambda: "the worker answers: " + worker.log)
        self.assertEqual((self.asked("--embedded-broker"), self.asked("--resolve")), (1, 0))
        worker.stop()

    def refused(self, status, properties, **environ):
        """The sentences of a worker that does not start, each without the place of its key."""
        worker = self.spawn(properties, env.unique("refused"), **environ)
        self.assertEqual(worker.wait(20), status, worker.log)
        self.assertNotIn(SECRET, worker.log)
        self.assertEqual(os.listdir(worker.state), ["worker.properties"])
        said = [line for line in worker.log.splitlines() if line.startswith("connect-worker: ")]
        return [line.split(worker.config_path + ":")[-1].partition(": ")[2] if worker.config_path in line
                else line.partition(": ")[2] for line in said]

    def test_what_cannot_be_had_is_named(self):
        password, port = "listeners.https.ssl.key.password", "rest.advertised.port"
        there = self.write("there.properties", "secret=%s\n" % SECRET)
        cases = (
            # 1: it may be there at the next start, which systemd tries.
            (1, {password: "${file:/no/such/file:x}"},
             [password + ": ${file:/no/such/file:x} cannot be resolved: Could not read properties from file "
              "/no/such/file"]),
            (1, {password: "${file:%s:nobody}" % there, "log.level": "${env:CW_TEST_NOT_SET}"},
             [password + ": ${file:%s:nobody} cannot be resolved: the config provider file has nothing under that name"
              % there,
              "log.level: ${env:CW_TEST_NOT_SET} cannot be resolved: the config provider env has nothing under that "
              "name"]),
            (1, {password: "${file:%s:secret}" % there, "config.providers.file.class": "Vault"},
             ["config.providers.file.class: the config provider file cannot be started: Invalid value Vault for "
              "configuration config.providers.file.class: Class Vault could not be found."]),
            # 2: the configuration is wrong, and stays so.
            (2, {password: "${file:%s:secret}" % there, "plugin.path": "/no/such/folder"},
             ["plugin.path: folder /no/such/folder cannot be read: No such file or directory"]),
            (2, {port: "${file:%s:secret}" % there, "listeners": "${file:%s:secret}" % there},
             ["Invalid value ${file:%s:secret} for configuration rest.advertised.port: Not a number of type INT"
              % there,
              "Invalid value ${file:%s:secret} for configuration listeners: What it stands for does not fit: Where "
              "REST answers: http://HOST:PORT, https://HOST:PORT and unix:/PATH, separated by commas." % there]),
            (2, {"plugin.path": "${env:CW_TEST}", "core.dumps": "${env:CW_TEST}",
                 "config.providers": "file,env,${env:CW_TEST}",
                 "config.providers.file.param.allowed.paths": "${file:/x:y}"},
             None),
        )
        for status, properties, want in cases:
            got = self.refused(status, properties)
            if want is None:
                want = ["%s is read before a config provider can be asked: write the value itself" % key
                        for key in properties]
            self.assertEqual(sorted(got), sorted(want))
        self.assertEqual(self.asked("--resolve"), 4)

    def test_a_wrong_password_and_a_dead_host(self):
        locked = self.locked_key(Pki(self.dir), "server", SECRET)
        other = self.write("other.properties", "password=%s-not\n" % SECRET)
        key = "listeners.https.ssl.key.password"
        settings = {"listeners": "https://127.0.0.1:%d" % free_port(), key: "${file:%s:password}" % other,
                    "listeners.https.ssl.keystore.location": locked}
        got = self.refused(1, settings)
        self.assertEqual(got, ["listeners.https.ssl.keystore.location: the private key is encrypted, and %s does not "
                               "open it" % key])
        # Somebody mixed up the keys.
        got = self.refused(1, dict(settings, **{"listeners.https.ssl.keystore.location": settings[key]}))
        self.assertEqual(got, ["listeners.https.ssl.keystore.location: %s: cannot be opened: No such file or directory"
                               % settings[key]])
        got = self.refused(1, settings, CONNECT_WORKER_HOST=self.write("dead-host", "#!/bin/sh\nexit 3\n", 0o700))
        self.assertEqual(got, ["config.providers cannot be asked for %s: connect-host --resolve exited with status 3"
                               % key])
