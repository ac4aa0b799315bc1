"""The worker's REST API as an Airflow hook."""

import json
from urllib.parse import quote

import requests
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.http.hooks.http import HttpHook


def connector_path(connector, rest):
    return "connectors/%s/%s" % (quote(connector, safe=""), rest)


def passes(status):
    """Whether an HTTP status may be another one a moment later: busy, rebalancing, too many requests."""
    return status >= 500 or status in (408, 409, 425, 429)


def as_text(connector, key, value):
    """A value of a configuration as Kafka Connect has it; raises where it has none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise AirflowFailException("the configuration of connector %s needs a text, a number or a boolean as %s, not %s"
                               % (connector, key, "None" if value is None else "a " + type(value).__name__))


class ConnectWorkerHook(HttpHook):
    """Requests to the worker of an HTTP connection; an error is raised with the worker's own sentence.

    What a repetition would not change (HTTP 4xx, but for those that pass) is an AirflowFailException: the task is not
    retried.
    """

    conn_name_attr = "http_conn_id"
    default_conn_name = "connect_worker"
    timeout_s = 100  # longer than any answer of a worker takes

    def __init__(self, http_conn_id=default_conn_name):
        super().__init__(method="GET", http_conn_id=http_conn_id)

    def answer(self, method, path, body=None, statuses=()):
        """The answer of a request that succeeded, or that has one of these HTTP statuses."""
        self.method = method
        try:
            response = self.run(path, None if body is None else json.dumps(body), {"Content-Type": "application/json"},
                                {"check_response": False, "timeout": self.timeout_s})
        except requests.exceptions.RequestException as error:
            raise AirflowException("%s %s: the worker of connection %s does not answer: %s"
                                   % (method, path, self.http_conn_id, error)) from error
        if not response.ok and response.status_code not in statuses:
            kind = AirflowException if passes(response.status_code) else AirflowFailException
            raise kind("%s %s: HTTP %d: %s" % (method, path, response.status_code, self.message(response)))
        return response

    def call(self, method, path, body=None, missing=None):
        """The answer's JSON, None when it has none; where `missing` is given, it stands for what is not there (404)."""
        response = self.answer(method, path, body, () if missing is None else (404,))
        if response.status_code == 404:
            return missing
        return response.json() if response.content else None

    @staticmethod
    def message(response):
        try:
            return response.json()["message"]
        except (ValueError, KeyError, TypeError):
            return response.text[:2000]

    def apply(self, connector, config):
        """Makes the connector or gives it this configuration; nothing happens when it has it already."""
        return self.call("PUT", connector_path(connector, "config"), self.texts(connector, config))

    @staticmethod
    def texts(connector, config):
        return {key: as_text(connector, key, value) for key, value in config.items()}

    def config(self, connector):
        return self.call("GET", connector_path(connector, "config"))

    def action(self, connector, verb, **options):
        """pause, resume or stop."""
        return self.call("PUT", connector_path(connector, verb), **options)

    def status(self, connector):
        return self.call("GET", connector_path(connector, "status"))

    def dead_letters(self, connector):
        """Records that became dead letters since the connector's tasks were started."""
        label = 'connector="%s"' % connector
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in self.answer("GET", "metrics").text.splitlines()
                       if line.startswith("connect_worker_task_records_dead_lettered_total{") and label in line))

    def dead_letter_topic(self, connector):
        return self.config(connector).get("errors.deadletterqueue.topic.name")

    def offsets(self, connector):
        """A list of {"partition": …, "offset": …}."""
        return self.call("GET", connector_path(connector, "offsets"))["offsets"]
