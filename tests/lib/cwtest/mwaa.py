"""What a delivery to MWAA has to do with: files, a bucket, an environment (tests/stack/services/mwaa), deploy.py."""

import hashlib
import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

from . import aws, env
from .case import TestCase
from .process import Process

EXAMPLE = os.path.join(env.TOP, "examples", "mwaa")
DAG = "# %s\nfrom airflow import DAG\n"
QUICK = ("--poll", "0.05", "--smoke-poll", "0.05", "--settle", "0", "--smoke-timeout", "10", "--timeout", "10")
RUN_S = 300
MANIFEST, LOCK = "delivery/manifest.json", "delivery/lock.json"


def python(program):
    """The command that runs a program of examples/mwaa."""
    return [os.path.join(env.MWAA_VENV, "bin", "python"), os.path.join(EXAMPLE, program)]


def environ(**more):
    return {"AWS_ENDPOINT_URL": env.AWS, "AWS_ENDPOINT_URL_MWAA": env.MWAA, "AWS_REGION": aws.REGION,
            "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": os.path.join(env.LOGS, "pycache"),
            **aws.ANYBODY, **more}


def run(program, *args, stdin=b"", **more):
    """(exit status, what it printed)."""
    return run_command(python(program) + list(args), stdin, **more)


def run_code(code):
    """The same of a text that has the modules of examples/mwaa."""
    return run_command([python("")[0], "-c", code], b"", PYTHONPATH=EXAMPLE)


def run_command(command, stdin, **more):
    done = subprocess.run(command, env={**os.environ, **environ(**more)}, input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_S, check=False)
    return done.returncode, done.stdout.decode()


class Bucket:
    """An S3 bucket of a test's own, spoken to without AWS's libraries."""

    def __init__(self, versions=True):
        self.name = env.unique("mwaa")
        self.ask("PUT", "", b'<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>'
                 b'</CreateBucketConfiguration>' % aws.REGION.encode())
        if versions:
            self.ask("PUT", "?versioning",
                     b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")

    def ask(self, method, path, data=None):
        signed = ("AWS4-HMAC-SHA256 Credential=tests/20200101/%s/s3/aws4_request, SignedHeaders=host, Signature=none"
                  % aws.REGION)
        request = urllib.request.Request("%s/%s%s" % (env.AWS, self.name, path), data,
                                         {"Authorization": signed, "Content-Type": "application/xml"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def get(self, key):
        """An object's bytes; None when it is not there."""
        try:
            return self.ask("GET", "/" + urllib.parse.quote(key))
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def json(self, key):
        body = self.get(key)
        return body and json.loads(body)

    def put(self, key, body):
        self.ask("PUT", "/" + urllib.parse.quote(key), body)

    def versions(self, prefix=""):
        """Key → version of the objects that are there."""
        root = xml.fromstring(self.ask("GET", "?versions&prefix=" + prefix))
        return {v.find("{*}Key").text: v.find("{*}VersionId").text for v in root.findall("{*}Version")
                if v.find("{*}IsLatest").text == "true"}


def arrange(name, **settings):
    request = urllib.request.Request("%s/stand-in/%s" % (env.MWAA, name), json.dumps(settings).encode(), method="PUT")
    with urllib.request.urlopen(request, timeout=30):
        pass


class Site:
    """Folders to deliver, a bucket to deliver to, an environment that reads it."""

    def __init__(self, test, bucket=None, **settings):
        self.test, self.dir = test, test.dir
        self.name, self.bucket = env.unique("env"), bucket or Bucket()
        self.arrange(bucket=self.bucket.name, **settings)
        self.write("dags/one.py", DAG % "first")
        self.write("dags/two.py", DAG % "first")
        self.write("dags/part/common.py", "LIMIT = 1\n")
        self.write("dags/.airflowignore", "part/\n")
        self.write("plugins/ours/__init__.py", "WORDS = 1\n")
        self.write("requirements.txt", "apache-airflow-providers-http\n")

    def arrange(self, **settings):
        """The environment's troubles: see standin.py."""
        arrange(self.name, **settings)

    def environment(self):
        with urllib.request.urlopen("%s/environments/%s" % (env.MWAA, self.name), timeout=30) as response:
            return json.loads(response.read())["Environment"]

    def end_update(self):
        """However many looks an update that is at work would need."""
        self.arrange(finish=True)

    def write(self, path, text):
        path = os.path.join(self.dir, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def remove(self, path):
        os.unlink(os.path.join(self.dir, path))

    def args(self, what, *more):
        args = [what, "--environment", self.name]
        if what == "deploy":
            args += ["--dags", os.path.join(self.dir, "dags"), "--plugins", os.path.join(self.dir, "plugins"),
                     "--requirements", os.path.join(self.dir, "requirements.txt"), "--source", "tests"]
        return args + list(QUICK if what != "history" else ()) + list(more)

    def call(self, what, *more, status=0, **environment):
        """The output of deploy.py, which ends with that exit status."""
        got, out = run("deploy.py", *self.args(what, *more), **environment)
        self.test.assertEqual(got, status, out)
        return out

    def begin(self, what, *more, **environment):
        """deploy.py, at work."""
        process = Process(self.test, "deploy")
        process.spawn(python("deploy.py") + self.args(what, *more), environ(**environment))
        return process

    def dags(self):
        """Key → text of what is in the bucket."""
        return {key: self.bucket.get(key).decode() for key in self.bucket.versions("dags/")}

    def local(self):
        """The same of what is here."""
        found = {}
        for folder, _, names in os.walk(os.path.join(self.dir, "dags")):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    found["dags/" + os.path.relpath(path, os.path.join(self.dir, "dags"))] = f.read()
        return found

    def assert_consistent(self):
        """The manifest names what is in the bucket and in the environment: each file with its hash and version."""
        manifest, about = self.bucket.json(MANIFEST), self.environment()
        versions = self.bucket.versions("dags/")
        self.test.assertEqual({key: entry["version"] for key, entry in manifest["dags"].items()}, versions)
        for key, entry in manifest["dags"].items():
            self.test.assertEqual(entry["sha256"], hashlib.sha256(self.bucket.get(key)).hexdigest(), key)
        for kind in ("Plugins", "Requirements"):
            self.test.assertEqual(manifest["pinned"][kind]["version"], about[kind + "S3ObjectVersion"])
        self.test.assertIsNone(self.bucket.get(LOCK), "no lock is left")
        return manifest


def last_line(out):
    return out.strip().splitlines()[-1]


class DeliveryCase(TestCase):
    def setUp(self):
        super().setUp()
        self.site = Site(self)
        self.bucket = self.site.bucket

    def deployed(self):
        out = self.site.call("deploy")
        self.assertIn("deployed: deployment ", last_line(out))
        self.assertEqual(self.site.dags(), self.site.local())
        return self.site.assert_consistent()
