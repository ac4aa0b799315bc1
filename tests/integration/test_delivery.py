"""examples/mwaa/deploy.py against stand-ins for S3 and MWAA: what is delivered, and what becomes of what fails."""

import json

from cwtest import env
from cwtest.gateway import Gateway
from cwtest.mwaa import DAG, LOCK, MANIFEST, DeliveryCase, last_line, run_code

LOCK_CODE = """
from botocore.exceptions import ClientError, EndpointConnectionError
from delivery.errors import DeliveryError
from delivery.lock import Lock

class Bucket:
    # lost: the next request is done, its answer is not heard, and the library sends it once more; deaf: it does not
    value, etag, lost, deaf, away = None, 0, False, False, False

    def write_json(self, key, value, IfMatch=None, IfNoneMatch=None):
        if self.away:
            raise EndpointConnectionError(endpoint_url="s3")
        if (self.value is not None) if IfNoneMatch else (IfMatch != self.etag):
            raise ClientError({"ResponseMetadata": {"HTTPStatusCode": 412}}, "PutObject")
        self.value, self.etag = value, self.etag + 1
        if self.deaf:
            raise EndpointConnectionError(endpoint_url="s3")
        if self.lost:
            self.lost = False
            return self.write_json(key, value, IfMatch, IfNoneMatch)
        return "version", self.etag

    def read_json(self, key):
        return "version", self.etag, self.value

    def delete(self, key):
        self.value = None

bucket = Bucket()
bucket.lost = True
with Lock(bucket, "l", "me") as lock:
    bucket.lost, lock.written = True, lock.written - lock.life_s / 4
    lock.keep()
    print("RENEWED", bucket.etag)
    for bucket.deaf in True, False, True:
        lock.written -= lock.life_s / 4
        lock.keep()
        print("RENEWED", bucket.etag, lock.etag)
print("removed" if bucket.value is None else "left")

bucket.deaf = False
try:
    with Lock(bucket, "l", "me") as lock:
        bucket.away, lock.written = True, lock.written - lock.life_s / 4
        lock.keep()
        print("KEPT")
        bucket.away, bucket.etag, bucket.value = False, 7, dict(bucket.value, token="of another one")
        lock.keep()
except DeliveryError as error:
    print(type(error).__name__, error)
"""


