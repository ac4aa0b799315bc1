"""Operators for connectors: apply, run and wait, pause, resume, check."""

import time

from airflow.configuration import conf
from airflow.exceptions import AirflowFailException
from airflow.models import BaseOperator

from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.sensors import defer_until, settle
from connect_worker_airflow.status import REACHED, WAIT_ON, describe, verdict
from connect_worker_airflow.watch import PATIENCE_S, Watch


class ConnectWorkerOperator(BaseOperator):
    """What all of them have: the connector's name and the worker's HTTP connection."""

    template_fields = ("connector", "http_conn_id")

    def __init__(self, *, connector, http_conn_id=ConnectWorkerHook.default_conn_name, **more):
        super().__init__(**more)
        self.connector, self.http_conn_id = connector, http_conn_id

    def hook(self):
        return ConnectWorkerHook(self.http_conn_id)


class ApplyConnectorOperator(ConnectWorkerOperator):
    """Makes a connector or gives it a configuration (a dict, templated)."""

    template_fields = ("connector", "http_conn_id", "config")
    template_fields_renderers = {"config": "json"}

    def __init__(self, *, config, **more):
        super().__init__(**more)
        self.config = config

    def execute(self, context):
        self.hook().apply(self.connector, self.config)


class PauseConnectorOperator(ConnectWorkerOperator):
    def execute(self, context):
        self.hook().action(self.connector, "pause")


class ResumeConnectorOperator(ConnectWorkerOperator):
    def execute(self, context):
        self.hook().action(self.connector, "resume")


class CheckConnectorOperator(ConnectWorkerOperator):
    """Fails with the trace, or with the reason why it is DEGRADED, unless the connector has this state now.

    max_dead_letters: fails, too, when more records became dead letters since the connector's tasks were started: after
    a RunConnectorOperator those of its run. A task that is started again in a run counts anew. Returns the status.
    """

    def __init__(self, *, state="RUNNING", max_dead_letters=None, **more):
        super().__init__(**more)
        self.state, self.max_dead_letters = state, max_dead_letters

    def execute(self, context):
        hook = self.hook()
        status = hook.status(self.connector)
        if verdict(status, self.state) != REACHED:
            raise AirflowFailException("not %s: %s" % (self.state, describe(status)))
        if self.max_dead_letters is not None:
            self.check_dead_letters(hook)
        return status

    def check_dead_letters(self, hook):
        letters = hook.dead_letters(self.connector)
        if letters > self.max_dead_letters:
            raise AirflowFailException(
                "dead letters: %d, more than the %d of max_dead_letters; they are in topic %s: workerctl dlq list %s"
                % (letters, self.max_dead_letters, hook.dead_letter_topic(self.connector), self.connector))


class RunConnectorOperator(ApplyConnectorOperator):
    """One run of a connector that ends by itself: a source with a count, a sink with run.until.

    Begins it exactly once, from whatever state the connector is in, waits until it is COMPLETED, at most run_timeout
    seconds, and returns the offsets. A retry is harmless: it goes on where the run before has stopped. A worker that is
    away for less than `patience` seconds is waited for. A connector has one run at a time: the task fails when somebody
    has given it another configuration meanwhile. A task that is killed leaves the connector running, to its end.
    """

    def __init__(self, *, run_timeout=3600, poke_interval=2, patience=PATIENCE_S,
                 deferrable=conf.getboolean("operators", "default_deferrable", fallback=False), **more):
        super().__init__(**more)
        self.run_timeout, self.poke_interval, self.deferrable = run_timeout, poke_interval, deferrable
        self.patience = patience

    def execute(self, context):
        hook = self.hook()
        applied = hook.texts(self.connector, self.config)
        hook.action(self.connector, "stop", missing={})
        hook.apply(self.connector, self.config)
        hook.action(self.connector, "resume")
        if self.deferrable:
            defer_until(self, self.connector, "COMPLETED", self.run_timeout, note=applied)
        self.wait(hook)
        return self.result(hook, applied)

    def wait(self, hook):
        deadline = time.monotonic() + self.run_timeout
        watch = Watch(self.connector, self.patience, has_answered=True)
        while True:
            status = watch.status(hook)
            found = verdict(status, "COMPLETED") if status else WAIT_ON
            if found == REACHED:
                return
            if found != WAIT_ON:
                raise AirflowFailException(describe(status))
            if time.monotonic() >= deadline:
                raise AirflowFailException("not COMPLETED within %g s: %s" % (
                    self.run_timeout, describe(status) if status else "the worker does not answer"))
            time.sleep(self.poke_interval)

    def execute_complete(self, context, event):
        settle(event, "COMPLETED")
        return self.result(self.hook(), event["note"])

    def result(self, hook, applied):
        """The offsets; raises when it is not this task's run that has ended."""
        found = hook.config(self.connector)
        keys = sorted(key for key in {**found, **applied} if key != "name" and found.get(key) != applied.get(key))
        if keys:
            raise AirflowFailException(
                "connector %s was given another configuration while its run was waited for (%s): a connector has one "
                "run at a time" % (self.connector, ", ".join(keys)))
        return hook.offsets(self.connector)
