"""One delivery at a time: an object that only one can make."""

import json
import secrets
import time

from botocore.exceptions import BotoCoreError, ClientError

from .errors import Locked, NeedsCare, passes

LIFE_S = 600  # A lock that nobody has renewed for so long was left behind by a delivery that was killed.


def conflicts(error):
    return error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412)


class Lock:
    def __init__(self, bucket, key, owner, life_s=LIFE_S):
        self.bucket, self.key, self.life_s = bucket, key, life_s
        # The token is this delivery's alone, its owner's name may be another one's too.
        self.value = {"owner": owner, "life_s": life_s, "token": secrets.token_hex(16)}
        self.etag = None

    def __enter__(self):
        try:
            self.write(IfNoneMatch="*")
        except ClientError as error:
            if not conflicts(error):
                raise
            self.take_over()
        return self

    def write(self, **condition):
        """A request whose answer was lost has perhaps been done: then what is there is this delivery's own."""
        value = dict(self.value, renewed=time.time_ns())
        try:
            _, self.etag = self.bucket.write_json(self.key, value, **condition)
        except ClientError as error:
            there = self.ours() if conflicts(error) else None
            if there is None:
                raise
            if there != value:
                _, self.etag = self.bucket.write_json(self.key, value, IfMatch=self.etag)
        self.written = time.monotonic()

    def ours(self):
        """What the lock says, when it is this delivery's; else None."""
        _, etag, there = self.bucket.read_json(self.key)
        if there is None or there.get("token") != self.value["token"]:
            return None
        self.etag = etag
        return there

    def take_over(self):
        """Of a delivery that was killed; raises Locked when the other one may still be at work."""
        try:
            answer = self.bucket.s3.get_object(Bucket=self.bucket.name, Key=self.key)
            other = json.loads(answer["Body"].read())
            age = (self.bucket.now - answer["LastModified"]).total_seconds()
            if age < other["life_s"]:
                raise Locked("another delivery is at work: %s, seen %.0f s ago; if it was killed, its lock ends in "
                             "%.0f s" % (other["owner"], age, other["life_s"] - age))
            self.write(IfMatch=answer["ETag"])
        except ClientError as error:
            if conflicts(error) or error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise Locked("another delivery has just begun or ended") from error
            raise

    def keep(self):
        """To be called again and again while the delivery is at work; what fails for a moment is done later."""
        age = time.monotonic() - self.written
        if age < self.life_s / 4:
            return
        try:
            self.write(IfMatch=self.etag)
        except (BotoCoreError, ClientError) as error:
            if passes(error) and age < self.life_s / 2:
                return
            if not isinstance(error, ClientError) or not conflicts(error):
                raise
            self.etag = None
            raise NeedsCare("another delivery has taken the lock %s over" % self.key) from error

    def __exit__(self, *_):
        if self.etag is None:
            return
        try:
            if self.ours():
                self.bucket.delete(self.key)
        except (BotoCoreError, ClientError):
            pass  # It ends by itself; what the delivery came to is what matters.
