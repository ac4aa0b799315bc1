"""Waiting for a connector without a place of Airflow's: many waits share the triggerer."""

import asyncio
import time

from airflow.exceptions import AirflowFailException
from airflow.triggers.base import BaseTrigger, TriggerEvent

from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.status import FAILED, REACHED, describe, verdict
from connect_worker_airflow.watch import PATIENCE_S, Watch


class ConnectorStateTrigger(BaseTrigger):
    """Fires once, with {"outcome": reached, failed, late or error, "message": …, "note": …}.

    deadline: seconds since 1970; note: what the task wants to be told again, any JSON. A question that is refused has
    failed. A worker that does not answer is asked again; when it has not answered for `patience` seconds, the outcome is
    an error, which the task's retries are for.
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
        # Whoever waits here had an answer before.
        watch, event = Watch(self.connector, self.patience, has_answered=True), None
        while not event:
            try:
                status = await self.status(watch)
                event = self.event_of(status) if status else None
            except AirflowFailException as error:
                event = {"outcome": FAILED, "message": str(error)}
            except Exception as error:  # whatever it is, the task has to hear of it
                event = {"outcome": "error", "message": "the status of connector %s cannot be read: %s"
                                                        % (self.connector, error)}
            if not event:
                await asyncio.sleep(self.poll_interval)
        yield TriggerEvent({**event, "note": self.note})

    def hook(self):
        hook = ConnectWorkerHook(self.http_conn_id)
        hook.timeout_s = self.TIMEOUT_S
        return hook

    async def status(self, watch):
        """What the operators' own hook says, asked in a thread: the same TLS, certificates and sentences as theirs.

        The provider's asynchronous hook takes no certificate authority of one's own, and its interface is another one
        in each of its generations.
        """
        return await asyncio.get_running_loop().run_in_executor(None, watch.status, self.hook())

    def event_of(self, status):
        """What is to be told of this status; None: nothing yet."""
        found = verdict(status, self.state)
        if found in (REACHED, FAILED):
            return {"outcome": found, "message": describe(status)}
        return {"outcome": "late", "message": describe(status)} if time.time() >= self.deadline else None
