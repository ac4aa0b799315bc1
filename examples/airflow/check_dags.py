#!/usr/bin/env python3
"""Imports every DAG of Airflow's folder of DAGs; names those that cannot be imported or that warn, and why."""

import logging
import sys

from airflow.models import DagBag


def main():
    logging.disable(logging.ERROR)
    bag = DagBag(include_examples=False)
    problems = dict(bag.import_errors)
    for path, warnings in bag.captured_warnings.items():
        problems.setdefault(path, "\n".join(str(warning) for warning in warnings))
    for path, text in sorted(problems.items()):
        print("%s: %s" % (path, text.strip()), file=sys.stderr)
    if not problems:
        print("%d DAGs: %s" % (len(bag.dags), " ".join(sorted(bag.dags))))
    return 1 if problems or not bag.dags else 0


if __name__ == "__main__":
    sys.exit(main())
