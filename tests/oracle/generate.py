#!/usr/bin/env python3
"""Writes the cases, without what they expect: generate.py FOLDER [SEED]. record.sh calls it, then asks Kafka Connect.

The same seed gives the same cases.
"""

import random
import sys

from cwcases import chain_cases, field_cases, json_cases, random_cases, text_cases, value_cases, wild_cases

SEED = 20260


def main(folder, seed=SEED):
    rng = random.Random(int(seed))
    for module in (json_cases, text_cases, value_cases, field_cases, chain_cases, random_cases, wild_cases):
        for cases in module.families(rng):
            cases.write(folder, int(seed))
            print("%5d %s" % (len(cases.cases), cases.name), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
