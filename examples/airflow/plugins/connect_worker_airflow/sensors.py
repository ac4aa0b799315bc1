"""A sensor for the state of a connector and its tasks."""

import time
from datetime import timedelta

from airflow.configuration import conf
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSensorTimeout
from airflow.sensors.base import BaseSensorOperator

from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.status import FAILED, REACHED, describe, verdict
from connect_worker_airflow.triggers import ConnectorStateTrigger
from connect_worker_airflow.watch import PATIENCE_S, Watch

# The trigger tells its lateness itself, with the state; Airflow's own limit is for a triggerer that does not work.
GRACE = timedelta(minutes=5)


def defer_until(operator, connector, state, seconds, note=None):
    """note: what execute_complete finds in its event."""
    operator.defer(
        trigger=ConnectorStateTrigger(connector, state, time.time() + seconds, operator.http_conn_id,
                                      operator.poke_interval, operator.patience, note),
        method_name="execute_complete", timeout=timedelta(seconds=seconds) + GRACE)


def too_late(state, description):
    return "not %s in the time that was given: %s" % (state, description)


def settle(event, state):
    """Returns when the trigger says that the state was reached, else raises what it says."""
    outcome, message = event["outcome"], event["message"]
    if outcome == FAILED:
        raise AirflowFailException(message)
    if outcome == "late":
        raise AirflowFailException(too_late(state, message))
    if outcome != REACHED:
        raise AirflowException(message)


class ConnectorStateSensor(BaseSensorOperator):
    """Waits until a connector and all of its tasks have a state: RUNNING, PAUSED, STOPPED or COMPLETED.

    What has FAILED fails the task, with the trace, unless the worker starts it again by itself. A worker that does not
    answer is asked again, for `patience` seconds once it has answered. deferrable: wait in the triggerer.
    """

    template_fields = ("connector", "http_conn_id")

    def __init__(self, *, connector, state="COMPLETED", http_conn_id=ConnectWorkerHook.default_conn_name,
                 deferrable=conf.getboolean("operators", "default_deferrable", fallback=False), poke_interval=2,
                 patience=PATIENCE_S, **more):
        super().__init__(poke_interval=poke_interval, **more)
        self.connector, self.state, self.http_conn_id, self.deferrable = connector, state, http_conn_id, deferrable
        self.patience = patience
        self.last_seen = self.watch = None

    def poke(self, context):
        self.watch = self.watch or Watch(self.connector, self.patience)
        status = self.watch.status(ConnectWorkerHook(self.http_conn_id))
        if status is None:
            return False
        found, self.last_seen = verdict(status, self.state), describe(status)
        if found == FAILED:
            raise AirflowFailException(self.last_seen)
        self.log.info("%s", self.last_seen)
        return found == REACHED

    def wait_here(self, context):
        try:
            return super().execute(context)
        except AirflowSensorTimeout as error:
            raise AirflowSensorTimeout(too_late(self.state, self.last_seen)) from error

    def execute(self, context):
        if not self.deferrable:
            return self.wait_here(context)
        if not self.poke(context):
            defer_until(self, self.connector, self.state, self.timeout)
        return None

    def execute_complete(self, context, event):
        settle(event, self.state)
