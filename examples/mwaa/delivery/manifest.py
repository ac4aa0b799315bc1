"""What was deployed and found good: a file in the bucket that names each file with its hash and its version in S3.

The versions of this object are the history. `previous` is the one that was deployed before; after a rollback it is the
one before that to which was rolled back, so that a second rollback goes further back."""

from .bundle import Bundle, Item
from .errors import BadInput

FORMAT = 1


class Manifest:
    """version: that of the object itself, None for one that is not written."""

    def __init__(self, value, version=None):
        self.value, self.version = value, version

    @property
    def number(self):
        return self.value["number"]

    @property
    def known(self):
        """Key → (version, SHA-256)."""
        entries = dict(self.value["dags"])
        entries.update((entry["key"], entry) for entry in self.value["pinned"].values())
        return {key: (entry["version"], entry["sha256"]) for key, entry in entries.items()}

    def bundle(self):
        def item(entry):
            return entry and Item(entry["sha256"], version=entry["version"])
        pinned = self.value["pinned"]
        return Bundle({key: item(entry) for key, entry in self.value["dags"].items()},
                      item(pinned.get("Plugins")), item(pinned.get("Requirements")), self.value["expected"])

    def same_files(self, other):
        return all(self.value[part] == other.value[part] for part in ("dags", "pinned", "expected"))

    def write(self, bucket, key):
        self.version, _ = bucket.write_json(key, self.value)

    def text(self):
        return "deployment %d (%s, %s, %d files)" % (self.number, self.value["time"], self.value["source"],
                                                     len(self.value["dags"]))


def read(bucket, key, version=None):
    """The manifest, or None when nothing was deployed yet."""
    version, _, value = bucket.read_json(key, version)
    if value is None:
        return None
    if value.get("format") != FORMAT:
        raise BadInput("%s in %s was written by another version of this program: its format is %r, not %d"
                       % (key, bucket.name, value.get("format"), FORMAT))
    return Manifest(value, version)


def history(bucket, key):
    """The manifests from the newest, as far as previous ones are still there."""
    at = read(bucket, key)
    while at is not None:
        yield at
        previous = at.value["previous"]
        at = read(bucket, key, previous) if previous else None


def make(number, time, source, bundle, pinned, previous):
    """pinned: kind → (key, Item). Each Item has the version that it got."""
    def entry(item):
        return {"sha256": item.sha256, "version": item.version}
    return Manifest({"format": FORMAT, "number": number, "time": time, "source": source, "previous": previous,
                     "dags": {key: entry(item) for key, item in bundle.dags.items()}, "expected": bundle.expected,
                     "pinned": {kind: dict(entry(item), key=key) for kind, (key, item) in pinned.items()}})
