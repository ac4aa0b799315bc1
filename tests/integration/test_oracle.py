"""What tests/oracle/cases has recorded is still what Kafka Connect's classes do with the cases of tests/oracle."""

import os
import subprocess

from cwtest import env
from cwtest.case import TestCase, deadline


class Oracle(TestCase):
    @deadline(600)
    def test_recorded_cases_are_what_kafka_connect_does(self):
        script = os.path.join(env.TOP, "tests", "oracle", "record.sh")
        done = subprocess.run([script, "--check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
