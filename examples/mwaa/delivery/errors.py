"""What ends a delivery before its time, and the exit status that says so."""

from botocore.exceptions import ClientError, ConnectionError as NoConnection, HTTPClientError


class DeliveryError(Exception):
    """Nothing is done or what was done is taken back: the last deployment is in place."""

    status = 1


class BadInput(DeliveryError):
    """What is to be delivered, or where to, is wrong; nothing was changed."""

    status = 2


class Locked(DeliveryError):
    """Another delivery is at work; nothing was changed."""

    status = 3


class NeedsCare(DeliveryError):
    """Neither what is wanted nor what was there is in place."""

    status = 4


class Interrupted(BaseException):
    """A signal: no handler of ordinary errors may take it for one."""

    status = 130


THROTTLED = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown")


def passes(error):
    """Whether what AWS's library says may be over a moment later: a lost connection, a busy server."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429 or error.response.get("Error", {}).get("Code") in THROTTLED
    return isinstance(error, (HTTPClientError, NoConnection))


def reason(error):
    """One sentence for errors of AWS's library too."""
    response = getattr(error, "response", None)
    if not response:
        return str(error)
    details = response.get("Error", {})
    return "%s: %s (%s)" % (error.operation_name, details.get("Message") or "refused", details.get("Code"))
