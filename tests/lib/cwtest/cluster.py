"""Three brokers, which a fault test's module starts for itself, and how they are hurt."""

import os
import signal
import time

from . import env, kafka, stack

BROKERS = (1, 2, 3)
SERVICES = ["kafka-%d" % broker for broker in BROKERS]


class Cluster:
    """Takes the place of the one broker, for all that asks env.KAFKA, between start() and stop()."""

    def __init__(self):
        self.one, self.pids = env.KAFKA, {}

    def start(self):
        stack.start(*SERVICES)
        env.KAFKA = env.KAFKA_CLUSTER
        self.find()

    def stop(self):
        env.KAFKA = self.one
        stack.kill(*SERVICES)  # their data are of no use to anybody: they need not say good-bye to each other

    def find(self):
        """Process ids are asked for beforehand, so that a kill is at the moment it is said to be."""
        found = stack.pids()
        self.pids = {broker: found["kafka-%d" % broker] for broker in BROKERS}

    def signal(self, number, *brokers):
        """Sends it; when (monotonic)."""
        for broker in brokers:
            try:
                os.kill(self.pids[broker], number)
            except ProcessLookupError:
                pass
        return time.monotonic()

    def kill(self, *brokers):
        return self.signal(signal.SIGKILL, *brokers)

    def shut(self, *brokers):
        """SIGTERM: a broker hands on what it leads before it goes."""
        return self.signal(signal.SIGTERM, *brokers)

    def freeze(self, *brokers):
        """As when the network to them stalls: connections stay, nothing comes."""
        return self.signal(signal.SIGSTOP, *brokers)

    def thaw(self, *brokers):
        return self.signal(signal.SIGCONT, *brokers)

    def start_again(self):
        """Those that are not there, and waits until they are ready."""
        stack.start(*SERVICES)
        self.find()

    def elect_preferred(self):
        """Every partition goes to the first of its replicas."""
        stack.call("tool", SERVICES[0], "org.apache.kafka.tools.LeaderElectionCommand", "--bootstrap-server", env.KAFKA,
                   "--election-type", "preferred", "--all-topic-partitions")


def coordinator(group, seconds=30):
    """The broker that coordinates the group, which no broker may do just now."""

    def asked():
        try:
            return kafka.coordinator(group)
        except AssertionError:
            return None

    return env.wait_for(asked, seconds, "somebody coordinates group %s" % group, 0.1)
