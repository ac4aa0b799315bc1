"""What has to be done so that bucket and environment have what is wanted. Looks, and changes nothing."""

from .errors import BadInput


class Plan:
    """writes: key → Item of DAGs. deletes: keys. uploads and pins: kind → Item, of plugins.zip and requirements.txt
    those that the bucket lacks, and those of which the environment has another version."""

    def __init__(self):
        self.writes, self.deletes, self.uploads, self.pins = {}, [], {}, {}

    @property
    def empty(self):
        return not (self.writes or self.deletes or self.pins)

    def text(self):
        parts = ["%d files written" % len(self.writes), "%d deleted" % len(self.deletes)]
        return ", ".join(parts + ["environment updated"] * bool(self.pins))


class Planner:
    """known: key → (version, SHA-256), of the last manifest; the bucket is asked about other versions."""

    def __init__(self, bucket, keys, prefix, known):
        self.bucket, self.keys, self.prefix, self.known = bucket, keys, prefix, known

    def same(self, key, version, item):
        """Whether that version of the key is what the item says."""
        if version == item.version:
            return True
        known = self.known.get(key)
        sha256 = known[1] if known and known[0] == version else self.bucket.head(key, version)[1]
        return sha256 is not None and sha256 == item.sha256

    def plan(self, bundle, environment):
        """Each Item that is there already gets the version that has it."""
        plan = Plan()
        current = dict(self.bucket.versions(self.prefix))
        for key, item in bundle.dags.items():
            if key in current and self.same(key, current[key], item):
                item.version = current[key]
            else:
                plan.writes[key] = self.still_there(key, item)
        plan.deletes = sorted(set(current) - set(bundle.dags))
        for kind, item in bundle.pinned().items():
            if item is not None:
                self.pin(plan, kind, item, environment)
        return plan

    def pin(self, plan, kind, item, environment):
        key, configured = self.keys[kind], environment.get(kind + "S3ObjectVersion")
        if configured and self.same(key, configured, item):
            item.version = configured
            return
        plan.pins[kind] = item
        if item.version is None:
            version, sha256 = self.bucket.head(key)
            if version is not None and sha256 == item.sha256:
                item.version = version
            else:
                plan.uploads[kind] = item
        self.still_there(key, item)

    def still_there(self, key, item):
        if item.body is None and self.bucket.head(key, item.version)[0] is None:
            raise BadInput("version %s of %s is not in the bucket %s any more" % (item.version, key, self.bucket.name))
        return item
