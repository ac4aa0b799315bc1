"""Reads a Dockerfile."""

import json
import re


def instructions(path):
    """(word, the rest of it) for each, comments left out and continued lines joined."""
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f if line.strip() and not line.startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in text.split("\n")]


def stages(path):
    """The instructions of each stage, FROM first."""
    found = []
    for word, rest in instructions(path):
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def value(stage, word):
    """The last instruction of that word; what is in JSON is a list."""
    rest = [r for w, r in stage if w == word][-1]
    return json.loads(rest[rest.index("["):]) if "[" in rest else rest
