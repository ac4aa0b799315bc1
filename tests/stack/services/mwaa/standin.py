#!/usr/bin/env python3
"""A stand-in for Amazon MWAA: GetEnvironment, UpdateEnvironment and InvokeRestApi as AWS documents them.

    standin.py PORT

An environment is made, and gets its troubles, with a request that AWS does not have:

    PUT /stand-in/NAME
      bucket    of which it reads the folder dags/
      keys      with which it does, as MWAA does with the execution role: {AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY}
      looks     how many times it is looked at until an update is done; 2
      fail      [message, status]: what becomes of the updates from now on, UPDATE_FAILED or UNAVAILABLE; null: they
                succeed
      finish    true: the update that is at work is done at the next look
      lost      {environments, restapi}: how many looks at an update that is at work, and how many questions to Airflow,
                get no answer: the connection is closed
      gone      paths of DAG files that it does not parse at all
      stale     paths of DAG files that it has parsed long ago and does not parse again
      airflow   {url, user, password, dags, plugins}: an Airflow that runs, and its folders. Each second it gets what
                is in the bucket, and its plugins with each update. Without it the stand-in answers itself: each Python file
                that airflowignore has not is compiled, and is a DAG of its name or an import error.

Not like MWAA: an update takes no time, signatures and rights are not checked, and requirements are not installed.
"""

import base64
import datetime
import http.server
import io
import json
import os
import re
import shutil
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import botocore.session
from botocore.exceptions import ClientError

HOME = "/usr/local/airflow/dags/"
KINDS = ("Plugins", "Requirements")
REGION = "eu-central-1"
PATH_MAX = 64
SYNC_S = 1
LONG_AGO = "2020-01-01T00:00:00+00:00"


class Refused(Exception):
    def __init__(self, status, kind, **body):
        super().__init__(kind)
        self.status, self.kind, self.body = status, kind, body


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


class SmallAirflow:
    """What Airflow's REST API would say of the files in the bucket."""

    def __init__(self, environment):
        self.environment = environment

    def parse(self):
        files = self.environment.dag_files()
        lines = files.get(".airflowignore", b"").decode().splitlines()
        dags, errors = [], []
        for path, body in sorted(files.items()):
            if not path.endswith(".py") or any(re.search(line, path) for line in lines if line.strip()):
                continue
            if path in self.environment.settings.get("gone", ()):
                continue
            try:
                compile(body, path, "exec")
            except SyntaxError as error:
                errors.append({"filename": HOME + path, "timestamp": now(),
                               "stack_trace": "Traceback\nSyntaxError: %s\n" % error})
                continue
            parsed = LONG_AGO if path in self.environment.settings.get("stale", ()) else now()
            dags.append({"dag_id": path[:-3].replace("/", "."), "fileloc": HOME + path, "last_parsed_time": parsed,
                         "is_active": True})
        return {"/dags": ("dags", dags), "/importErrors": ("import_errors", errors)}

    def answer(self, path, query):
        if path not in ("/dags", "/importErrors"):
            return 404, {"title": "Not Found", "status": 404}
        field, entries = self.parse()[path]
        start = int(query.get("offset", 0))
        return 200, {field: entries[start:start + int(query.get("limit", 100))], "total_entries": len(entries)}


