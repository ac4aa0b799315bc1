"""A store in trouble: what becomes of each kind, and how little the sink presses it meanwhile.

Each test ends with a comparison of every record with every document."""

import os
import signal
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Devstore
from cwtest.rest import Rest
from cwtest.search import Search

LINES = 10000
# What is promised, with --long; an ordinary run grants more to a machine that is busy.
BACK_S = 2 if env.LONG else 6
METRICS_S = 1  # between two of them


class Stores(TestCase):
    """One task, a topic of four partitions, and development stores."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("store", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = "store"
        self.sink = env.unique("sink")  # a consumer group that no earlier test has left behind
        self.worker = self.worker(properties={"task.restart.attempts.max": None, "task.restart.delay.ms": "100"})
        self.rest = self.worker.rest

    def produce(self, **more):
        self.rest.create("src", pipeline.source(self.topic, LINES, **more))
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=120)
        self.records = pipeline.lines_by_id(self.topic)
        self.assertEqual(len(self.records), LINES)

    def create(self, url, connector=None, **more):
        self.rest.create(connector or self.sink,
                         pipeline.sink(self.topic, url, self.index, batch_size=500, template_enable="false", **more))

    def handled(self, connector=None, seconds=90):
        pipeline.assert_settled(self, self.rest, connector or self.sink, seconds, read=LINES, indexed=LINES)

    def assert_all(self, *stores, connector=None):
        """Every record is a document, in one of the stores, and there is nothing else."""
        found = {}
        for store in stores:
            found.update(pipeline.documents(Search(store.url), self.index, self.topic))
        self.assertEqual(pipeline.difference(self.records.items(), found.items()), "")
        self.assertEqual(self.rest.task_states(connector or self.sink), ["RUNNING"])


class Peace(Stores):
    """Development stores that take nothing for a while: how often they are asked meanwhile, how soon they are used again."""

    SECONDS = 20
    # At most so many requests; what becomes of each.
    TROUBLE = {"unavailable": (40, {"status_503": 1}), "later": (10, {"status_503": 1, "retry_after": 5}),
               "busy": (40, {"status_429": 1}), "busy-items": (40, {"item_429": 1}), "blocked": (40, {"item_403": 1}),
               "malformed": (40, {"malformed": 1}), "reset": (40, {"reset": 1})}

    def requests(self):
        return {word: Rest(store.port).get("/_faults")["counters"]["requests"] for word, store in self.stores.items()}

    def asked(self):
        """The numbers of requests, over the time."""
        env.wait_for(lambda: min(self.requests().values()) > 0, 30, "the first requests")
        numbers, end = [], time.monotonic() + self.SECONDS

        def looked():
            numbers.append(self.requests())
            return time.monotonic() > end

        env.wait_for(looked, self.SECONDS * 2, "the trouble is over", 0.1)
        return numbers

    def used_again(self):
        """Store → seconds until it has documents, from the end of the trouble."""
        back, end = {}, time.monotonic()
        for store in self.stores.values():
            Rest(store.port).expect(200, "DELETE", "/_faults")

        def all_are_back():
            for word, store in self.stores.items():
                if word not in back and Search(store.url).count(self.index) > 0:
                    back[word] = round(time.monotonic() - end, 1)
            return len(back) == len(self.stores)

        env.wait_for(all_are_back, 30, lambda: "documents in all stores, not only in these: %s" % back, 0.05)
        return back

    @deadline(200)
    def test_stores_in_trouble(self):
        self.produce()
        self.stores = {word: Devstore(self, word).start() for word in self.TROUBLE}
        for word, (_, faults) in self.TROUBLE.items():
            Rest(self.stores[word].port).expect(200, "POST", "/_faults", faults)
            self.create(self.stores[word].url, word)
        numbers = self.asked()
        note("requests in %d s: %s" % (self.SECONDS, numbers[-1]))
        for word, (most, _) in self.TROUBLE.items():
            half, all_of_them = numbers[len(numbers) // 2][word], numbers[-1][word]
            self.assertLessEqual(all_of_them, most, word)
            self.assertGreaterEqual(half, all_of_them - half, "pauses do not shrink: " + word)
            self.assertEqual(self.rest.task_states(word), ["RUNNING"])
            retry = self.rest.status(word)["tasks"][0].get("retry", {})
            self.assertEqual(retry.get("stage"), "TASK_PUT", word)
            self.assertTrue(retry["attempt"] >= 1 and retry["cause"] and retry["next_attempt_at"], (word, retry))
        back = self.used_again()
        note("used again after (s): %s" % back)
        for word, (_, faults) in self.TROUBLE.items():
            self.assertLess(back[word], BACK_S + faults.get("retry_after", 0), word)
            self.handled(word)
            self.assert_all(self.stores[word], connector=word)


class Trouble(Stores):
    """A connect-devstore that does not do all that it is asked."""

    def setUp(self):
        super().setUp()
        self.store = Devstore(self).start()
        self.control = Rest(self.store.port)

    @deadline(150)
    def test_a_third_of_the_items_429(self):
        """With --long for a minute, and with the pauses that a sink makes by itself."""
        self.control.expect(200, "POST", "/_faults", {"item_429": 0.3, "item_403": 0.05, "seed": env.SEED})
        self.create(self.store.url, **({} if env.LONG else {"retry_backoff_ms": 1}))
        self.produce(**({"rate": LINES // 60} if env.LONG else {}))
        self.handled()
        struck = self.control.get("/_faults")["counters"]
        self.assertGreater(struck["item_429"], LINES // 5)
        # what was taken was not sent again
        self.assertEqual(int(self.rest.metrics().sum("connect_worker_task_documents_present_total", connector=self.sink)), 0)
        self.assert_all(self.store)

    @deadline(150)
    def test_answers_after_the_timeout(self):
        """The work was done each time: what is sent again is there already."""
        self.produce()
        self.control.expect(200, "POST", "/_faults", {"late_ms": 1500, "late_share": 0.3, "seed": env.SEED})
        self.create(self.store.url, read_timeout_ms=1000)
        self.handled()
        self.assertGreater(self.control.get("/_faults")["counters"]["late"], 0)
        self.assert_all(self.store)


class Nodes(Stores):
    """Two stores, which know nothing of each other, as nodes of one."""

    @deadline(150)
    def test_one_of_two_dies_and_returns(self):
        files = [self.dir + "/a.db", self.dir + "/b.db"]
        first, second = (Devstore(self, name, ["--data=" + path]).start() for name, path in zip(("a", "b"), files))
        self.create(first.url + "," + second.url)
        config = pipeline.source(self.topic, LINES, rate=2000)
        self.rest.create("src", config)

        def count(store):
            return Search(store.url).count(self.index)

        env.wait_for(lambda: count(first) > 500 and count(second) > 500, 30, "both get documents", 0.1)
        second.kill()
        before = count(first)
        env.wait_for(lambda: count(first) > before + 4000, 10, "the other gets all", 0.1)
        second.start()
        there = count(second)
        env.wait_for(lambda: count(second) > there, 40, "it gets documents again", 0.1)
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.handled()
        pipeline.assert_topic(self, self.topic, config)
        self.records = pipeline.lines_by_id(self.topic)
        self.assert_all(first, second)


class RealStore(Stores):
    """OpenSearch refuses documents for real."""

    def setUp(self):
        super().setUp()
        self.index = self.drop(self.opensearch, env.unique("store"))

    def documents_written(self):
        return pipeline.counters(self.rest, self.sink)["indexed"]

    def blocked(self, block, release, seconds):
        """Lines flow while the index is blocked, and all are indexed once it is not: so many seconds after release()."""
        self.create(env.OPENSEARCH)
        self.rest.create("src", pipeline.source(self.topic, 0, rate=LINES // 10))
        env.wait_for(lambda: self.documents_written() > 0, 30, "documents flow")
        block()
        env.wait_for(lambda: "read-only" in self.worker.log, 60, "the task says why it waits", 0.2)
        taken, count = self.documents_written(), kafka.count(self.topic)
        env.wait_for(lambda: kafka.count(self.topic) > count + LINES // 5, 30, "lines flow on", 0.2)
        self.assertEqual(self.rest.task_states(self.sink), ["RUNNING"])
        release()
        env.wait_for(lambda: self.documents_written() > taken + LINES // 10, seconds, "documents flow again")
        self.rest.action("src", "stop")
        self.rest.wait_state("src", connector="STOPPED", n=0)
        total = kafka.count(self.topic)
        pipeline.assert_settled(self, self.rest, self.sink, 90, read=total, indexed=total)
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index, self.topic), total)

    @deadline(150)
    def test_a_block_is_set_and_released(self):
        def set_block(value):
            self.opensearch.call("PUT", "/%s/_settings" % self.index, {"index.blocks.read_only_allow_delete": value})

        self.blocked(lambda: set_block(True), lambda: set_block(None), BACK_S + METRICS_S)

    @deadline(300)
    def test_the_disk_floods(self):
        """OpenSearch blocks its indices itself, and releases them."""
        if not env.LONG:
            self.skipTest("OpenSearch looks at its disk every ten seconds: only with --long")

        def set_watermarks(share):
            prefix = "cluster.routing.allocation.disk."
            self.opensearch.call("PUT", "/_cluster/settings", {"transient": {
                prefix + "watermark.low": share, prefix + "watermark.high": share, prefix + "watermark.flood_stage": share,
                prefix + "threshold_enabled": share and True, "cluster.info.update.interval": share and "10s"}})

        def dry():
            set_watermarks(None)
            self.opensearch.call("PUT", "/_cluster/settings", {"persistent": {"cluster.blocks.create_index": None}})
            self.opensearch.call("PUT", "/_all/_settings", {"index.blocks.read_only_allow_delete": None})

        self.addCleanup(dry)
        self.blocked(lambda: set_watermarks("0.1%"), lambda: set_watermarks("99.99%"), 60)

    @deadline(200)
    def test_mapping_conflicts(self):
        """Documents that do not fit the index, and kill -9 meanwhile: each is a dead letter once, with the reason."""
        self.opensearch.call("PUT", "/" + self.index, {"mappings": {"properties": {"size": {"type": "short"}}}})
        dead = env.unique("dead")
        self.addCleanup(kafka.delete, dead)
        self.create(env.OPENSEARCH, errors_tolerance="all", errors_deadletterqueue_topic_name=dead,
                    errors_deadletterqueue_topic_replication_factor=1, errors_deadletterqueue_context_headers_enable="true")
        self.rest.create("src", pipeline.source(self.topic, LINES, rate=LINES // 5))
        for share in (5, 3, 2):
            env.wait_for(lambda s=share: self.opensearch.count(self.index) > LINES // s // 2, 60, "documents flow", 0.1)
            host = self.worker.host(self.sink)
            os.kill(host, signal.SIGKILL)
            env.wait_for(lambda h=host: self.worker.hosts().get(self.sink, h) != h, 20, "the next host")
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        env.wait_for(lambda: sum(kafka.committed("connect-" + self.sink, self.topic).values()) == LINES, 60,
                     "all is committed", 0.2)
        letters = kafka.hex_records(dead)
        note("%d of %d do not fit" % (len(letters), LINES))
        self.assertGreater(len(letters), LINES // 50)
        found = {doc: fields["raw"] for _, doc, fields in self.opensearch.scan(self.index, ["raw"])}
        self.assertEqual(len(found) + len(letters), LINES)
        for letter in letters:
            told = {name[len("__connect.errors."):]: text.decode() for name, text in letter.headers}
            self.assertRegex(told["exception.message"], "mapper_parsing_exception.*size")
            self.assertEqual(told["stage"], "TASK_PUT")
            found["%s+%s+%s" % (told["topic"], told["partition"], told["offset"])] = letter.value.decode("utf-8", "replace")
        self.assertEqual(pipeline.difference(pipeline.lines_by_id(self.topic).items(), found.items()), "")