class Delivery(DeliveryCase):
    def test_life(self):
        """First, unchanged, changed, removed, back and further back."""
        site = self.site
        out = site.call("deploy")
        self.assertEqual(last_line(out), "deployed: deployment 1 (4 files written, 0 deleted, environment updated); "
                         "2 DAGs are parsed")
        first = site.assert_consistent()
        self.assertEqual(site.dags(), site.local())
        self.assertEqual(first["expected"], ["one.py", "two.py"])
        before = self.bucket.versions("dags/"), self.bucket.versions(MANIFEST), site.environment()
        out = site.call("deploy")
        self.assertRegex(last_line(out), r"^unchanged: deployment 1 \(.*, tests, 4 files\) is in place, nothing to do$")
        self.assertEqual((self.bucket.versions("dags/"), self.bucket.versions(MANIFEST), site.environment()), before)
        site.write("dags/one.py", DAG % "second")
        site.remove("dags/two.py")
        out = site.call("deploy")
        self.assertEqual(last_line(out), "deployed: deployment 2 (1 files written, 1 deleted); 1 DAGs are parsed")
        self.assertEqual(site.dags(), site.local())
        second = site.assert_consistent()
        self.assertEqual(second["dags"]["dags/part/common.py"], first["dags"]["dags/part/common.py"])
        site.write("plugins/ours/__init__.py", "WORDS = 2\n")
        out = site.call("deploy")
        self.assertEqual(last_line(out), "deployed: deployment 3 (0 files written, 0 deleted, environment updated); "
                         "1 DAGs are parsed")
        self.assertIn("the environment is UPDATING", out)
        self.assertEqual(site.assert_consistent()["pinned"]["Requirements"], first["pinned"]["Requirements"])
        site.call("rollback")
        fourth = site.assert_consistent()
        self.assertEqual((fourth["number"], fourth["pinned"], fourth["dags"]), (4, second["pinned"], second["dags"]))
        site.call("rollback")
        fifth = site.assert_consistent()
        self.assertEqual({key: entry["sha256"] for key, entry in fifth["dags"].items()},
                         {key: entry["sha256"] for key, entry in first["dags"].items()})
        self.assertIn(DAG % "first", site.dags()["dags/two.py"])
        out = site.call("rollback", status=2)
        self.assertEqual(last_line(out), "FAILED: there is no deployment before deployment 5")

    def test_an_update_that_fails(self):
        self.deployed()
        good = self.site.dags(), self.bucket.versions(), self.site.environment()["PluginsS3ObjectVersion"]
        self.site.arrange(fail=["no module named ours", "UPDATE_FAILED"])
        self.site.write("plugins/ours/__init__.py", "WORDS = 3\n")
        self.site.write("dags/one.py", DAG % "needs three")
        out = self.site.call("deploy", status=1)
        self.assertIn("FAILED: the environment could not be updated: no module named ours (INCORRECT_CONFIGURATION); "
                      "nothing was changed, deployment 1 (", last_line(out))
        self.assertEqual(self.site.dags(), good[0])
        self.assertEqual(self.site.environment()["PluginsS3ObjectVersion"], good[2])
        self.site.assert_consistent()
        self.site.arrange(fail=None)
        uploaded = self.bucket.versions("plugins.zip")
        self.assertNotEqual(uploaded["plugins.zip"], good[2])
        self.deployed()
        self.assertEqual(self.bucket.versions("plugins.zip"), uploaded, "what is there is not uploaded again")
        self.site.arrange(fail=["the database is away", "UNAVAILABLE"])
        self.site.write("requirements.txt", "nothing\n")
        out = self.site.call("deploy", status=4)
        self.assertIn("is UNAVAILABLE: the database is away", last_line(out))

    def test_dags_that_airflow_does_not_parse(self):
        self.deployed()
        good = self.site.dags()
        self.site.arrange(gone=["three.py"])
        self.site.write("dags/three.py", DAG % "third")
        self.site.write("dags/one.py", DAG % "second")
        self.site.write("plugins/ours/__init__.py", "WORDS = 3\n")
        out = self.site.call("deploy", "--smoke-timeout", "0.3", status=1)
        self.assertRegex(last_line(out), r"^FAILED: after \d+ s: three.py was not parsed or has no DAG; deployment 1 "
                         r"\(.*\) is in place again$")
        self.assertEqual(self.site.dags(), good)
        self.assertEqual(self.site.assert_consistent()["number"], 1)
        self.site.remove("dags/three.py")
        # Airflow has the file's DAG, but of the file as it was.
        self.site.arrange(stale=["one.py"])
        out = self.site.call("deploy", "--smoke-timeout", "0.3", status=4)
        self.assertRegex(last_line(out), r"^FAILED: after \d+ s: one.py was not parsed; and deployment 1 \(.*\) could "
                         r"not be put back: after \d+ s: one.py was not parsed$")
        self.site.arrange(stale=[])
        self.deployed()

    def test_answers_that_are_lost(self):
        """While it waits, it asks again: a good deployment is not taken back for a connection."""
        self.site.arrange(lost={"environments": 2, "restapi": 3})
        out = self.site.call("deploy", AWS_MAX_ATTEMPTS="1")
        self.assertIn("deployed: deployment 1 (", last_line(out))
        self.assertIn("the environment is not to be seen (Connection was closed before we received a valid response from "
                      "endpoint URL", out)
        self.assertIn("Airflow does not answer: Connection was closed", out)
        self.site.assert_consistent()

    def test_a_lock_whose_renewal_is_lost(self):
        """The request was perhaps done: what is there is looked at before anybody else is suspected."""
        self.assertEqual(run_code(LOCK_CODE), (
            0, "RENEWED 2\nRENEWED 3 2\nRENEWED 4 4\nRENEWED 5 4\nremoved\nKEPT\nNeedsCare another delivery has taken the lock l over\n"))

    def gate(self, key, then):
        """An S3 that does not take that object; then(): what happens at the first time."""
        done = []

        def check(handler, _):
            if handler.command != "PUT" or not handler.path.partition("?")[0].endswith(key) or done:
                return None
            done.append(True)
            return then()
        return Gateway(self, int(env.AWS.rpartition(":")[2]), check, whole=True).url

    def test_a_failure_in_the_middle(self):
        self.deployed()
        good = self.site.dags()
        for name in ("one", "two", "zoo"):
            self.site.write("dags/%s.py" % name, DAG % "second")
        url = self.gate("/dags/two.py", lambda: (403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"))
        out = self.site.call("deploy", status=1, AWS_ENDPOINT_URL_S3=url)
        self.assertIn("dags/one.py: written", out)
        self.assertRegex(last_line(out), r"^FAILED: PutObject: no \(AccessDenied\); deployment 1 \(.*\) is in place "
                         "again$")
        self.assertEqual(self.site.dags(), good)
        self.site.assert_consistent()
        self.assertIn("unchanged: ", self.unchanged(good))
        self.deployed()

    def unchanged(self, files):
        """What the last good files are answered with."""
        now = self.site.local()
        for key, text in files.items():
            self.site.write(key, text)
        for key in now.keys() - files.keys():
            self.site.remove(key)
        out = self.site.call("deploy")
        for key, text in now.items():
            self.site.write(key, text)
        return last_line(out)

    def test_killed_in_the_middle(self):
        self.deployed()
        for name in ("one", "two"):
            self.site.write("dags/%s.py" % name, DAG % "second")
        killed = []
        url = self.gate("/dags/two.py", lambda: killed[0].kill() or (503, b""))
        killed.append(self.site.begin("deploy", AWS_ENDPOINT_URL_S3=url))
        killed[0].wait(20)
        self.assertEqual(self.bucket.json(MANIFEST)["number"], 1)
        self.assertEqual(self.site.dags()["dags/one.py"], DAG % "second")
        out = self.site.call("deploy", status=3)
        self.assertRegex(last_line(out), r"^FAILED: another delivery is at work: .*, seen \d+ s ago; if it was killed, "
                         r"its lock ends in \d+ s$")
        # As if that time was over.
        self.bucket.put(LOCK, json.dumps(dict(self.bucket.json(LOCK), life_s=0)).encode())
        # Not what the killed one wanted: it has not changed the manifest, and bucket and manifest do not fit.
        for name in ("one", "two"):
            self.site.write("dags/%s.py" % name, DAG % "first")
        self.deployed()
        self.assertEqual(self.bucket.json(MANIFEST)["number"], 2)
