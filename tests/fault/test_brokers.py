"""Three brokers, of which one or all die, stand still, refuse, or hand on what they lead, while records flow.

Each test ends with a comparison of what the source makes, what is in the topic, and what is in the index. Of some that
resemble each other an ordinary run has the one that the seed chooses."""

import re
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.cluster import BROKERS, Cluster, coordinator
from cwtest.flow import PARTITIONS, Flow
from cwtest.process import Worker

CLUSTER = Cluster()
ALL_GONE_S, ALL_FROZEN_S, ONE_FROZEN_S = (60, 30, 40) if env.LONG else (2, 2, 5)
GONE_S = 5 if env.LONG else 3
# What is promised, with --long; an ordinary run grants more to a machine that has much else to do.
FLOWS_WITHIN_S, BACK_WITHIN_S = (0.5, 5) if env.LONG else (4, 10)
FLOWS_BESIDE_FROZEN_S = 1 if env.LONG else 4
EXACTLY_ONCE = {"exactly.once.source.support": "enabled"}
FAILED = "] failed: "  # of a connector or task


def setUpModule():
    CLUSTER.start()


def tearDownModule():
    CLUSTER.stop()


class Brokers(TestCase):
    def passed(self, moment, seconds):
        """Waits until so much time has passed since the moment."""
        env.wait_for(lambda: time.monotonic() > moment + seconds, seconds + 10, "some time to measure", 0.05)

    def assert_undisturbed(self, flow, moment, seconds, within=FLOWS_WITHIN_S):
        """Records flowed, none twice, and no task failed."""
        before, after = flow.pauses(moment - 1, 1), flow.pauses(moment, seconds)
        note("nothing flowed into the topic for %s, into one partition for %s, into the index for %s" % after)
        note("the second before: %s, %s, %s; %d sent again" % (before + (flow.sent_again(),)))
        self.assertEqual(flow.sent_again(), 0)
        self.assertNotIn(FAILED, flow.worker.log)
        for pause in (after[0], after[2]):
            self.assertLess(pause.seconds, within)

    def assert_back(self, flow, back):
        """Records flowed soon after that."""
        topic = min(t for times in flow.appended().values() for t in times if t > back)
        index = min(t for t, _ in flow.watch.bulks if t > back)
        note("back after %.2f s in the topic and %.2f s in the index; %d sent again" % (
            topic - back, index - back, flow.sent_again()))
        self.assertLess(max(topic, index) - back, BACK_WITHIN_S)
        self.assertNotIn(FAILED, flow.worker.log)


class OneBroker(Brokers):
    """It coordinates the sink's group. Partitions that have nothing on it flow on, and nothing is sent twice.

    A record that is to be on the broker, too, waits until Kafka has noticed, and so does what comes after it on the
    same connection: that is Kafka's own time. So that there are partitions of both kinds, the topic has two replicas
    of three, and one suffices."""

    GONE = ("test_killed", "test_shut_down")

    def flow(self, **more):
        flow = Flow(self, env.OPENSEARCH, **more)
        self.addCleanup(CLUSTER.start_again)
        return flow, coordinator(flow.group)

    @deadline(150)
    def test_frozen(self):
        flow, victim = self.flow(replicas=2, min_insync_replicas=1)
        self.addCleanup(CLUSTER.thaw, victim)
        moment = CLUSTER.freeze(victim)
        self.passed(moment, ONE_FROZEN_S)
        CLUSTER.thaw(victim)
        flow.goes_on()
        flow.ended()
        self.assert_undisturbed(flow, moment, ONE_FROZEN_S, FLOWS_BESIDE_FROZEN_S)

    def gone(self, how):
        """It goes, comes back, and leads and coordinates again what it did before."""
        flow, victim = self.flow(replicas=2, min_insync_replicas=1)
        moment = how(victim)
        self.passed(moment, GONE_S)
        CLUSTER.start_again()
        flow.goes_on()
        moved = time.monotonic()
        CLUSTER.elect_preferred()
        flow.goes_on()
        flow.ended()
        self.assert_undisturbed(flow, moment, GONE_S)
        self.assert_undisturbed(flow, moved, 2)

    @deadline(150)
    def test_killed(self):
        self.seeded("one gone", self.GONE)
        self.gone(CLUSTER.kill)

    @deadline(150)
    def test_shut_down(self):
        self.seeded("one gone", self.GONE)
        self.gone(CLUSTER.shut)

    @deadline(150)
    def test_killed_exactly_once(self):
        """A transaction waits for what the broker has of it."""
        self.seeded()
        flow, victim = self.flow(worker=EXACTLY_ONCE)
        CLUSTER.kill(victim)
        flow.goes_on()
        CLUSTER.start_again()
        flow.goes_on()
        flow.ended()
        self.assertNotIn(FAILED, flow.worker.log)

    @deadline(150)
    def test_frozen_exactly_once(self):
        self.seeded()
        flow, victim = self.flow(worker=EXACTLY_ONCE)
        self.addCleanup(CLUSTER.thaw, victim)
        self.passed(CLUSTER.freeze(victim), ONE_FROZEN_S)
        CLUSTER.thaw(victim)
        # One that wakes up as if it still led may mix up the numbers of a producer's batches: then the task starts
        # again.
        flow.goes_on()
        flow.ended()


