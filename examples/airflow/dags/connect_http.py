"""Steps of DAGs that drive connect-worker over its REST API, made of plain HttpOperator and HttpSensor: no plugin.

The worker is the HTTP connection `connect_worker`. A step that fails says what the worker said. What would fail again
(HTTP 4xx but PASSING, a connector that has FAILED) is not retried; a worker that is away or busy is.
"""

import json
import logging

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.http.sensors.http import HttpSensor
from airflow.utils import timezone
from airflow.utils.trigger_rule import TriggerRule

try:
    from airflow.providers.http.operators.http import HttpOperator
except ImportError:  # apache-airflow-providers-http before 4.11
    from airflow.providers.http.operators.http import SimpleHttpOperator as HttpOperator

WORKER = "connect_worker"
# One request waits so long for a state; the next one goes on waiting. Proxies end requests that take longer.
STEP_S = 20
# What may be another one a moment later: busy, rebalancing, too many requests.
PASSING = (408, 409, 425, 429)
# What the worker says of a state that may still be reached.
IN_TIME = " in the time that was given: "
log = logging.getLogger(__name__)


def reason(response):
    """The sentence of an answer: the worker's and the store's errors are JSON."""
    try:
        body = response.json()
        text = body.get("message") or json.dumps(body.get("error") or body)
    except (ValueError, AttributeError):
        text = response.text
    request = response.request
    return "%s %s: HTTP %d: %s" % (request.method, request.path_url, response.status_code, text.strip()[:2000])


def accepted(response, statuses=()):
    """True for a success and for `statuses`; else raises what the answer says."""
    if response.ok or response.status_code in statuses:
        return True
    passes = response.status_code >= 500 or response.status_code in PASSING
    raise (AirflowException if passes else AirflowFailException)(reason(response))


def step(task_id, method, path, data=None, statuses=(), check=None, connection=WORKER, keep=None, **options):
    """One request.

    statuses: HTTP statuses that are as good as a success. check(response, **context) raises what is wrong with an
    answer. keep(response): what becomes of it as the task's XCom; nothing without it.
    """

    def response_check(response, **context):
        accepted(response, statuses)
        if check:
            check(response, **context)
        return True

    return HttpOperator(
        task_id=task_id, http_conn_id=connection, method=method, endpoint=path, data=data,
        headers={"Content-Type": "application/json"}, response_check=response_check, response_filter=keep,
        extra_options={"check_response": False, "timeout": 2 * STEP_S}, do_xcom_push=keep is not None, **options)


def apply(name, config, task_id="apply"):
    """Makes the connector, or gives it this configuration; one that has it already is left alone."""
    return step(task_id, "PUT", "connectors/%s/config" % name, json.dumps(config))


def action(name, verb, task_id=None, missing=False, method="PUT"):
    """pause, resume or stop; missing: a connector that is not there is no error."""
    return step(task_id or verb, method, "connectors/%s/%s" % (name, verb), statuses=(404,) if missing else ())


def waits_on(text, context):
    """False, for a sensor to ask again; after params.timeout_s raises that the text is still so."""
    limit = context["params"]["timeout_s"]
    # `airflow dags test` notes no start of a task.
    waited = (timezone.utcnow() - (context["ti"].start_date or context["dag_run"].start_date)).total_seconds()
    if waited >= limit:
        raise AirflowFailException("not within %g s (params.timeout_s): %s" % (limit, text))
    log.info("%.0f s of %g s: %s", waited, limit, text)
    return False


def reached(response, **context):
    """Whether the state was reached, which it will not be when something has FAILED for good.

    Of what is started again by itself the worker says only in the end that it was not there in time.
    """
    if response.status_code != 504:
        return accepted(response)
    text = reason(response)
    if " is FAILED" in text and IN_TIME not in text:
        raise AirflowFailException(text)
    return waits_on(text, context)


def wait(name, state="COMPLETED", task_id=None):
    """Waits until the connector and its tasks have that state, at most params.timeout_s seconds.

    Between two requests it takes no place of Airflow's. A worker that is away for a minute, as in an upgrade, is waited
    for: by retries, ten seconds after each other.
    """
    return HttpSensor(
        task_id=task_id or "wait_" + state.lower(), http_conn_id=WORKER, endpoint="connectors/%s/status" % name,
        request_params={"wait": state, "timeout": "{{ [params.timeout_s, %d] | min }}s" % STEP_S},
        response_check=reached, extra_options={"check_response": False, "timeout": 2 * STEP_S}, mode="reschedule",
        poke_interval=1, timeout=7 * 86400, retries=6)


def lag_in(response, connector):
    """Records that the sink's tasks have not read yet, from the worker's metrics."""
    label = 'connector="%s"' % connector
    lags = [float(line.rsplit(" ", 1)[1]) for line in response.text.splitlines()
            if line.startswith("connect_worker_task_consumer_lag{") and label in line]
    if not lags:
        raise AirflowException("the worker has no metrics of a sink %s" % connector)
    return int(sum(lags))


def show_trace(response, **_):
    if response.status_code != 200:
        raise AirflowFailException(reason(response))
    status = response.json()
    for part in [status["connector"]] + status["tasks"]:
        if part.get("trace"):
            log.error("%s: %s", "task %d" % part["id"] if "id" in part else "the connector", part["trace"])
    raise AirflowFailException("a step has failed; the connector %s is %s" % (status["name"], status["summary_state"]))


def trace(name, steps, task_id="trace"):
    """Runs when one of the steps has failed: shows the connector's state and the traces of what FAILED.

    It fails as well: being behind every step, it is what the run's success is judged by.
    """
    task = step(task_id, "GET", "connectors/%s/status" % name, statuses=(404,), check=show_trace,
                trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    steps >> task
    return task


def chained(*steps):
    """Each step after the one before; the steps as a list."""
    for before, after in zip(steps, steps[1:]):
        before >> after
    return list(steps)


def bounded_run(name, config):
    """One run of a connector that ends by itself, from whatever state it was left in.

    Stopped and resumed, it begins its run exactly once, with this configuration. A retry of any step is harmless.
    """
    return chained(action(name, "stop", missing=True), apply(name, config), action(name, "resume"), wait(name))
