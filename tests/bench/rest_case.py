"""REST under load: many connectors, many requests, and clients that never come to the end of theirs."""

import json
import socket
import threading

from benchlib import Wrong, cpu_seconds
from cwtest import env
from cwtest.process import Worker

CONNECTORS, CONNECTIONS, SECONDS = 1000, 16, 4
SLOW_CLIENTS = 200
LIST = "/connectors?expand=status&expand=info"


class SlowClients:
    """Clients that send one byte of a request in a second each, on new connections when the server ends theirs."""

    REQUEST = b"GET /connectors HTTP/1.1\r\nHost: slow\r\nX-Slow: " + b"x" * 4000

    def __init__(self, port, n):
        self.port, self.ended = port, threading.Event()
        self.clients = [[self.connect(), 0] for _ in range(n)]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), 10)
        client.setblocking(False)
        return client

    def run(self):
        while not self.ended.is_set():
            for client in self.clients:
                self.send(client)
                if self.ended.wait(1 / len(self.clients)):
                    break

    def send(self, client):
        try:
            client[0].send(self.REQUEST[client[1]:client[1] + 1])
            client[1] += 1
        except OSError:
            client[0].close()
            client[:] = [self.connect(), 0]

    def close(self):
        self.ended.set()
        self.thread.join()
        for client, _ in self.clients:
            client.close()


def load(bench, worker, path, connections, seconds=SECONDS):
    """The driver's figures, and the worker's share of the cores meanwhile."""
    before = cpu_seconds(worker.pid)
    figures = json.loads(bench.run("http_load", worker.port, path, connections, seconds))
    figures["worker_cpu_s"] = cpu_seconds(worker.pid) - before
    return figures


def create_connectors(worker):
    """Stopped ones: a thousand that ran would be a thousand processes."""
    config = {"connector.class": "SyntheticLogSource", "tasks.max": "1", "records.per.second": "1000"}
    for i in range(CONNECTORS):
        worker.rest.create("connector-%04d" % i, dict(config, topic="topic-%04d" % i), initial_state="STOPPED")
    if len(worker.rest.get("/connectors")) != CONNECTORS:
        raise Wrong("rest: not all connectors are there")


def rest_product(bench):
    worker = Worker(bench, bench.name("rest"), {"plugin.path": env.plugin_dir()}).start()
    create_connectors(worker)
    listing = load(bench, worker, LIST, 1)
    status = load(bench, worker, "/connectors/connector-0500/status", CONNECTIONS)
    slow = SlowClients(worker.port, SLOW_CLIENTS)
    try:
        disturbed = load(bench, worker, "/connectors/connector-0500/status", CONNECTIONS)
    finally:
        slow.close()
    worker.stop()
    return {"list_p50_ms": listing["p50_ms"], "list_p99_ms": listing["p99_ms"], "list_bytes": listing["bytes"],
            "list_cpu_ms": listing["worker_cpu_s"] / listing["requests"] * 1e3,
            "status_rate": status["rate"], "status_p99_ms": status["p99_ms"],
            "status_cpu_us": status["worker_cpu_s"] / status["requests"] * 1e6,
            "slow_rate": disturbed["rate"], "slow_p99_ms": disturbed["p99_ms"]}
