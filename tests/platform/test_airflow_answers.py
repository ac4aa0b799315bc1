"""What the DAGs and connect_worker_airflow make of answers that a worker of the tests gives seldom or never."""

import json
import ssl

from cwtest.airflow import Airflow, Home, connection
from cwtest.case import TestCase
from cwtest.gateway import Gateway
from cwtest.pki import Pki

TASKS = 5000  # of a status that takes a while to be read

# The provider's asynchronous hook is another one in each generation, so nobody may need it.
TOLD = """
import asyncio
import airflow.providers.http.hooks.http as http
del http.HttpAsyncHook
from connect_worker_airflow import ConnectorStateTrigger

async def events(trigger):
    return [event.payload async for event in trigger.run()]

for conn_id in "plain", "tls":
    (told,) = asyncio.run(events(ConnectorStateTrigger("c", "COMPLETED", 1e12, conn_id, 0, 0)))
    print("TOLD", conn_id, told["outcome"], told["message"].count("COMPLETED"), told["message"][:900])
"""

PATIENCE = """
import asyncio
from airflow.exceptions import AirflowException, AirflowFailException
from connect_worker_airflow import ConnectorStateSensor, ConnectorStateTrigger, RunConnectorOperator
from connect_worker_airflow import sensors
from connect_worker_airflow.hook import ConnectWorkerHook
from connect_worker_airflow.watch import Patience

def status(state):
    return {"name": "c", "connector": {"state": state}, "tasks": [], "summary_state": state}

class Hook(ConnectWorkerHook):
    # None: no answer; another text than a state: what is refused.
    def __init__(self, *states):
        super().__init__()
        self.states = list(states)

    def status(self, connector):
        state = self.states.pop(0)
        if state is None:
            raise AirflowException("away")
        if not state.isupper():
            raise AirflowFailException(state)
        return status(state)

def tried(name, function, *args):
    try:
        print(name, function(*args))
    except AirflowException as error:
        print(name, type(error).__name__, error)

clock = iter([100, 100, 159, 200, 200, 260]).__next__
patience = Patience(60, clock)
looks = [patience.is_lost(), patience.is_lost()]
patience.answered()
print("PATIENCE", *looks, patience.is_lost(), patience.is_lost())

class Told(ConnectorStateTrigger):
    def __init__(self, patience, *states):
        super().__init__("c", "COMPLETED", 1e12, "connect_worker", 0, patience)
        self.asked = Hook(*states)

    def hook(self):
        return self.asked

async def outcome(trigger):
    return [(event.payload["outcome"], event.payload["message"]) async for event in trigger.run()][0]

STATES = (None, "RUNNING", None, None, "COMPLETED")
for seconds in 60, 0:
    trigger = Told(seconds, *STATES)
    tried("TRIGGER", lambda: asyncio.run(outcome(trigger)))
    assert trigger.serialize()[1]["patience"] == seconds
    run = RunConnectorOperator(task_id="run", connector="c", config={}, poke_interval=0, patience=seconds)
    tried("RUN", run.wait, Hook(*STATES))
tried("REFUSED", run.wait, Hook("no connector"))
tried("REFUSED", lambda: asyncio.run(outcome(Told(60, "RUNNING", "no connector"))))

def poked(seconds, *states):
    hook = Hook(*states)
    sensors.ConnectWorkerHook = lambda _: hook
    sensor = ConnectorStateSensor(task_id="wait", connector="c", patience=seconds)
    return [sensor.poke({}) for _ in states]

tried("SENSOR", poked, 60, "RUNNING", None, "COMPLETED")
tried("SENSOR", poked, 0, "RUNNING", None, "COMPLETED")
tried("SENSOR", poked, 60, None)
"""

CONFIGURATIONS = """
from types import SimpleNamespace
from airflow.exceptions import AirflowException
from connect_worker_airflow import ConnectWorkerHook, RunConnectorOperator

print("TEXTS", ConnectWorkerHook.texts("c", {"a": True, "b": 1, "c": 0.5, "d": "None"}))

def tried(name, function, *args):
    try:
        print(name, function(*args))
    except AirflowException as error:
        print(name, type(error).__name__, error)

tried("NONE", ConnectWorkerHook.texts, "c", {"index": None})
tried("DICT", ConnectWorkerHook.texts, "c", {"index": {}})

run = RunConnectorOperator(task_id="run", connector="c", config={})
def ended(**config):
    hook = SimpleNamespace(config=lambda _: {"name": "c", **config}, offsets=lambda _: ["offsets"])
    return run.result(hook, {"topic": "t", "count": "1"})

tried("OURS", lambda: ended(topic="t", count="1"))
tried("OTHERS", lambda: ended(topic="t", count="2", more="x"))
"""

