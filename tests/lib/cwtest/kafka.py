"""Kafka, through tests/tools/kafka_tool."""

import os
import subprocess

from . import env


def run(*args, data=None, brokers=None, options=()):
    command = [env.tool("kafka_tool"), "-b", brokers or env.KAFKA]
    for option in options:
        command += ["-X", option]
    done = subprocess.run(command + [str(a) for a in args], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError("kafka_tool %s: %s" % (" ".join(map(str, args)), done.stderr.decode()))
    return done.stdout


def set_password(test, user, password):
    """A user of SASL/PLAIN who has this password from now on, until the end of the test."""

    def write(lines):
        with open(env.KAFKA_PASSWORDS + ".part", "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in lines)
        os.replace(env.KAFKA_PASSWORDS + ".part", env.KAFKA_PASSWORDS)

    def others():
        with open(env.KAFKA_PASSWORDS, encoding="utf-8") as f:
            return [line for line in f.read().splitlines() if not line.startswith(user + "=")]

    write(others() + ["%s=%s" % (user, password)])
    test.addCleanup(lambda: write(others()))


def create(topic, partitions, *settings):
    run("create", topic, partitions, *settings)
    return topic


def topic(word, partitions, *settings):
    """A new topic with a name of its own."""
    return create(env.unique(word), partitions, *settings)


def delete(name):
    run("delete", name)


def remake(name, partitions):
    """Deletes the topic and creates it again, quicker than anybody can look."""
    run("remake", name, partitions)


def add_partitions(name, total):
    run("partitions", name, total)


def pairs(settings):
    """As the tool takes them; in a key _ stands for a point."""
    return ["%s=%s" % (key.replace("_", "."), value) for key, value in settings.items()]


def configure(name, **settings):
    """The topic has these settings then, and no others."""
    run("configure", name, *pairs(settings))


def deny(kind, name, operation):
    """kind: topic or group; operation: read or write."""
    run("deny", kind, name, operation)


def permit(kind, name):
    run("permit", kind, name)


def leaders(name):
    """Partition → id of the broker that leads it, -1 for none."""
    return {int(p): int(b) for p, b in (line.split() for line in run("leaders", name).splitlines())}


def coordinator(group):
    """The id of the broker that coordinates the group."""
    return int(run("coordinator", group))


def produce(name, lines):
    """lines: byte strings without line ends."""
    run("produce", name, data=b"".join(line + b"\n" for line in lines))


def values(name):
    """The values of the committed records, in no order; none of them may hold a line end."""
    return run("consume", name).split(b"\n")[:-1]


class Record:
    __slots__ = ("partition", "offset", "timestamp", "key", "value")

    def __init__(self, line):
        partition, offset, timestamp, key, self.value = line.split(b"\t", 4)
        self.partition, self.offset, self.timestamp = int(partition), int(offset), int(timestamp)
        self.key = None if key == b"-" else key


def records(name):
    return [Record(line) for line in run("consume", name, "meta").split(b"\n")[:-1]]


class HexRecord:
    """A record of any bytes, and its headers in order."""

    __slots__ = ("partition", "offset", "timestamp", "key", "value", "headers")

    def __init__(self, line):
        partition, offset, timestamp, key, value, *headers = line.split("\t")
        self.partition, self.offset, self.timestamp = int(partition), int(offset), int(timestamp)
        self.key, self.value = self.unhex(key), self.unhex(value)
        self.headers = [(self.unhex(headers[i]).decode(), self.unhex(headers[i + 1])) for i in range(0, len(headers), 2)]

    @staticmethod
    def unhex(field):
        return None if field == "-" else bytes.fromhex(field)


def hex_records(name):
    return [HexRecord(line) for line in run("consume", name, "hex").decode().splitlines()]


def count(name):
    return int(run("count", name))


def end_offsets(name):
    return {int(p): int(high) for p, low, high in (line.split() for line in run("offsets", name).splitlines())}


def committed(group, name):
    """Partition → committed offset, -1 for none."""
    return {int(p): int(o) for p, o in (line.split() for line in run("committed", group, name).splitlines())}


def topics():
    """The names of all topics."""
    return set(run("topics").decode().split())


def settings(name, *keys):
    """Settings of a topic → their values."""
    return dict(line.split("=", 1) for line in run("settings", name, *keys).decode().splitlines())


def forget(name):
    """Deletes the topic, if it is there."""
    if name in topics():
        delete(name)


def restrict(user, prefix):
    """The user may write to topics whose names begin so, and create none. To be released."""
    run("restrict", user, prefix)


def release(user):
    run("release", user)


def groups():
    """All consumer groups that the brokers know."""
    return set(run("groups").decode().split())
