"""A client of the worker's REST API."""

import http.client
import json
import urllib.parse

from . import env


class Answer:
    def __init__(self, status, headers, data):
        self.status, self.headers, self.data = status, headers, data
        self.text = data.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def message(self):
        """The message of an error, whose body has exactly the two fields."""
        body = self.json
        assert set(body) == {"error_code", "message"} and body["error_code"] == self.status, self
        return body["message"]

    def __repr__(self):
        return "HTTP %d: %s" % (self.status, self.text[:2000])


class Rest:
    def __init__(self, port, timeout=30):
        self.port, self.timeout = port, timeout

    def request(self, method, path, body=None, headers=None):
        """body: bytes are sent as they are, anything else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def expect(self, statuses, method, path, body=None):
        answer = self.request(method, path, body)
        if answer.status not in (statuses if isinstance(statuses, tuple) else (statuses,)):
            raise AssertionError("%s %s: expected %s, got %r" % (method, path, statuses, answer))
        return answer

    def get(self, path):
        return self.expect(200, "GET", path).json

    @staticmethod
    def path(name, rest=""):
        return "/connectors/" + urllib.parse.quote(name, safe="") + rest

    def create(self, name, config, **more):
        return self.expect(201, "POST", "/connectors", dict(name=name, config=config, **more)).json

    def put(self, name, config):
        return self.expect((200, 201), "PUT", self.path(name, "/config"), config)

    def action(self, name, verb):
        return self.expect((202, 204), "PUT", self.path(name, "/" + verb))

    def delete(self, name):
        return self.expect(204, "DELETE", self.path(name))

    def restart(self, name, query=""):
        return self.expect((202, 204), "POST", self.path(name, "/restart" + query))

    def restart_failed(self, name):
        return self.restart(name, "?includeTasks=true&onlyFailed=true")

    def status(self, name):
        """The status, or None while there is none yet."""
        answer = self.request("GET", self.path(name, "/status"))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise AssertionError("status of %s: %r" % (name, answer))
        return answer.json

    def task_states(self, name):
        status = self.status(name)
        return [t["state"] for t in status["tasks"]] if status else []

    def wait_state(self, name, connector=None, tasks=None, n=None, seconds=30):
        """Waits until the connector has that state, and all its tasks (n of them, where given) theirs."""

        def there():
            status = self.status(name)
            if not status or (connector and status["connector"]["state"] != connector):
                return None
            states = [t["state"] for t in status["tasks"]]
            if n is not None and len(states) != n:
                return None
            if tasks and (not states or any(s != tasks for s in states)):
                return None
            return status

        return env.wait_for(there, seconds, lambda: "%s is %s, tasks %s; it is: %s"
                            % (name, connector, tasks, json.dumps(self.status(name))))

    def listing(self):
        """Everything that a refused request must leave as it was."""
        listing = self.get("/connectors?expand=info&expand=status")
        for entry in listing.values():
            entry["info"]["tasks"].sort(key=lambda t: t["task"])
        return listing

    def metrics(self):
        return Metrics(self.expect(200, "GET", "/metrics").text)


class Metrics:
    """Prometheus' text format, read."""

    def __init__(self, text):
        self.text = text
        self.samples = []  # (name, labels, value)
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, labels, value = self.sample(line)
                self.samples.append((name, labels, value))

    @staticmethod
    def sample(line):
        head, _, value = line.rpartition(" ")
        name, _, rest = head.partition("{")
        labels = {}
        rest = rest.rstrip("}")
        while rest:
            key, _, rest = rest.partition('="')
            text, i = "", 0
            while rest[i] != '"':
                if rest[i] == "\\":
                    i += 1
                    text += {"n": "\n"}.get(rest[i], rest[i])
                else:
                    text += rest[i]
                i += 1
            labels[key] = text
            rest = rest[i + 1:].lstrip(",")
        return name, labels, float(value)

    def sum(self, name, **labels):
        """The sum of the samples with that name and these labels; None when there is none."""
        values = [v for n, l, v in self.samples
                  if n == name and all(l.get(k) == str(x) for k, x in labels.items())]
        return sum(values) if values else None
