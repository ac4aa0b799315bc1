"""Waiting for a connector without a place of Airflow's: many waits share the triggerer."""

import asyncio
import time

from airflow.providers.http.hooks.http import HttpAsyncHook
from airflow.triggers.base import BaseTrigger, TriggerEvent

from connect_worker_airflow.hook import connector_path
from connect_worker_airflow.status import FAILED, REACHED, describe, verdict


class ConnectorStateTrigger(BaseTrigger):
    """Fires once, with {"outcome": reached, failed, late or error, "message": …}.

    deadline: seconds since 1970. A worker that does not answer is asked again; when it has not answered MISSES times in
    a row, the outcome is an error, which the task's retries are for.
    """

    MISSES = 3

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
        misses, event = 0, None
        while not event:
            try:
                event = self.event_of(await self.status())
                misses = 0
            except Exception as error:  # whatever it is, the task has to hear of it
                misses += 1
                if misses >= self.MISSES:
                    event = {"outcome": "error", "message": "the status of connector %s cannot be read: %s"
                                                            % (self.connector, error)}
            if not event:
                await asyncio.sleep(self.poll_interval)
        yield TriggerEvent(event)

    async def status(self):
        hook = HttpAsyncHook(method="GET", http_conn_id=self.http_conn_id)
        response = await hook.run(endpoint=connector_path(self.connector, "status"))
        return await response.json()

    def event_of(self, status):
        """What is to be told of this status; None: nothing yet."""
        found = verdict(status, self.state)
        if found in (REACHED, FAILED):
            return {"outcome": found, "message": describe(status)}
        return {"outcome": "late", "message": describe(status)} if time.time() >= self.deadline else None
