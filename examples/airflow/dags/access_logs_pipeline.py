"""A batch of lines, and then all of them indexed: both halves with the operators of connect_worker_airflow."""

from airflow import DAG
from airflow.decorators import task
from airflow.models.param import Param

from access_logs import DAG_DEFAULTS, MACROS, SINK_CONFIG, SOURCE_CONFIG, check_series, params
from connect_worker_airflow import RunConnectorOperator

with DAG(
    "access_logs_pipeline",
    schedule=None,
    description=__doc__,
    user_defined_macros=MACROS,
    params=params("topic", "index", "source", "sink", "tasks",
                  count=Param(100000, type="integer", minimum=1, description="Lines of this run."),
                  rate=Param(0, type="integer", minimum=0, description="Lines a second; 0: as fast as can be.")),
    **DAG_DEFAULTS,
):

    @task
    def check(offsets, params=None, logical_date=None):
        """Every line of this run's series was acknowledged."""
        check_series(offsets, params, logical_date)

    produce = RunConnectorOperator(task_id="produce", connector="{{ params.source }}", config=SOURCE_CONFIG,
                                   deferrable=True)
    consume = RunConnectorOperator(task_id="consume", connector="{{ params.sink }}", config=SINK_CONFIG,
                                   deferrable=True)
    check(produce.output) >> consume
