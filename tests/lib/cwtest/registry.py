"""The Schema Registry of this run, another client of it, and our converters on it."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from . import env

# Confluent's own client for Python: what it writes and reads is none of our doing.
CLIENT = ["confluent-kafka[avro,json,schemaregistry]==2.16.1"]


def call(method, path, body=None):
    """One request to the registry: (status, answer)."""
    request = urllib.request.Request(env.SCHEMA_REGISTRY + path, method=method,
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/vnd.schemaregistry.v1+json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as e:
        return e.code, json.loads(e.read() or b"null")


def versions(subject):
    """The texts of the subject's schemas, the oldest first."""
    status, numbers = call("GET", "/subjects/%s/versions" % subject)
    return [call("GET", "/subjects/%s/versions/%d" % (subject, n))[1]["schema"]
            for n in (numbers if status == 200 else [])]


class Lines:
    """A program that answers each line of its standard input with one line."""

    def __init__(self, case, args):
        self.log = open(case.log_file(os.path.basename(args[0])), "a")
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        case.addCleanup(self.close)

    def ask(self, line):
        # What hangs is ended, and its end is the answer.
        timer = threading.Timer(60, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        finally:
            timer.cancel()
        if not answer:
            raise AssertionError("no answer to %s; see %s" % (line, self.log.name))
        return answer.rstrip("\n")

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()
        self.log.close()


class Converter(Lines):
    """One of our converters; values are JsonConverter's documents."""

    def __init__(self, case, class_name, role="value", **config):
        config.setdefault("schema.registry.url", env.SCHEMA_REGISTRY)
        super().__init__(case, [env.tool("convert_tool"), class_name, role] +
                         ["%s=%s" % pair for pair in config.items()])

    def write(self, topic, schema, payload):
        """("ok", bytes in hex), ("retry", text) or ("fail", text)."""
        document = json.dumps({"schema": schema, "payload": payload})
        return tuple(self.ask("write %s %s" % (topic, document)).split(" ", 1))

    def read(self, topic, data):
        """("ok", {"schema":…, "payload":…}), or as write()."""
        word, text = self.ask("read %s %s" % (topic, data)).split(" ", 1)
        return word, json.loads(text) if word == "ok" else text


def _installed():
    """The Python with the other client; made once."""
    home = os.environ.get("STACK_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "connect-worker", "stack")
    folder, stamp = os.path.join(home, "registry-client"), " ".join(CLIENT + [sys.version])
    python, stamp_file = os.path.join(folder, "bin", "python"), os.path.join(folder, "stamp")
    if not os.path.exists(stamp_file) or open(stamp_file).read() != stamp:
        for command in ([sys.executable, "-m", "venv", "--clear", folder],
                        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"] + CLIENT):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
            if done.returncode != 0:
                raise AssertionError("%s: %s" % (" ".join(command), done.stdout.decode()))
        with open(stamp_file, "w") as f:
            f.write(stamp)
    return python


class Client(Lines):
    """The other client: it registers schemas, and writes and reads values with them."""

    def __init__(self, case):
        script = os.path.join(env.TOP, "tests", "integration", "registry_client.py")
        super().__init__(case, [_installed(), script, env.SCHEMA_REGISTRY])

    def _do(self, **command):
        answer = json.loads(self.ask(json.dumps(command)))
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def write(self, kind, topic, schema, value):
        """The bytes in hex. kind: "avro" or "json"."""
        return self._do(do="write", kind=kind, topic=topic, schema=json.dumps(schema), value=value)

    def read(self, kind, topic, data):
        """What it makes of them; what JSON has no form for is text."""
        return self._do(do="read", kind=kind, topic=topic, data=data)

    def consume(self, kind, topic, count):
        """What it makes of that many values of a topic of one partition."""
        return self._do(do="consume", kind=kind, topic=topic, brokers=env.KAFKA, count=count)