class RealAirflow:
    def __init__(self, settings):
        self.url = settings["url"]
        self.login = "Basic " + base64.b64encode("{user}:{password}".format(**settings).encode()).decode()

    def answer(self, path, query):
        url = "%s/api/v1%s?%s" % (self.url, path, urllib.parse.urlencode(query))
        try:
            request = urllib.request.Request(url, headers={"Authorization": self.login, "Accept": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


class Environment:
    def __init__(self, name, settings):
        self.name, self.settings = name, settings
        keys = settings.get("keys", {})
        self.s3 = botocore.session.get_session().create_client(
            "s3", REGION, aws_access_key_id=keys.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=keys.get("AWS_SECRET_ACCESS_KEY"))
        self.lock = threading.Lock()
        self.left = 0
        self.wanted = {}
        self.about = {
            "Name": name, "Status": "AVAILABLE",
            "Arn": "arn:aws:airflow:%s:123456789012:environment/%s" % (REGION, name),
            "SourceBucketArn": "arn:aws:s3:::" + settings["bucket"], "DagS3Path": "dags", "AirflowVersion": "2.10.3",
        }
        if "airflow" in settings:
            threading.Thread(target=self.sync, daemon=True).start()

    def arrange(self, settings):
        with self.lock:
            if settings.pop("finish", False):
                self.left = 0
            self.settings.update(settings)

    def loses(self, kind):
        """Whether this question gets no answer."""
        with self.lock:
            lost = self.settings.get("lost", {})
            if lost.get(kind, 0) <= 0 or (kind == "environments" and self.about["Status"] != "UPDATING"):
                return False
            lost[kind] -= 1
            return True

    def get(self):
        """Each look brings an update nearer to its end."""
        with self.lock:
            if self.about["Status"] == "UPDATING":
                self.left -= 1
                if self.left <= 0:
                    self.finish()
            return {"Environment": dict(self.about)}

    def finish(self):
        last = self.about["LastUpdate"]
        if self.settings.get("fail"):
            message, status = self.settings["fail"]
            last.update(Status="FAILED", Error={"ErrorCode": "INCORRECT_CONFIGURATION", "ErrorMessage": message})
            self.about["Status"] = status
            return
        self.about.update(self.wanted, Status="AVAILABLE")
        last["Status"] = "SUCCESS"
        if "airflow" in self.settings and self.about.get("PluginsS3ObjectVersion"):
            self.unpack_plugins()

    def update(self, wanted):
        with self.lock:
            if self.about["Status"] not in ("AVAILABLE", "UPDATE_FAILED"):
                raise Refused(400, "ValidationException", message="Environment %s is in %s state, it cannot be updated"
                              % (self.name, self.about["Status"]))
            for kind in KINDS:
                if kind + "S3ObjectVersion" in wanted:
                    key = wanted.get(kind + "S3Path", self.about.get(kind + "S3Path"))
                    self.must_exist(key, wanted[kind + "S3ObjectVersion"])
            self.wanted, self.left = wanted, self.settings.get("looks", 2)
            self.about.update(Status="UPDATING", LastUpdate={"CreatedAt": time.time(), "Status": "PENDING"})
            return {"Arn": self.about["Arn"]}

    def must_exist(self, key, version):
        try:
            self.s3.head_object(Bucket=self.settings["bucket"], Key=key, VersionId=version)
        except ClientError as error:
            raise Refused(400, "ValidationException",
                          message="Unable to read version %s of %s" % (version, key)) from error

    def dag_files(self):
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.settings["bucket"], Prefix="dags/"):
            for entry in page.get("Contents", ()):
                body = self.s3.get_object(Bucket=self.settings["bucket"], Key=entry["Key"])["Body"].read()
                found[entry["Key"][len("dags/"):]] = body
        return found

    def sync(self):
        folder, had = self.settings["airflow"]["dags"], {}
        while True:
            files = self.dag_files()
            for path in had.keys() - files.keys():
                os.unlink(os.path.join(folder, path))
            for path, body in files.items():
                if had.get(path) != body:
                    target = os.path.join(folder, path)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    with open(target + ".part", "wb") as f:
                        f.write(body)
                    os.replace(target + ".part", target)
            had = files
            time.sleep(SYNC_S)

    def unpack_plugins(self):
        folder = self.settings["airflow"]["plugins"]
        shutil.rmtree(folder, ignore_errors=True)
        answer = self.s3.get_object(Bucket=self.settings["bucket"], Key=self.about["PluginsS3Path"],
                                    VersionId=self.about["PluginsS3ObjectVersion"])
        with zipfile.ZipFile(io.BytesIO(answer["Body"].read())) as archive:
            archive.extractall(folder)

    def invoke(self, request):
        path = request.get("Path", "")
        if len(path) > PATH_MAX or request.get("Method") != "GET":
            raise Refused(400, "ValidationException", message="Path or Method is not valid")
        airflow = RealAirflow(self.settings["airflow"]) if "airflow" in self.settings else SmallAirflow(self)
        status, answer = airflow.answer(path, request.get("QueryParameters") or {})
        if status >= 400:
            raise Refused(400, "RestApiClientException", RestApiStatusCode=status, RestApiResponse=answer)
        return {"RestApiStatusCode": status, "RestApiResponse": answer}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    environments = {}

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, _, name = urllib.parse.unquote(self.path).strip("/").partition("/")
        if name in self.environments and self.environments[name].loses(kind):
            self.close_connection = True
            return
        try:
            status, answer, headers = 200, self.act(kind, name, json.loads(body) if body else {}), {}
        except Refused as refused:
            status, answer, headers = refused.status, refused.body, {"x-amzn-ErrorType": refused.kind}
        text = json.dumps(answer).encode()
        self.send_response(status)
        for field, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(field, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_PATCH = handle_any

    def act(self, kind, name, body):
        if kind == "stand-in":
            return self.arrange(name, body) if self.command == "PUT" else sorted(self.environments)
        environment = self.environments.get(name)
        if environment is None:
            raise Refused(404, "ResourceNotFoundException", message="Environment %s not found" % name)
        acts = {("GET", "environments"): lambda: environment.get(),
                ("PATCH", "environments"): lambda: environment.update(body),
                ("POST", "restapi"): lambda: environment.invoke(body)}
        act = acts.get((self.command, kind))
        if act is None:
            raise Refused(404, "UnknownOperationException",
                          message="the stand-in has no %s %s" % (self.command, self.path))
        return act()

    def arrange(self, name, settings):
        if name in self.environments:
            self.environments[name].arrange(settings)
        else:
            self.environments[name] = Environment(name, settings)
        return {}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
