#!/usr/bin/env python3
"""Makes queries/*.json and dashboard.ndjson of what panels.py says: examples/analytics/generate.py [FOLDER]"""

import json
import os
import sys

import panels
from charts import CHARTS

# The oldest versions that know these forms: what is imported into a newer product is migrated by it.
VERSIONS = {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}
WIDTH = 48
COUNT = {"name": None, "query": None, "vis": {"type": "count", "params": {"customLabel": "requests"}}}
INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


def text(value):
    """Saved objects have JSON as text in many places."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def query(metrics, buckets):
    """The panel's search: its buckets nested, its metrics in the innermost."""
    aggs = {m["name"]: m["query"] for m in metrics}
    for bucket in reversed(buckets):
        inner = {"aggs": aggs} if aggs else {}
        aggs = {bucket["name"]: {**bucket["query"], **inner}}
    return {"size": 0, "track_total_hits": True, "aggs": aggs}


def saved(kind, name, attributes, references):
    return {"id": name, "type": kind, "migrationVersion": {kind: VERSIONS[kind]}, "attributes": attributes,
            "references": references}


def search_source(**more):
    source = {"query": {"query": "", "language": "kuery"}, "filter": [], **more}
    return {"searchSourceJSON": text(source)}


def of_index(kind, name, attributes):
    """A saved object whose documents are those of the index pattern."""
    return saved(kind, name, {**attributes, "kibanaSavedObjectMeta": search_source(indexRefName=INDEX_REFERENCE)},
                 [{"name": INDEX_REFERENCE, "type": "index-pattern", "id": panels.NAME}])


def object_name(panel):
    return "%s-%s" % (panels.NAME, panel)


def visualization(panel):
    name, title, kind, _, _, metrics, buckets = panel
    chart, params, roles = CHARTS[kind]
    # A chart over time shows its metric alone; a table or a figure the number of documents too.
    shown = metrics if metrics and kind in ("line", "area") else [COUNT] + metrics
    title = "%s: %s" % (panels.TITLE, title)
    parts = [(m, "metric") for m in shown] + list(zip(buckets, roles))
    aggs = [{"id": str(i), "enabled": True, "schema": role, **part["vis"]} for i, (part, role) in enumerate(parts, 1)]
    label = shown[0]["vis"]["params"]["customLabel"]
    return of_index("visualization", object_name(name), {
        "title": title, "description": "", "version": 1, "uiStateJSON": "{}",
        "visState": text({"title": title, "type": chart, "params": params(label), "aggs": aggs})})


def lines():
    name, title, columns, _, _, _ = panels.LINES
    return of_index("search", object_name(name), {
        "title": "%s: %s" % (panels.TITLE, title), "description": "", "hits": 0, "version": 1, "columns": columns,
        "sort": [[panels.TIME, "desc"]]})


def placed(sizes):
    """Where each (width, height) comes: in rows from left to right."""
    x = y = row = 0
    for width, height in sizes:
        if x + width > WIDTH:
            x, y, row = 0, y + row, 0
        yield {"x": x, "y": y, "w": width, "h": height}
        x, row = x + width, max(row, height)


def dashboard():
    shown = [("visualization", p[0], p[3], p[4]) for p in panels.PANELS]
    shown.append(("search", panels.LINES[0], panels.LINES[3], panels.LINES[4]))
    places = placed([p[2:] for p in shown])
    grid = [{"version": VERSIONS["dashboard"], "panelIndex": str(i), "gridData": {**place, "i": str(i)},
             "embeddableConfig": {}, "panelRefName": "panel_%d" % i} for i, place in enumerate(places)]
    return saved("dashboard", panels.NAME, {
        "title": panels.TITLE, "description": "What connect-worker's access-log sink has written", "hits": 0,
        "version": 1,
        "panelsJSON": text(grid), "optionsJSON": text({"useMargins": True, "hidePanelTitles": False}),
        "timeRestore": True, "timeFrom": panels.SINCE, "timeTo": "now",
        "refreshInterval": {"pause": panels.REFRESH_MS == 0, "value": panels.REFRESH_MS},
        "kibanaSavedObjectMeta": search_source(),
    }, [{"name": "panel_%d" % i, "type": p[0], "id": object_name(p[1])} for i, p in enumerate(shown)])


def index_pattern():
    """The data view; its fields are read from the index when it is used."""
    return saved("index-pattern", panels.NAME, {
        "title": panels.INDEX, "timeFieldName": panels.TIME, "fields": "[]",
        "fieldFormatMap": text({"size": {"id": "bytes"}})}, [])


def queries():
    """File → search."""
    found = {p[0]: query(p[5], p[6]) for p in panels.PANELS}
    name, _, columns, _, _, size = panels.LINES
    found[name] = {"size": size, "track_total_hits": True, "sort": [{panels.TIME: "desc"}],
                   "_source": [panels.TIME] + columns}
    return found


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    os.makedirs(os.path.join(folder, "queries"), exist_ok=True)
    for name, body in queries().items():
        with open(os.path.join(folder, "queries", name + ".json"), "w", encoding="utf-8") as f:
            f.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    objects = [index_pattern()] + [visualization(p) for p in panels.PANELS] + [lines(), dashboard()]
    with open(os.path.join(folder, "dashboard.ndjson"), "w", encoding="utf-8") as f:
        f.writelines(text(o) + "\n" for o in objects)


if __name__ == "__main__":
    main()