class AllBrokers(Brokers):
    """Records flow again soon after they are back, without a hand."""

    AWAY = ("test_killed", "test_killed_exactly_once", "test_frozen")

    def gone(self, **more):
        self.seeded("all away", self.AWAY)
        flow = Flow(self, env.OPENSEARCH, **more)
        self.addCleanup(CLUSTER.start_again)
        self.passed(CLUSTER.kill(*BROKERS), ALL_GONE_S)
        CLUSTER.start_again()
        back = time.monotonic()
        flow.goes_on()
        flow.ended()
        self.assert_back(flow, back)

    @deadline(240)
    def test_killed(self):
        self.gone()

    @deadline(240)
    def test_killed_exactly_once(self):
        self.gone(worker=EXACTLY_ONCE)

    @deadline(240)
    def test_frozen(self):
        self.seeded("all away", self.AWAY)
        flow = Flow(self, env.OPENSEARCH)
        self.addCleanup(CLUSTER.thaw, *BROKERS)
        self.passed(CLUSTER.freeze(*BROKERS), ALL_FROZEN_S)
        back = CLUSTER.thaw(*BROKERS)
        flow.goes_on()
        flow.ended()
        self.assert_back(flow, back)


class Refusals(Brokers):
    KINDS = ("test_for_a_while", "test_of_records", "test_of_records_exactly_once", "test_of_records_that_are_too_long",
             "test_of_members")

    @deadline(150)
    def test_for_a_while(self):
        """Of commits by the group, of records for want of replicas: nothing fails, nothing is sent twice."""
        self.seeded("refusals", self.KINDS)
        flow = Flow(self, env.OPENSEARCH, min_insync_replicas=len(BROKERS))
        self.addCleanup(kafka.permit, "group", flow.group)
        kafka.deny("group", flow.group, "read")
        env.wait_for(lambda: flow.metric("offset_commit_failures_total") > 0, 15, "commits are refused", 0.1)
        kafka.permit("group", flow.group)
        flow.goes_on()
        self.addCleanup(CLUSTER.start_again)
        CLUSTER.kill(next(b for b in BROKERS if b != coordinator(flow.group)))
        # until Kafka has noticed, records wait for the broker; then they are refused
        env.wait_for(lambda: time.monotonic() - flow.watch.bulks[-1][0] > 5, 30, "nothing flows", 0.1)
        self.assertGreater(flow.in_flight(), 0)
        CLUSTER.start_again()
        flow.goes_on()
        flow.ended()
        env.wait_for(lambda: kafka.committed(flow.group, flow.topic) == kafka.end_offsets(flow.topic), 20,
                     lambda: "all is committed: %s of %s" % (
                         kafka.committed(flow.group, flow.topic), kafka.end_offsets(flow.topic)), 0.2)
        self.assertNotIn(FAILED, flow.worker.log)
        self.assertEqual(flow.sent_again(), 0)

    def until_it_fails(self, refuse, permit, word, once, **more):
        """For so long that the task is started again, twice."""
        self.seeded("refusals", self.KINDS)
        flow = Flow(self, env.OPENSEARCH, **more)
        self.addCleanup(permit, flow)
        refuse(flow)
        env.wait_for(lambda: len(re.findall(word, flow.worker.log)) > 1, 40, "a task is started again", 0.05)
        permit(flow)
        flow.goes_on()
        flow.ended(once=once)
        note("%d documents were sent again" % flow.sent_again())

    def records_denied(self, *args, **more):
        self.until_it_fails(lambda flow: kafka.deny("topic", flow.topic, "write"),
                            lambda flow: kafka.permit("topic", flow.topic), *args, **more)

    @deadline(150)
    def test_of_records(self):
        self.records_denied(r"\[src.*task-0\] is started again", once=False)

    @deadline(150)
    def test_of_records_exactly_once(self):
        self.records_denied(r"\[src.*task-0\] starts again", once=True, worker=EXACTLY_ONCE)

    @deadline(150)
    def test_of_records_that_are_too_long(self):
        """All of them, that is, at once."""
        self.until_it_fails(lambda flow: kafka.configure(flow.topic, max_message_bytes=50, **flow.settings),
                            lambda flow: kafka.configure(flow.topic, **flow.settings),
                            r"\[src.*task-0\] is started again", once=False)

    @deadline(150)
    def test_of_members(self):
        """By a group that refuses all its members' requests until their session is over."""
        self.until_it_fails(lambda flow: kafka.deny("group", flow.group, "read"),
                            lambda flow: kafka.permit("group", flow.group), r"\[sink.*task-0\] is started again", once=True)


class Rebalances(Brokers):
    @deadline(150)
    def test_in_the_middle_of_a_request(self):
        """Another worker's tasks join the group and leave it, while requests to the store are under way."""
        flow = Flow(self, env.OPENSEARCH)
        flow.watch.delay_s = 0.7
        other = Worker(self, "other").start()
        other.rest.create(flow.name, flow.sink)

        def shares(*rests):
            return sorted(n for rest in rests for n in flow.partitions(rest))

        env.wait_for(lambda: shares(flow.rest, other.rest) == [1, 1, 2, 2], 40, "each of four has its share", 0.1)
        flow.goes_on()
        self.assertGreater(pipeline.counters(other.rest, flow.name)["read"], 0)
        other.stop()
        env.wait_for(lambda: shares(flow.rest) == [PARTITIONS // 2] * 2, 40, "two have all", 0.1)
        flow.watch.delay_s = 0
        flow.goes_on()
        flow.ended()
        # One that was in the middle of a request finishes and commits it first; only a commit that crosses a new
        # generation of the group is lost.
        note("%d documents were sent again" % flow.sent_again())
        self.assertNotIn(FAILED, flow.worker.log + other.log)
