"""The bucket that an environment reads: versioned objects that know the SHA-256 of what they hold."""

import email.utils
import json

from botocore.exceptions import ClientError

from .errors import BadInput

GONE = (404, 405)  # statuses; the second is of a version that is a mark of deletion


class Bucket:
    def __init__(self, s3, name):
        self.s3, self.name = s3, name
        # The bucket's own clock, as of its last answer.
        self.now = None
        s3.meta.events.register("after-call.s3", self.note_time)

    def note_time(self, http_response, **_):
        if "Date" in http_response.headers:
            self.now = email.utils.parsedate_to_datetime(http_response.headers["Date"])

    def require_versions(self):
        status = self.s3.get_bucket_versioning(Bucket=self.name).get("Status")
        if status != "Enabled":
            raise BadInput("the bucket %s keeps no versions, without which nothing can be taken back: enable versioning"
                           % self.name)

    def versions(self, prefix, latest=True):
        """(key, version) of each object below the prefix; latest=False: and of those that were there before."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix):
            for entry in page.get("Versions", ()):
                if entry["IsLatest"] or not latest:
                    yield entry["Key"], entry["VersionId"]

    def head(self, key, version=None):
        """(version, SHA-256 or None) of an object; (None, None) when it is not there."""
        try:
            answer = self.s3.head_object(Bucket=self.name, Key=key, **({"VersionId": version} if version else {}))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in GONE:
                return None, None
            raise
        return answer.get("VersionId"), answer["Metadata"].get("sha256")

    def put(self, key, item):
        """The version that now has what the item says."""
        if item.body is None:
            source = {"Bucket": self.name, "Key": key, "VersionId": item.version}
            return self.s3.copy_object(Bucket=self.name, Key=key, CopySource=source)["VersionId"]
        return self.s3.put_object(Bucket=self.name, Key=key, Body=item.body,
                                  Metadata={"sha256": item.sha256})["VersionId"]

    def delete(self, key):
        self.s3.delete_object(Bucket=self.name, Key=key)

    def read_json(self, key, version=None):
        """(version, ETag, value), or three times None."""
        try:
            answer = self.s3.get_object(Bucket=self.name, Key=key, **({"VersionId": version} if version else {}))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in GONE:
                return None, None, None
            raise
        return answer["VersionId"], answer["ETag"], json.loads(answer["Body"].read())

    def write_json(self, key, value, **conditions):
        """(version, ETag)."""
        body = json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"
        answer = self.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json", **conditions)
        return answer["VersionId"], answer["ETag"]
