"""Pages with commands: what is in their boxes is run."""

import re


def sections(path):
    """[(heading, [(kind, text) of each box])] of a page: the kind is what stands after the three backticks."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, body = part.split("\n", 1)
        found.append((heading, re.findall(r"^```(\w[^\n]*)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)))
    return found
