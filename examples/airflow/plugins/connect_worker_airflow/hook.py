"""The worker's REST API as an Airflow hook."""

import json
from urllib.parse import quote

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.http.hooks.http import HttpHook


def connector_path(connector, rest):
    return "connectors/%s/%s" % (quote(connector, safe=""), rest)


class ConnectWorkerHook(HttpHook):
    """Requests to the worker of an HTTP connection; an error is raised with the worker's own sentence.

    What a repetition would not change (HTTP 4xx) is an AirflowFailException: the task is not retried.
    """

    conn_name_attr = "http_conn_id"
    default_conn_name = "connect_worker"
    TIMEOUT_S = 100  # longer than any answer of a worker takes

    def __init__(self, http_conn_id=default_conn_name):
        super().__init__(method="GET", http_conn_id=http_conn_id)

    def call(self, method, path, body=None, missing=None):
        """The answer's JSON, None when it has none; where `missing` is given, it stands for what is not there (404)."""
        self.method = method
        response = self.run(path, None if body is None else json.dumps(body), {"Content-Type": "application/json"},
                            {"check_response": False, "timeout": self.TIMEOUT_S})
        if response.status_code == 404 and missing is not None:
            return missing
        if not response.ok:
            kind = AirflowException if response.status_code >= 500 else AirflowFailException
            raise kind("%s %s: HTTP %d: %s" % (method, path, response.status_code, self.message(response)))
        return response.json() if response.content else None

    @staticmethod
    def message(response):
        try:
            return response.json()["message"]
        except (ValueError, KeyError, TypeError):
            return response.text[:2000]

    def apply(self, connector, config):
        """Makes the connector or gives it this configuration; nothing happens when it has it already."""
        return self.call("PUT", connector_path(connector, "config"), {key: str(value) for key, value in config.items()})

    def action(self, connector, verb, **options):
        """pause, resume or stop."""
        return self.call("PUT", connector_path(connector, verb), **options)

    def status(self, connector):
        return self.call("GET", connector_path(connector, "status"))

    def offsets(self, connector):
        """A list of {"partition": …, "offset": …}."""
        return self.call("GET", connector_path(connector, "offsets"))["offsets"]
