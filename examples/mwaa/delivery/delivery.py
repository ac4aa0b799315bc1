"""Deploys, goes back, and takes back what has failed."""

import datetime

from botocore.exceptions import BotoCoreError, ClientError

from . import manifest
from .bundle import Bundle, Item
from .errors import BadInput, DeliveryError, NeedsCare, reason
from .lock import Lock
from .plan import Planner
from .smoke import Smoke

MANIFEST, LOCK = "delivery/manifest.json", "delivery/lock.json"
DEFAULT_KEYS = {"Plugins": "plugins.zip", "Requirements": "requirements.txt"}
FAILURES = (DeliveryError, BotoCoreError, ClientError, OSError)


class Limits:
    """Seconds: for Airflow to have parsed all; until it surely reads what was delivered; between two looks."""

    def __init__(self, smoke_s, settle_s, smoke_poll_s):
        self.smoke_s, self.settle_s, self.smoke_poll_s = smoke_s, settle_s, smoke_poll_s


class Delivery:
    def __init__(self, bucket, environment, api, limits, say, owner):
        """bucket(name): the Bucket of that name. api: Airflow's REST API, or None when nobody asks it."""
        self.environment, self.api, self.limits, self.say = environment, api, limits, say
        found = environment.get()
        self.bucket = bucket(found["SourceBucketArn"].rpartition(":")[2])
        self.bucket.require_versions()
        self.prefix = found["DagS3Path"].strip("/") + "/"
        self.keys = {kind: found.get(kind + "S3Path") or name for kind, name in DEFAULT_KEYS.items()}
        self.lock = Lock(self.bucket, LOCK, owner)
        environment.keep = self.lock.keep

    def last(self):
        return manifest.read(self.bucket, MANIFEST)

    def history(self):
        return manifest.history(self.bucket, MANIFEST)

    def planner(self, last):
        return Planner(self.bucket, self.keys, self.prefix, last.known if last else {})

    def preview(self, bundle):
        """What deploy would do."""
        return self.planner(self.last()).plan(bundle, self.environment.get())

    def deploy(self, bundle, source):
        """The last line to print."""
        with self.lock:
            last = self.last()
            found = self.environment.wait()
            plan = self.planner(last).plan(bundle, found)
            if plan.empty and last and self.make(last.number, source, bundle, None).same_files(last):
                return "unchanged: %s is in place, nothing to do" % last.text()
            number = last.number + 1 if last else 1
            return "deployed: " + self.attempt(bundle, plan, last, found, number, source, last and last.version)

    def roll_back(self, number=None):
        """To the deployment of that number, or to the one before; the last line to print."""
        with self.lock:
            last = self.last()
            target = self.target(last, number)
            bundle, found = target.bundle(), self.environment.wait()
            plan = self.planner(last).plan(bundle, found)
            source = "%s, as in deployment %d" % (target.value["source"], target.number)
            self.say("back to %s" % target.text())
            return "rolled back: " + self.attempt(bundle, plan, last, found, last.number + 1, source,
                                                  target.value["previous"], dags_first=True)

    def target(self, last, number):
        if last is None:
            raise BadInput("nothing was deployed into %s yet" % self.bucket.name)
        for one in self.history():
            if one.number == number or (number is None and one.version == last.value["previous"]):
                return one
        which = "before deployment %d" % last.number if number is None else "%d" % number
        raise BadInput("there is no deployment " + which)

    def attempt(self, bundle, plan, last, found, number, source, previous, dags_first=False):
        """Does what is planned; when that fails, puts back what was there and raises why."""
        before = last.bundle() if last else self.snapshot(found)
        try:
            self.execute(plan, dags_first)
            dags = self.smoke(bundle, plan.deletes)
            self.make(number, source, bundle, previous).write(self.bucket, MANIFEST)
        except NeedsCare:
            raise
        except FAILURES as error:
            self.take_back(before, last, error)
        seen = "" if dags is None else "; %d DAGs are parsed" % len(dags)
        return "deployment %d (%s)%s" % (number, plan.text(), seen)

    def snapshot(self, found):
        """What is there before the first deployment."""
        pinned = [found.get(kind + "S3ObjectVersion") for kind in ("Plugins", "Requirements")]
        return Bundle({key: Item(version=version) for key, version in self.bucket.versions(self.prefix)},
                      *[version and Item(version=version) for version in pinned])

    def execute(self, plan, dags_first):
        steps = [self.pin, self.sync]
        for step in reversed(steps) if dags_first else steps:
            step(plan)

    def pin(self, plan):
        """Objects that the environment does not name yet change nothing."""
        for kind, item in plan.uploads.items():
            item.version = self.bucket.put(self.keys[kind], item)
            self.say("%s: uploaded" % self.keys[kind])
        if not plan.pins:
            return
        self.say("updating the environment %s: %s" % (self.environment.name, " and ".join(
            "%s version %s" % (self.keys[kind], item.version) for kind, item in plan.pins.items())))
        versions = {}
        for kind, item in plan.pins.items():
            versions[kind + "S3Path"] = self.keys[kind]
            versions[kind + "S3ObjectVersion"] = item.version
        self.environment.update(versions)

    def sync(self, plan):
        # What a new DAG imports is there before it, and what an old one imports as long as it is.
        for key in sorted(plan.writes, key=lambda key: (not key.endswith(".airflowignore"), key)):
            plan.writes[key].version = self.bucket.put(key, plan.writes[key])
            self.say("%s: written" % key)
            self.lock.keep()
        for key in plan.deletes:
            self.bucket.delete(key)
            self.say("%s: deleted" % key)
            self.lock.keep()

    def smoke(self, bundle, deleted):
        """The names of the DAGs; None when nobody is asked."""
        if self.api is None or not bundle.expected:
            return None
        self.bucket.require_versions()  # for the bucket's time
        since = self.bucket.now + datetime.timedelta(seconds=self.limits.settle_s)
        gone = [key[len(self.prefix):] for key in deleted if key.endswith(".py")]
        smoke = Smoke(self.api, bundle.expected, gone, since)
        return smoke.wait(self.limits.smoke_s, self.limits.smoke_poll_s, self.say, self.lock.keep)

    def make(self, number, source, bundle, previous):
        """The manifest of a bundle that is in place."""
        pinned = {kind: (self.keys[kind], item) for kind, item in bundle.pinned().items() if item is not None}
        time = self.bucket.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return manifest.make(number, time, source, bundle, pinned, previous)

    def take_back(self, before, last, error):
        self.say("failed: %s" % reason(error))
        place = last.text() if last else "what was there before the first deployment"
        try:
            changed = self.put_back(before, last, place)
        except FAILURES as second:
            raise NeedsCare("%s; and %s could not be put back: %s" % (reason(error), place, reason(second))) from error
        now = "%s is in place again" if changed else "nothing was changed, %s is in place"
        raise DeliveryError("%s; %s" % (reason(error), now % place)) from error

    def put_back(self, before, last, place):
        """Whether there was something to put back. What an environment had no version of before, it keeps."""
        plan = self.planner(last).plan(before, self.environment.wait())
        if plan.empty:
            return False
        self.say("putting back %s" % place)
        self.execute(plan, dags_first=True)
        self.smoke(before, plan.deletes)
        if last:
            # The files are the same, their versions are new.
            self.make(last.number, last.value["source"], before, last.value["previous"]).write(self.bucket, MANIFEST)
        return True
