"""Operators and a deferrable sensor for connect-worker, the Kafka Connect-style worker.

Copy the package into Airflow's plugins folder (MWAA: plugins.zip), or install it with pip from the folder above.
"""

from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.operators import (ApplyConnectorOperator, CheckConnectorOperator, PauseConnectorOperator,
                                              ResumeConnectorOperator, RunConnectorOperator)
from connect_worker_airflow.sensors import ConnectorStateSensor
from connect_worker_airflow.triggers import ConnectorStateTrigger

__all__ = ["ApplyConnectorOperator", "CheckConnectorOperator", "ConnectWorkerHook", "ConnectorStateSensor",
           "ConnectorStateTrigger", "PauseConnectorOperator", "ResumeConnectorOperator", "RunConnectorOperator"]
