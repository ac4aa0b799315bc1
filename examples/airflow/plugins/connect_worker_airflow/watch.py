"""Asking for a connector's status again and again, of a worker that may be away for a moment."""

import time

from airflow.exceptions import AirflowException, AirflowFailException

# Seconds; a worker that is upgraded or started anew is back by then.
PATIENCE_S = 60


class Patience:
    """How long a worker that does not answer is asked again."""

    def __init__(self, seconds, clock=time.monotonic):
        self.seconds, self.clock, self.away_since = seconds, clock, None

    def answered(self):
        self.away_since = None

    def is_lost(self):
        """To be asked after each question that had no answer: whether there was none for so long."""
        if self.away_since is None:
            self.away_since = self.clock()
        return self.clock() - self.away_since >= self.seconds


class Watch:
    """The status of a connector. A worker that has answered may be away for `patience` seconds."""

    def __init__(self, connector, patience, has_answered=False):
        self.connector, self.patience, self.has_answered = connector, Patience(patience), has_answered

    def status(self, hook):
        """None: the worker is away. What is refused, and a worker that was away for too long, is raised."""
        try:
            status = hook.status(self.connector)
        except AirflowFailException:
            raise
        except AirflowException as error:
            if not self.has_answered or self.patience.is_lost():
                raise
            hook.log.warning("asked again: %s", error)
            return None
        self.has_answered = True
        self.patience.answered()
        return status
