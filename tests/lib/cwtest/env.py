"""Where things are in this run: programs, servers, folders, the seed. Set once by runner.py."""

import os
import random
import time

PREFIX = BUILD = LOGS = ""
LONG = False
SEED = 0
PEAK_RSS = None  # bytes that no process of a worker may have had in memory; None: any
AUDIT = False  # whether the books of every connector must add up when its worker is ended
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

KAFKA = os.environ.get("CW_KAFKA", "127.0.0.1:9092")
KAFKA_SASL_SSL = os.environ.get("CW_KAFKA_SASL_SSL", "127.0.0.1:9093")
KAFKA_CLUSTER = os.environ.get("CW_KAFKA_CLUSTER", "127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094")
KAFKA_CA = os.environ.get("CW_KAFKA_CA", "")
KAFKA_PASSWORDS = os.environ.get("CW_KAFKA_PASSWORDS", "")
OPENSEARCH = os.environ.get("CW_OPENSEARCH", "http://127.0.0.1:9200")
CONNECT_PORT = int(os.environ.get("CW_CONNECT_PORT", "18083"))
ELASTICSEARCH = os.environ.get("CW_ELASTICSEARCH", "http://127.0.0.1:9201")
AWS = os.environ.get("CW_AWS", "http://127.0.0.1:15000")
MWAA = os.environ.get("CW_MWAA", "http://127.0.0.1:15001")
MWAA_VENV = os.environ.get("CW_MWAA_VENV", "")
LINTERS = os.environ.get("CW_LINTERS", "")
SCHEMA_REGISTRY = os.environ.get("CW_SCHEMA_REGISTRY", "http://127.0.0.1:18081/apis/ccompat/v7")
AIRFLOW = os.environ.get("CW_AIRFLOW", "http://127.0.0.1:18080")
AIRFLOW_VENV = os.environ.get("CW_AIRFLOW_VENV", "")

POLL_S = 0.02


def program(name):
    """An installed program."""
    return os.path.join(PREFIX, "bin", name)


def plugin_dir():
    """The installed connectors."""
    return os.path.join(PREFIX, "lib", "connect-worker")


def test_plugin_dir():
    """The connectors of tests/connectors, as built."""
    return os.path.join(BUILD, "tests", "connectors", ".libs")


def tool(name):
    """A program of the tests, as built."""
    return os.path.join(BUILD, "tests", "tools", name)


def rng(name):
    """Random choices of one test, the same whenever the seed is the same, whatever else runs."""
    return random.Random("%d/%s" % (SEED, name))


def unique(word):
    """A topic, index or connector name that no other test of this or another run has."""
    return "%s-%x" % (word, random.SystemRandom().getrandbits(40))


def wait_for(condition, seconds, what, poll=POLL_S):
    """The first true value of condition(), asked again and again; AssertionError with what() after that time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError("not within %g s: %s" % (seconds, what() if callable(what) else what))
        time.sleep(poll)