STATUSES = """
from types import SimpleNamespace
import access_logs
import connect_http
from airflow.exceptions import AirflowException, AirflowFailException
from connect_worker_airflow.hook import passes

def kind(status):
    request = SimpleNamespace(method="GET", path_url="/")
    response = SimpleNamespace(status_code=status, ok=False, json=dict, request=request)
    try:
        connect_http.accepted(response)
    except AirflowException as error:
        return not isinstance(error, AirflowFailException)

retry = access_logs.DAG_DEFAULTS["default_args"]["retry_delay"]
print("WAITS", int(connect_http.wait("c").retries * retry.total_seconds()))
statuses = (400, 401, 404, 408, 409, 422, 425, 429, 500, 503)
print("HOOK", *[status for status in statuses if passes(status)])
print("DAGS", *[status for status in statuses if kind(status)])
"""


class Answers(TestCase):
    DEADLINE = 300

    @classmethod
    def setUpClass(cls):
        cls.template = Home()
        cls.addClassCleanup(cls.template.remove)

    def lines(self, code, **environ):
        away = "http://127.0.0.1:1"
        return Airflow(self, self.template, away, away).python(code, **environ).splitlines()

    def test_what_the_trigger_reads(self):
        """A long status, and one of a worker whose certificate is of a private authority: as the operators read it."""
        pki = Pki(self.dir)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pki.issue("worker", "/CN=worker", "serverAuth"))
        tasks = [{"id": i, "state": "COMPLETED", "worker_id": "127.0.0.1:8083"} for i in range(TASKS)]
        status = json.dumps({"name": "c", "connector": {"state": "RUNNING"}, "tasks": tasks,
                             "summary_state": "COMPLETED"}).encode()
        plain, secure = (Gateway(self, 0, lambda *_: (200, status), tls=context).url for context in (None, tls))
        trusting = {**json.loads(connection(secure)), "extra": {"verify": pki.certificate}}
        # Where the machine's own environment names authorities, those count and not the connection's.
        lines = self.lines(TOLD, AIRFLOW_CONN_PLAIN=connection(plain), AIRFLOW_CONN_TLS=json.dumps(trusting),
                           REQUESTS_CA_BUNDLE="", CURL_CA_BUNDLE="")
        told = [line for line in lines if line.startswith("TOLD ")]
        for line, name in zip(told, ("plain", "tls"), strict=True):
            self.assertIn("TOLD %s reached %d connector c: " % (name, TASKS), line)

    def test_a_worker_that_is_away_for_a_moment(self):
        """Nobody who has begun a run or has seen an answer gives it up for that."""
        lines = self.lines(PATIENCE)
        self.assertIn("PATIENCE False False False True", lines)
        found = [line for line in lines if line.split(" ")[0] in ("TRIGGER", "RUN", "REFUSED", "SENSOR")]
        self.assertEqual(found, [
            "TRIGGER ('reached', 'connector c: the connector is COMPLETED')", "RUN None",
            "TRIGGER ('error', 'the status of connector c cannot be read: away')", "RUN AirflowException away",
            "REFUSED AirflowFailException no connector", "REFUSED ('failed', 'no connector')",
            "SENSOR [False, False, True]", "SENSOR AirflowException away", "SENSOR AirflowException away"])

    def test_configurations(self):
        """What has no text of its own is not sent, and what somebody else has configured is not one's own run."""
        lines = self.lines(CONFIGURATIONS)
        self.assertIn("TEXTS {'a': 'true', 'b': '1', 'c': '0.5', 'd': 'None'}", lines)
        refused = "AirflowFailException the configuration of connector c needs a text, a number or a boolean as index, not "
        self.assertIn("NONE %sNone" % refused, lines)
        self.assertIn("DICT %sa dict" % refused, lines)
        self.assertIn("OURS ['offsets']", lines)
        self.assertIn("OTHERS AirflowFailException connector c was given another configuration while its run was waited for "
                      "(count, more): a connector has one run at a time", lines)

    def test_statuses_that_pass(self):
        lines = self.lines(STATUSES)
        for who in ("HOOK", "DAGS"):
            self.assertIn(who + " 408 409 425 429 500 503", lines)
        self.assertIn("WAITS 60", lines)
