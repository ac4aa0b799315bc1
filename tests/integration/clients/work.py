"""What people do with kafka-connect-py, a client for Python: work.py URL CONFIG, the JSON of a source's CONFIG."""

import json
import sys
import time

from kafka_connect import KafkaConnect
from requests.exceptions import HTTPError

NAME = "python client"


def expect(found, wanted, what):
    if found != wanted:
        sys.exit("%s: %r, expected %r" % (what, found, wanted))


def wait_state(client, state):
    deadline = time.monotonic() + 30
    while client.get_connector_status(NAME)["connector"]["state"] != state:
        if time.monotonic() > deadline:
            sys.exit("the connector is not %s: %r" % (state, client.get_connector_status(NAME)))
        time.sleep(0.02)


def refused(action, words):
    try:
        action()
    except HTTPError as why:
        text = str(why) + (why.response.text if why.response is not None else "")
        if words not in text:
            sys.exit("%r is not in %s" % (words, text))
        return
    sys.exit("not refused, expected: " + words)


def main():
    client, config = KafkaConnect(sys.argv[1]), json.loads(sys.argv[2])
    expect(sorted(client.get_cluster_info()), ["commit", "kafka_cluster_id", "version"], "cluster info")
    plugins = [plugin["type"] for plugin in client.list_connector_plugins()]
    expect({"sink", "source"} <= set(plugins), True, "plugins")
    found = client.validate_connector_config(config["connector.class"], dict(config, name=NAME))
    expect(found["error_count"], 0, "validation")
    refused(lambda: client.get_connector(NAME), "404")
    expect(client.create_connector({"name": NAME, "config": config})["name"], NAME, "create")
    refused(lambda: client.create_connector({"name": NAME, "config": config}), "409")
    expect(client.list_connectors(), [NAME], "list")
    wait_state(client, "RUNNING")
    expect(client.list_connectors(pattern="python.*", state="running"), [NAME], "those that run")
    expect(list(client.list_connectors(expand="info")), [NAME], "list with expand")
    expect(client.get_connector(NAME)["type"], "source", "type")
    expect(client.update_connector(NAME, dict(config, seed="7"))["config"]["seed"], "7", "update")
    expect(client.get_connector_config(NAME)["seed"], "7", "config")
    client.pause_connector(NAME)
    wait_state(client, "PAUSED")
    client.resume_connector(NAME)
    wait_state(client, "RUNNING")
    while not client.list_connector_tasks(NAME):
        time.sleep(0.02)
    expect(client.get_connector_task_status(NAME, 0)["id"], 0, "task status")
    while client.list_connector_topics(NAME) != {NAME: {"topics": [config["topic"]]}}:
        time.sleep(0.02)
    client.reset_connector_topics(NAME)
    client.restart_connector_task(NAME, 0)
    expect(client.restart_connector(NAME, include_tasks=True)["name"], NAME, "restart with tasks")
    client.restart_connector(NAME)
    client.stop_connector(NAME)
    wait_state(client, "STOPPED")
    expect(client.list_connector_tasks(NAME), [], "tasks of a stopped connector")
    client.delete_connector(NAME)
    expect(client.list_connectors(), [], "list after delete")
    print("done")


if __name__ == "__main__":
    main()
