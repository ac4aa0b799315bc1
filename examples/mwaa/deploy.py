#!/usr/bin/env python3
"""Delivers DAGs, plugins and requirements to Amazon MWAA, and takes back what does not work.

  deploy.py deploy --environment NAME    brings bucket and environment to what is here; nothing when that is so
  deploy.py rollback --environment NAME  back to the deployment before, or to the one of --to
  deploy.py history --environment NAME   what was deployed
  deploy.py check --airflow-url URL      whether an Airflow of yours has parsed the DAGs; AIRFLOW_USER, AIRFLOW_PASSWORD

Credentials and region are AWS's usual ones (AWS_PROFILE, AWS_REGION, a role …); README.md beside this file says which
rights are needed. Exit status: 0 done or nothing to do; 1 failed, and the last deployment is in place; 2 what was given
is wrong, nothing was changed; 3 another delivery is at work; 4 failed, and somebody must look; 130 interrupted, the
next run finishes the work.
"""

import argparse
import datetime
import getpass
import os
import signal
import socket
import subprocess
import sys
import time

try:
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    sys.exit("deploy.py needs botocore: pip install -r %s"
             % os.path.join(os.path.dirname(os.path.abspath(__file__)), "deploy-requirements.txt"))

from delivery import bundle
from delivery.bucket import Bucket
from delivery.delivery import Delivery, Limits
from delivery.environment import Environment
from delivery.errors import DeliveryError, Interrupted, reason
from delivery.smoke import HttpApi, MwaaApi, Smoke

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.dirname(HERE)
STARTED = time.monotonic()


def say(text):
    print("[%6.1f s] %s" % (time.monotonic() - STARTED, text), flush=True)


def options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    commands = {name: what.add_parser(name) for name in ("deploy", "rollback", "history", "check")}
    for name, command in commands.items():
        if name != "check":
            command.add_argument("--environment", required=True, metavar="NAME", help="the MWAA environment")
        if name in ("deploy", "check"):
            command.add_argument("--dags", default=os.path.join(EXAMPLES, "airflow", "dags"), metavar="FOLDER")
        if name in ("deploy", "rollback"):
            add_limits(command)
        if name in ("deploy", "rollback", "check"):
            add_smoke(command)
    deploy = commands["deploy"]
    deploy.add_argument("--plugins", default=os.path.join(EXAMPLES, "airflow", "plugins"), metavar="FOLDER",
                        help="what becomes plugins.zip")
    deploy.add_argument("--requirements", default=os.path.join(HERE, "requirements.txt"), metavar="FILE")
    deploy.add_argument("--source", help="what the manifest says of where this is from; the commit without it")
    deploy.add_argument("--dry-run", action="store_true", help="say what would be done")
    commands["rollback"].add_argument("--to", type=int, metavar="NUMBER", help="of a deployment in the history")
    commands["check"].add_argument("--airflow-url", required=True, metavar="URL", help="of Airflow 2's web server")
    return parser.parse_args(arguments)


def add_limits(command):
    command.add_argument("--timeout", type=float, default=3600, metavar="SECONDS",
                         help="for the environment to be AVAILABLE; %(default).0f")
    command.add_argument("--poll", type=float, default=30, metavar="SECONDS", help="between two looks; %(default).0f")
    command.add_argument("--no-smoke-test", action="store_true", help="do not ask Airflow whether it has the DAGs")


def add_smoke(command):
    command.add_argument("--smoke-timeout", type=float, default=900, metavar="SECONDS",
                         help="for Airflow to have parsed the DAGs; %(default).0f")
    command.add_argument("--settle", type=float, default=60, metavar="SECONDS",
                         help="after which Airflow surely reads what was written; %(default).0f")
    command.add_argument("--smoke-poll", type=float, default=10, metavar="SECONDS",
                         help="between two looks; %(default).0f")


def source():
    """Where this is from: the commit, and in a workflow the run."""
    commit = os.environ.get("GITHUB_SHA")
    if not commit:
        try:
            done = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty", "--abbrev=40"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False)
            commit = done.stdout.decode().strip()
        except (OSError, subprocess.TimeoutExpired):
            commit = ""
    return commit or "unknown source"


def owner():
    if os.environ.get("GITHUB_RUN_ID"):
        return "run %s of %s" % (os.environ["GITHUB_RUN_ID"], os.environ.get("GITHUB_REPOSITORY", ""))
    return "%s on %s, process %d" % (getpass.getuser(), socket.gethostname(), os.getpid())


def clients():
    """S3, MWAA. With an endpoint of one's own its name is taken as it is, without what AWS puts before it."""
    session = botocore.session.get_session()
    # botocore itself knows AWS_DEFAULT_REGION only; AWS's other tools know both.
    region = os.environ.get("AWS_REGION")
    own = any(os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_MWAA"))
    # update-environment is sent once: a second one would be refused while the first is at work.
    config = Config(inject_host_prefix=not own, retries={"mode": "standard"})
    mwaa = session.create_client("mwaa", region, config=config)
    s3 = session.create_client("s3", region, config=Config(retries={"mode": "standard", "max_attempts": 5}))
    return s3, mwaa


def delivery(args):
    s3, mwaa = clients()
    environment = Environment(mwaa, args.environment, say, getattr(args, "poll", 30), getattr(args, "timeout", 0),
                              lambda: None)
    api = None if getattr(args, "no_smoke_test", True) else MwaaApi(mwaa, args.environment)
    limits = Limits(args.smoke_timeout, args.settle, args.smoke_poll) if api else None
    return Delivery(lambda name: Bucket(s3, name), environment, api, limits, say, owner())


def deploy(args):
    there = delivery(args)
    wanted = bundle.read(args.dags, args.plugins, args.requirements, there.prefix)
    if not args.dry_run:
        return there.deploy(wanted, args.source or source())
    plan = there.preview(wanted)
    for key in plan.writes:
        print("would write   " + key)
    for key in plan.deletes:
        print("would delete  " + key)
    for kind in plan.pins:
        print("would update  the environment's " + there.keys[kind])
    return "dry run: nothing was changed" if not plan.empty else "dry run: nothing to do"


def rollback(args):
    return delivery(args).roll_back(args.to)


def history(args):
    found = [one.text() for one in delivery(args).history()]
    print("\n".join(found))
    return "%d deployments" % len(found)


def check(args):
    login = [os.environ.get(name, "admin") for name in ("AIRFLOW_USER", "AIRFLOW_PASSWORD")]
    api = HttpApi(args.airflow_url, *login)
    wanted = bundle.read(args.dags, None, None, "")
    since = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=args.settle)
    dags = Smoke(api, wanted.expected, [], since).wait(args.smoke_timeout, args.smoke_poll, say)
    return "%d DAGs are parsed: %s" % (len(dags), " ".join(dags))


def interrupt(number, _):
    raise Interrupted("interrupted (%s)" % signal.Signals(number).name)


def main():
    args = options(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        print({"deploy": deploy, "rollback": rollback, "history": history, "check": check}[args.what](args), flush=True)
        return 0
    except DeliveryError as error:
        text, status = str(error), error.status
    except (BotoCoreError, ClientError) as error:
        text, status = reason(error), DeliveryError.status
    except Interrupted as error:
        text, status = "%s; the next run finishes the work" % error, error.status
    print("FAILED: " + text, file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
