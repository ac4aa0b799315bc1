"""examples/mwaa/deploy.py against stand-ins: what tests/integration/test_delivery.py has no time for."""

import signal

from cwtest import env
from cwtest.mwaa import DAG, LOCK, MANIFEST, Bucket, DeliveryCase, arrange, last_line


class DeliveryTrouble(DeliveryCase):
    def test_two_at_once_and_interrupted(self):
        self.site.arrange(looks=100000)
        first = self.site.begin("deploy", "--timeout", "60")
        env.wait_for(lambda: "the environment is UPDATING" in first.log, 20, lambda: first.log)
        out = self.site.call("deploy", status=3)
        self.assertIn("another delivery is at work: ", last_line(out))
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(10), 130)
        self.assertIn("FAILED: interrupted (SIGTERM); the next run finishes the work", first.log)
        self.assertIsNone(self.bucket.get(LOCK))
        out = self.site.call("deploy", "--timeout", "0.2", status=4)
        self.assertIn("is still UPDATING after 0 s: run this again to go on from there", last_line(out))
        self.site.arrange(looks=1)
        self.site.end_update()
        self.deployed()

    def test_a_first_deployment_that_fails(self):
        self.bucket.put("dags/old.py", DAG.encode())
        self.site.arrange(gone=["one.py"])
        out = self.site.call("deploy", "--smoke-timeout", "0.3", status=1)
        self.assertIn("; what was there before the first deployment is in place again", last_line(out))
        self.assertEqual(list(self.site.dags()), ["dags/old.py"])
        self.assertIsNone(self.bucket.get(MANIFEST))
        out = self.site.call("rollback", status=2)
        self.assertIn("nothing was deployed into %s yet" % self.bucket.name, last_line(out))

    def test_files_of_the_same_name(self):
        """etl.py is not team/etl.py, neither when one of them goes nor when it has no DAG."""
        for path in ("etl.py", "team/etl.py"):
            self.site.write("dags/" + path, DAG % path)
        self.deployed()
        self.site.remove("dags/etl.py")
        self.deployed()
        self.site.write("dags/etl.py", DAG % "first")
        self.site.arrange(gone=["etl.py"])
        out = self.site.call("deploy", "--smoke-timeout", "0.3", status=1)
        self.assertRegex(last_line(out), r"^FAILED: after \d+ s: etl.py was not parsed or has no DAG; ")

    def test_what_cannot_be_delivered(self):
        self.site.write("dags/bad.py", "def (\n")
        out = self.site.call("deploy", status=2)
        self.assertIn("bad.py in %s/dags is no Python: invalid syntax" % self.dir, last_line(out))
        self.site.remove("dags/bad.py")
        self.site.write("dags/part/.airflowignore", "# a glob\n*.tmp\n")
        out = self.site.call("deploy", status=2)
        self.assertEqual(last_line(out), r"FAILED: line 2 of part/.airflowignore, '*.tmp', is no regular expression: nothing "
                         r"to repeat at position 0; where *.tmp is meant, it has to be \.tmp$")
        self.site.remove("dags/part/.airflowignore")
        out = self.site.call("deploy", "--dry-run")
        self.assertIn("would write   dags/one.py\n", out)
        self.assertIn("would update  the environment's plugins.zip", out)
        out = self.site.call("deploy", "--dags", "/nowhere", status=2)
        self.assertEqual(last_line(out), "FAILED: the folder /nowhere is not there")
        out = self.site.call("deploy", "--environment", "nobody", status=2)
        self.assertEqual(last_line(out), "FAILED: there is no environment nobody in eu-central-1")
        self.assertEqual(self.bucket.versions(), {})
        plain = Bucket(versions=False)
        arrange(plain.name, bucket=plain.name)
        out = self.site.call("deploy", "--environment", plain.name, status=2)
        self.assertEqual(last_line(out), "FAILED: the bucket %s keeps no versions, without which nothing can be taken "
                         "back: enable versioning" % plain.name)
