#!/usr/bin/env python3
"""Runs the tests of tests/integration, tests/fault or tests/platform against installed programs and running servers.

tests/run.sh calls it. By hand, with the servers of

    tests/stack/stack start kafka opensearch elasticsearch schema-registry aws mwaa

    eval "$(tests/stack/stack env | sed 's/^/export /')"
    tests/lib/runner.py --stage integration --prefix PREFIX --build BUILD [PATTERN...]

Exit status: 0 when all passed, 1 when a test failed, 2 when none ran.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cwtest import env  # noqa: E402
from cwtest.case import Result  # noqa: E402


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def main():
    parser = argparse.ArgumentParser(description="Runs the tests of one stage.")
    parser.add_argument("--stage", required=True, choices=["integration", "fault", "platform"])
    parser.add_argument("--prefix", required=True, help="where the programs are installed")
    parser.add_argument("--build", required=True, help="where they were built: test programs and connectors")
    parser.add_argument("--results", help="a file that gets a line for each test")
    parser.add_argument("--logs", help="a folder for the logs of what the tests start")
    parser.add_argument("--long", action="store_true", help="full counts")
    parser.add_argument("patterns", nargs="*", help="only tests whose name contains one of these")
    args = parser.parse_args()

    env.PREFIX, env.BUILD = os.path.abspath(args.prefix), os.path.abspath(args.build)
    env.LOGS = os.path.abspath(args.logs or tempfile.mkdtemp(prefix="cw-logs-"))
    env.LONG = args.long
    env.PEAK_RSS = 40 << 20 if args.stage == "fault" else None
    env.AUDIT = args.stage == "fault"
    env.SEED = int(os.environ.get("CW_SEED") or random.SystemRandom().getrandbits(30))
    print("seed %d, logs in %s" % (env.SEED, env.LOGS), flush=True)
    suite = unittest.defaultTestLoader.discover(os.path.join(env.TOP, "tests", args.stage))
    chosen = [t for t in tests_of(suite) if not args.patterns or any(p in t.id() for p in args.patterns)]
    result = Result(args.results)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, result.interrupt)
    unittest.TestSuite(chosen).run(result)
    if result.interrupted:
        print("interrupted")
        return 130
    failed = len(chosen) - result.passed - len(result.skipped)
    print("%s: %d passed, %d skipped, %d failed (of %d)" % (args.stage, result.passed, len(result.skipped), failed, len(chosen)),
          flush=True)
    return 2 if not chosen else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
