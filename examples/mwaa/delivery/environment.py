"""The MWAA environment: what it has, and how it gets other versions."""

import time

from botocore.exceptions import BotoCoreError, ClientError

from .errors import BadInput, DeliveryError, NeedsCare, passes, reason

# UPDATE_FAILED: MWAA has put things back, and the environment works as before.
READY = ("AVAILABLE", "UPDATE_FAILED")
BUSY = ("CREATING", "CREATING_SNAPSHOT", "UPDATING", "ROLLING_BACK", "PENDING", "MAINTENANCE")
SAY_S = 60


class Environment:
    def __init__(self, client, name, say, poll_s, deadline_s, keep):
        """keep(): called between two questions. say(text): progress."""
        self.client, self.name, self.say = client, name, say
        self.poll_s, self.deadline_s, self.keep = poll_s, deadline_s, keep

    def get(self):
        try:
            return self.client.get_environment(Name=self.name)["Environment"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                region = self.client.meta.region_name
                raise BadInput("there is no environment %s in %s" % (self.name, region)) from error
            raise

    def look(self):
        """(the environment, its status); (None, why) when MWAA does not answer now."""
        try:
            found = self.get()
            return found, found["Status"]
        except (BotoCoreError, ClientError) as error:
            if not passes(error):
                raise
            return None, "not to be seen (%s)" % reason(error)

    def wait(self):
        """The environment once nothing is done to it. One lost answer of many is no reason to give up."""
        started = said = time.monotonic()
        before = None
        while True:
            found, status = self.look()
            if status in READY:
                return found
            if found and status not in BUSY:
                raise NeedsCare("the environment %s is %s%s" % (self.name, status, cause(found)))
            now = time.monotonic()
            if now - started >= self.deadline_s:
                raise NeedsCare("the environment %s is still %s after %.0f s: run this again to go on from there"
                                % (self.name, status, now - started))
            if status != before or now - said >= SAY_S:
                self.say("the environment is %s (%.0f s of at most %.0f s)" % (status, now - started, self.deadline_s))
                before, said = status, now
            self.keep()
            time.sleep(self.poll_s)

    def update(self, versions):
        """versions: what update-environment is told. Waits until that is so."""
        before = self.wait().get("LastUpdate", {}).get("CreatedAt")
        self.client.update_environment(Name=self.name, **versions)
        started = time.monotonic()
        while True:
            found = self.wait()
            last = found.get("LastUpdate", {})
            if last.get("CreatedAt") != before:
                break
            # What was asked for has not begun yet.
            if time.monotonic() - started >= self.deadline_s:
                raise NeedsCare("the environment %s was not updated within %.0f s" % (self.name, self.deadline_s))
            time.sleep(self.poll_s)
        if found["Status"] != "AVAILABLE" or last.get("Status") == "FAILED":
            raise DeliveryError("the environment could not be updated%s" % cause(found))
        wrong = sorted(key for key, value in versions.items() if found.get(key) != value)
        if wrong:
            raise DeliveryError("the environment was updated, but somebody else has set its %s" % ", ".join(wrong))


def cause(found):
    error = found.get("LastUpdate", {}).get("Error") or {}
    if not error:
        return ""
    return ": %s (%s)" % (error.get("ErrorMessage"), error.get("ErrorCode"))
