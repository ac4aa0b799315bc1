"""Waiting for a connector without a place of Airflow's: many waits share the triggerer."""

import asyncio
import time

from airflow.providers.http.hooks.http import HttpAsyncHook
from airflow.triggers.base import BaseTrigger, TriggerEvent

from connect_worker_airflow.hook import connector_path
from connect_worker_airflow.status import FAILED, REACHED, describe, verdict


class ConnectorStateTrigger(BaseTrigger):
    """Fires once, with {"outcome": reached, failed, late or error, "message": …}.

    deadline: seconds since 1970. A worker that does not answer is asked again some times by Airflow's hook; then the
    outcome is an error, which the task's retries are for.
    """

    def __init__(self, connector, state, deadline, http_conn_id, poll_interval):
        super().__init__()
        self.connector, self.state, self.deadline = connector, state, deadline
        self.http_conn_id, self.poll_interval = http_conn_id, poll_interval

    def serialize(self):
        return ("connect_worker_airflow.triggers.ConnectorStateTrigger", {
            "connector": self.connector, "state": self.state, "deadline": self.deadline,
            "http_conn_id": self.http_conn_id, "poll_interval": self.poll_interval,
        })

    async def run(self):
        hook = HttpAsyncHook(method="GET", http_conn_id=self.http_conn_id)
        while True:
            try:
                response = await hook.run(endpoint=connector_path(self.connector, "status"))
                status = await response.json()
            except Exception as error:  # whatever it is, the task has to hear of it
                yield TriggerEvent({"outcome": "error", "message": "the status of connector %s cannot be read: %s"
                                                                   % (self.connector, error)})
                return
            found = verdict(status, self.state)
            if found in (REACHED, FAILED):
                yield TriggerEvent({"outcome": found, "message": describe(status)})
                return
            if time.time() >= self.deadline:
                yield TriggerEvent({"outcome": "late", "message": describe(status)})
                return
            await asyncio.sleep(self.poll_interval)
