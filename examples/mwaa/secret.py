#!/usr/bin/env python3
"""Secrets in AWS Secrets Manager: made, rotated and taken back, without a value in a command line, a file or an output.

  secret.py set NAME < value      makes the secret, or gives it this value; nothing when it has it
  secret.py set NAME --key KEY    gives one key of a secret that is JSON another value: the rotation of a password
  secret.py show NAME             its keys and versions, no values
  secret.py restore NAME          the value before is the current one again

A value is a JSON object and is read from standard input, at a terminal it is asked for; with --key or --text it is a
text without the line's end. airflow/connections/NAME has to be a connection of Airflow's: {"conn_type": "http", "host": …}
or a URI. Exit status: 0 done, 1 AWS has refused, 2 what was given is wrong.
"""

import argparse
import getpass
import json
import os
import sys

try:
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    sys.exit("secret.py needs botocore: pip install -r %s"
             % os.path.join(os.path.dirname(os.path.abspath(__file__)), "deploy-requirements.txt"))

from delivery.errors import BadInput, reason

CONNECTIONS = "airflow/connections/"
CONNECTION_KEYS = {"conn_type", "description", "login", "password", "host", "port", "schema", "extra"}


def options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    for name in ("set", "show", "restore"):
        what.add_parser(name).add_argument("name", metavar="NAME")
    kind = what.choices["set"].add_mutually_exclusive_group()
    kind.add_argument("--key", help="the only key to change")
    kind.add_argument("--text", action="store_true", help="the value is a text, no JSON")
    return parser.parse_args(arguments)


def read_value():
    if sys.stdin.isatty():
        return getpass.getpass("value: ")
    return sys.stdin.read()


def object_of(text, what):
    """What is wrong with a text is said without the text."""
    try:
        value = json.loads(text)
    except ValueError as error:
        where = "line %d, column %d" % (error.lineno, error.colno)
        raise BadInput("%s is no JSON: %s in %s" % (what, error.msg, where)) from None
    if not isinstance(value, dict) or not value:
        raise BadInput("%s is no JSON object with keys" % what)
    return value


def check_connection(text):
    """A connection that Airflow could not read would fail only in its tasks."""
    if not text.lstrip().startswith("{"):
        if "://" not in text:
            raise BadInput("a connection is a JSON object or a URI such as https://user:password@host:8443")
        return
    value = object_of(text, "the connection")
    if "conn_type" not in value:
        raise BadInput('a connection needs a "conn_type", for instance "http"')
    unknown = sorted(set(value) - CONNECTION_KEYS)
    if unknown:
        known = ", ".join(sorted(CONNECTION_KEYS))
        raise BadInput("a connection has no %s; there are %s" % (", ".join(unknown), known))


class Secret:
    def __init__(self, client, name):
        self.client, self.name = client, name

    def current(self):
        """None when there is no such secret."""
        try:
            found = self.client.get_secret_value(SecretId=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        if "SecretString" not in found:
            raise BadInput("the value of %s is binary, and no text" % self.name)
        return found["SecretString"]

    def versions(self):
        """Stage → id of the version that has it."""
        stages = self.client.describe_secret(SecretId=self.name)["VersionIdsToStages"]
        return {stage: version for version, names in stages.items() for stage in names}

    def set(self, args):
        before, given = self.current(), read_value()
        if args.key:
            if before is None:
                raise BadInput("there is no secret %s whose key could be changed" % self.name)
            given = json.dumps({**object_of(before, "the secret"), args.key: given.rstrip("\r\n")})
        elif args.text:
            given = given.rstrip("\r\n")
        elif not self.name.startswith(CONNECTIONS):
            object_of(given, "the value")
        if self.name.startswith(CONNECTIONS):
            given = given.strip()
            check_connection(given)
        if not given:
            raise BadInput("the value is empty")
        if before is None:
            self.client.create_secret(Name=self.name, SecretString=given)
            return "created: %s" % self.name
        if before == given:
            return "unchanged: %s has this value" % self.name
        self.client.put_secret_value(SecretId=self.name, SecretString=given)
        return "changed: %s; its value before is kept until the next change" % self.name

    def show(self, _):
        text = self.current()
        if text is None:
            raise BadInput("there is no secret %s" % self.name)
        for stage, version in sorted(self.versions().items()):
            print("%s  %s" % (version, stage))
        try:
            return "keys: %s" % " ".join(sorted(object_of(text, "the secret")))
        except BadInput:
            return "a text of %d characters" % len(text)

    def restore(self, _):
        versions = self.versions()
        if "AWSPREVIOUS" not in versions:
            raise BadInput("%s has no value before the current one" % self.name)
        self.client.update_secret_version_stage(
            SecretId=self.name, VersionStage="AWSCURRENT", MoveToVersionId=versions["AWSPREVIOUS"],
            RemoveFromVersionId=versions["AWSCURRENT"])
        return "restored: %s has its value before" % self.name


def main():
    args = options(sys.argv[1:])
    try:
        client = botocore.session.get_session().create_client("secretsmanager", os.environ.get("AWS_REGION"))
        secret = Secret(client, args.name)
        print({"set": secret.set, "show": secret.show, "restore": secret.restore}[args.what](args), flush=True)
        return 0
    except BadInput as error:
        text, status = str(error), error.status
    except (BotoCoreError, ClientError) as error:
        text, status = reason(error), 1
    print("FAILED: " + text, file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
