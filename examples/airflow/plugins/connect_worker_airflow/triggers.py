"""Waiting for a connector without a place of Airflow's: many waits share the triggerer."""

import asyncio
import time

from airflow.triggers.base import BaseTrigger, TriggerEvent

from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.status import FAILED, PATIENCE_S, REACHED, Patience, describe, verdict


class ConnectorStateTrigger(BaseTrigger):
    """Fires once, with {"outcome": reached, failed, late or error, "message": …, "note": …}.

    deadline: seconds since 1970; note: what the task wants to be told again, any JSON. A worker that does not answer is
    asked again; when it has not answered for `patience` seconds, the outcome is an error, which the task's retries are
    for.
    """

    TIMEOUT_S = 20  # a status is answered at once; the triggerer's threads are few

    def __init__(self, connector, state, deadline, http_conn_id, poll_interval, patience=PATIENCE_S, note=None):
        super().__init__()
        self.connector, self.state, self.deadline = connector, state, deadline
        self.http_conn_id, self.poll_interval, self.patience = http_conn_id, poll_interval, patience
        self.note = note

    def serialize(self):
        return ("connect_worker_airflow.triggers.ConnectorStateTrigger", {
            "connector": self.connector, "state": self.state, "deadline": self.deadline,
            "http_conn_id": self.http_conn_id, "poll_interval": self.poll_interval,
            "patience": self.patience, "note": self.note,
        })

    async def run(self):
        patience, event = Patience(self.patience), None
        while not event:
            try:
                event = self.event_of(await self.status())
                patience.answered()
            except Exception as error:  # whatever it is, the task has to hear of it
                if patience.is_lost():
                    event = {"outcome": "error", "message": "the status of connector %s cannot be read: %s"
                                                            % (self.connector, error)}
            if not event:
                await asyncio.sleep(self.poll_interval)
        yield TriggerEvent({**event, "note": self.note})

    async def status(self):
        """What the operators' own hook says, asked in a thread: the same TLS, certificates and sentences as theirs.

        The provider's asynchronous hook takes no certificate authority of one's own, and its interface is another one
        in each of its generations.
        """
        hook = ConnectWorkerHook(self.http_conn_id)
        hook.timeout_s = self.TIMEOUT_S
        return await asyncio.get_running_loop().run_in_executor(None, hook.status, self.connector)

    def event_of(self, status):
        """What is to be told of this status; None: nothing yet."""
        found = verdict(status, self.state)
        if found in (REACHED, FAILED):
            return {"outcome": found, "message": describe(status)}
        return {"outcome": "late", "message": describe(status)} if time.time() >= self.deadline else None
