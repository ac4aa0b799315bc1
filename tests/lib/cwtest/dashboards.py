"""A stand-in for OpenSearch Dashboards and Kibana: what they do with a file of saved objects, as far as it goes.

The server takes an import as theirs does (a form with an .ndjson file, a header against forged requests), refuses what
theirs refuses (unknown types, versions that it does not know yet, references to nothing), and stores the objects in a
real store, in an index whose strict mappings are theirs. dsl() makes the search that they send for a visualization.
"""

import email
import http.server
import json
import re
import threading

TEXT = {"type": "text"}
KEYWORD = {"type": "keyword"}
INTEGER = {"type": "integer"}
META = {"properties": {"searchSourceJSON": TEXT}}
COMMON = {"title": TEXT, "description": TEXT, "version": INTEGER, "kibanaSavedObjectMeta": META}
MAPPINGS = {
    "index-pattern": {"dynamic": False, "properties": {"title": TEXT, "type": KEYWORD}},
    "visualization": {"properties": {**COMMON, "savedSearchRefName": KEYWORD, "uiStateJSON": TEXT, "visState": TEXT}},
    "search": {"properties": {**COMMON, "columns": KEYWORD, "hits": INTEGER, "sort": KEYWORD}},
    "dashboard": {"properties": {
        **COMMON, "hits": INTEGER, "optionsJSON": TEXT, "panelsJSON": TEXT, "timeFrom": KEYWORD, "timeTo": KEYWORD,
        "timeRestore": {"type": "boolean"}, "refreshInterval": {"properties": {
            "display": KEYWORD, "pause": {"type": "boolean"}, "section": INTEGER, "value": INTEGER}}}},
}
# The newest form of each type that OpenSearch Dashboards 1 and 2 know; Kibana 7.10 and later know these and newer ones.
KNOWN = {"index-pattern": (7, 6, 0), "search": (7, 9, 3), "visualization": (7, 10, 0), "dashboard": (7, 9, 3)}
MISSING = "__missing__"


def version(text):
    return tuple(int(part) for part in text.split("."))


class Dashboards:
    """Listens on loopback; the objects are in `index` of `search`."""

    def __init__(self, test, search, index, login=None, base="/base"):
        self.search, self.index, self.login, self.base = search, index, login, base
        search.call("PUT", "/" + index, {"mappings": {"dynamic": "strict", "properties": {
            "type": KEYWORD, "migrationVersion": {"dynamic": True, "type": "object"}, **MAPPINGS,
            "references": {"type": "nested", "properties": {"name": KEYWORD, "type": KEYWORD, "id": KEYWORD}}}}})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = "http://127.0.0.1:%d%s" % (server.server_port, base)

    def handler(dashboards):  # pylint: disable=no-self-argument
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = dashboards.answer(self.path, self.headers, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, path, headers, body):
        if self.login and headers["Authorization"] != self.login:
            return 401, {"message": "Unauthorized"}
        if path != self.base + "/api/saved_objects/_import?overwrite=true":
            return 404, {"message": "Not Found"}
        if not headers["osd-xsrf"] or not headers["kbn-xsrf"]:
            return 400, {"message": "Request must contain a xsrf header."}
        form = email.message_from_bytes(b"Content-Type: %s\n\n%s" % (headers["Content-Type"].encode(), body))
        parts = [part for part in form.walk() if part.get_param("name", header="content-disposition") == "file"]
        file = parts[0] if parts else None
        if file is None or not (file.get_filename() or "").endswith(".ndjson"):
            return 400, {"message": "Invalid file extension"}
        objects = [json.loads(line) for line in file.get_payload(decode=True).decode().splitlines() if line]
        errors = [{"id": o["id"], "type": o["type"], "error": {"type": why}} for o in objects
                  for why in self.refusals(o, objects)]
        for o in objects if not errors else []:
            document = {"type": o["type"], o["type"]: o["attributes"], "references": o["references"],
                        "migrationVersion": o["migrationVersion"]}
            self.search.call("PUT", "/%s/_doc/%s:%s" % (self.index, o["type"], o["id"]), document)
        return 200, {"success": not errors, "successCount": 0 if errors else len(objects), "errors": errors}

    def refusals(self, o, objects):
        if o["type"] not in MAPPINGS:
            yield "unsupported_type"
        elif version(o["migrationVersion"][o["type"]]) > KNOWN[o["type"]]:
            yield "document from a newer version"
        for reference in o["references"]:
            if not any((other["type"], other["id"]) == (reference["type"], reference["id"]) for other in objects):
                yield "missing_references"

    def objects(self):
        """(type, id) → its attributes and references, as they are stored."""
        self.search.refresh(self.index)
        found = self.search.call("POST", "/%s/_search" % self.index, {"size": 1000})["hits"]["hits"]
        return {tuple(hit["_id"].split(":", 1)): (hit["_source"][hit["_source"]["type"]], hit["_source"]["references"])
                for hit in found}


