"""Records so large that a few hundred fill the consumer's queue flow as fast as small ones, byte for byte."""

import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, note
from cwtest.process import Devstore
from cwtest.search import Search

COUNT, BYTES = 6000, 8000
# librdkafka before 2.2 looks at a full queue again only after a second; 2 MB are 250 of these records.
SECONDS = 12


class LargeRecords(TestCase):
    def test_a_full_queue_does_not_stop_the_flow(self):
        topic, store, index = kafka.topic("large", 1), Devstore(self).start(), env.unique("large")
        self.addCleanup(kafka.delete, topic)
        line = (b'9.180.123.170 - - [Jan 21 2026, 22:23:40] "GET /contact HTTP/1.1" 404 13444 "https://example.com/'
                + b"x" * BYTES + b'" "Mozilla/5.0"')
        kafka.produce(topic, [line] * COUNT)
        rest = self.worker().rest
        began = time.monotonic()
        rest.create("large", pipeline.sink(topic, store.url, index, include_raw_line="false"))
        search = Search(store.url)
        env.wait_for(lambda: search.count(index) == COUNT, SECONDS,
                     lambda: "%d documents, there are %d" % (COUNT, search.count(index)))
        note("%d records of %d bytes in %.1f s" % (COUNT, len(line), time.monotonic() - began))
