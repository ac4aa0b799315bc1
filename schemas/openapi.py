"""
Prints schemas/openapi.yaml as JSON in a C string, which GET /openapi.json answers with:

  openapi.py FILE.yaml VERSION
"""

import json
import sys

import yaml

LINE = 100


def c_string(text):
    """String literals of some characters each; text is ASCII."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    while escaped:
        end = min(LINE, len(escaped))
        while escaped[:end].endswith("\\") and end < len(escaped):  # no escape is cut in two
            end += 1
        print('"%s"' % escaped[:end])
        escaped = escaped[end:]


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        document = yaml.safe_load(f)
    document["info"]["version"] = sys.argv[2]
    c_string(json.dumps(document, separators=(",", ":")))


if __name__ == "__main__":
    main()