def of_terms(params, aggs, missing_as):
    order = params.pop("orderBy")
    if order != "_key":
        chosen = next(a for a in aggs if a["id"] == order)
        order = "_count" if chosen["type"] == "count" else order
    body = {"field": params.pop("field"), "size": params.pop("size"), "order": {order: params.pop("order")}}
    if params.pop("missingBucket"):
        body["missing"] = missing_as
    body.update(json.loads(params.pop("json", "{}")))
    if params.pop("otherBucket"):
        raise AssertionError("other buckets take a second search, which nothing here makes")
    for label in ("otherBucketLabel", "missingBucketLabel"):
        params.pop(label)
    return {"terms": body}


def of_bucket(agg, params, aggs, interval, missing_as):
    kind = agg["type"]
    if kind == "terms":
        body = of_terms(params, aggs, missing_as)
    elif kind == "filters":
        body = {"filters": {"filters": {f["label"]: {"query_string": {"query": f["input"]["query"]}}
                                        for f in params.pop("filters") if f["input"]["language"] == "lucene"}}}
    elif kind == "date_histogram":
        body = {"date_histogram": {"field": params.pop("field"), "fixed_interval": interval,
                                   "min_doc_count": params.pop("min_doc_count")}}
        if (params.pop("interval"), params.pop("drop_partials"), params.pop("extended_bounds")) != ("auto", False, {}):
            raise AssertionError("not what this stand-in knows of date_histogram")
    else:
        raise AssertionError("no such bucket here: " + kind)
    if params:
        raise AssertionError("%s: what is %s?" % (kind, params))
    return body


ROLES = {"metric", "segment", "group", "bucket"}


def dsl(vis, interval=None, missing_as=MISSING):
    """The search of a visualization's state; interval: of its date_histogram, which is "auto"."""
    aggs = vis["aggs"]
    if len({a["id"] for a in aggs}) != len(aggs) or not all(a["enabled"] and a["schema"] in ROLES for a in aggs):
        raise AssertionError("aggregations with one id, or a role that there is not")
    params = {a["id"]: {k: v for k, v in a["params"].items() if k != "customLabel"} for a in aggs}
    found = {a["id"]: {a["type"]: params[a["id"]]} for a in aggs if a["schema"] == "metric" and a["type"] != "count"}
    for agg in reversed([a for a in aggs if a["schema"] != "metric"]):
        inner = {"aggs": found} if found else {}
        found = {agg["id"]: {**of_bucket(agg, params[agg["id"]], aggs, interval, missing_as), **inner}}
    return {"size": 0, "track_total_hits": True, "aggs": found}


def fixed(interval):
    """The interval that auto_date_histogram answers with, as date_histogram takes it."""
    if not re.fullmatch(r"\d+[smhd]", interval):
        raise AssertionError("no fixed interval: " + interval)
    return interval
