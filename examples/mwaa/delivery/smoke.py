"""Whether Airflow has parsed the DAGs that were delivered: by MWAA's way to Airflow's REST API, or by that itself."""

import base64
import datetime
import json
import time
import urllib.error
import urllib.parse
import urllib.request

from botocore.exceptions import BotoCoreError, ClientError

from .errors import DeliveryError

PAGE = 100


class MwaaApi:
    """Airflow's REST API as MWAA offers it to those who may call airflow:InvokeRestApi."""

    def __init__(self, client, name):
        self.client, self.name = client, name

    def get(self, path, **query):
        answer = self.client.invoke_rest_api(Name=self.name, Path=path, Method="GET", QueryParameters=query)
        return answer["RestApiResponse"]


class HttpApi:
    """The same of an Airflow that runs somewhere, for instance on a laptop."""

    def __init__(self, url, user, password):
        self.url = url.rstrip("/") + "/api/v1"
        self.login = "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()

    def get(self, path, **query):
        request = urllib.request.Request("%s%s?%s" % (self.url, path, urllib.parse.urlencode(query)),
                                         headers={"Authorization": self.login, "Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())


def everything(api, path, field, **query):
    """The entries of a list that comes in pages."""
    found = []
    while True:
        page = api.get(path, limit=PAGE, offset=len(found), **query)
        found += page[field]
        if not page[field] or len(found) >= page["total_entries"]:
            return found


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def folder_of(locations, files, gone):
    """The folder of DAGs with a slash at its end, as Airflow's absolute paths have it; None when none of them is ours.

    It is the one in which the most of these paths are ours: etl.py is not team/etl.py. Those that are delivered count
    more than those that are gone, and of two folders the upper one is taken."""

    def rank(folder):
        below = {at[len(folder):] for at in locations if at.startswith(folder)}
        return len(below.intersection(files)), len(below.intersection(gone)), -len(folder)

    folders = {at[:-len(path)] for at in locations for path in [*files, *gone] if at.endswith("/" + path)}
    return max(folders, key=rank, default=None)


class Found:
    """What Airflow knows of the DAGs and the errors of files, by their paths in the folder of DAGs.

    Airflow's paths are absolute. What is not in the folder is not ours."""

    def __init__(self, api, files, gone):
        dags = [(d["fileloc"], d["dag_id"], time_of(d["last_parsed_time"]))
                for d in everything(api, "/dags", "dags", only_active="true")]
        errors = [(e["filename"], time_of(e["timestamp"]), e["stack_trace"])
                  for e in everything(api, "/importErrors", "import_errors")]
        folder = folder_of({entry[0] for entry in dags + errors}, files, gone)
        self.dags, self.errors = (
            [(at[len(folder):], *rest) for at, *rest in entries if folder and at.startswith(folder)]
            for entries in (dags, errors))

    def dags_of(self, path):
        return [(dag, parsed) for at, dag, parsed in self.dags if at == path]

    def broken(self, since):
        """Path → last line of the error, of files that were read since then."""
        return {at: trace.strip().splitlines()[-1] for at, when, trace in self.errors if when >= since}


class Smoke:
    """files: paths in which DAGs must be; gone: paths that must have none any more.

    An answer counts when Airflow has parsed a file after `since`, a time of the bucket's clock: by then the file that
    was delivered is the one that it reads."""

    def __init__(self, api, files, gone, since):
        self.api, self.files, self.gone, self.since = api, files, gone, since

    def look(self):
        """(names of the DAGs, what is not so yet); raises when a file of ours cannot be imported."""
        found = Found(self.api, self.files, self.gone)
        for path, error in sorted(found.broken(self.since).items()):
            if path in self.files:
                raise DeliveryError("Airflow cannot import %s: %s" % (path, error))
        dags, missing = [], []
        for path in self.files:
            parsed = [dag for dag, when in found.dags_of(path) if when is not None and when >= self.since]
            dags += parsed
            if not parsed:
                missing.append("%s was not parsed%s" % (path, "" if found.dags_of(path) else " or has no DAG"))
        for path in self.gone:
            missing += ["%s is still there, of %s, which was removed" % (dag, path) for dag, _ in found.dags_of(path)]
        return sorted(dags), missing

    def wait(self, deadline_s, poll_s, say, keep=lambda: None):
        """The names of all DAGs once Airflow has them; DeliveryError says what it has not."""
        started = time.monotonic()
        said = None
        while True:
            try:
                dags, missing = self.look()
                if not missing:
                    return dags
            except (BotoCoreError, ClientError, OSError, KeyError, ValueError) as error:
                missing = ["Airflow does not answer: %s" % error]
            waited = time.monotonic() - started
            text = "; ".join(missing[:5]) + ("; and %d more" % (len(missing) - 5) if len(missing) > 5 else "")
            if waited >= deadline_s:
                raise DeliveryError("after %.0f s: %s" % (waited, text))
            if text != said:
                say("waiting for Airflow (%.0f s of at most %.0f s): %s" % (waited, deadline_s, text))
                said = text
            keep()
            time.sleep(poll_s)
