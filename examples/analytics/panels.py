"""What the dashboard shows: the one source from which generate.py makes the queries and the saved objects.

A panel has metrics (without one, each bucket's number of documents is what counts) and buckets, one within the other.
Buckets and metrics are functions of this page that give what is said about them in both worlds: `query` is the
aggregation as the search API takes it, `vis` is the same in the words of a visualization.
"""

NAME = "access-logs"
TITLE = "Access logs"
INDEX = "access-logs-*"
TIME = "@timestamp"
# How far back one looks at first, and after how many ms it is all read again (0: only when asked to).
SINCE, REFRESH_MS = "now-24h", 0

# Lucene's syntax, which every version of both products reads.
CLASSES = {
    "server errors": "status:[500 TO 599]",
    "client errors": "status:[400 TO 499]",
    "redirects": "status:[300 TO 399]",
    "successes": "status:[200 TO 299]",
}
ERRORS = {label: CLASSES[label] for label in ("server errors", "client errors")}
# Each shard tells this many of its top values, so that the numbers of those that are shown are exact in practice.
SHARD_SIZE = 1000


def metric(name, kind, label, **params):
    return {"name": name, "query": {kind: params}, "vis": {"type": kind, "params": {**params, "customLabel": label}}}


def total(field, label):
    return metric("total", "sum", label, field=field)


def mean(field, label):
    return metric("mean", "avg", label, field=field)


def distinct(field, label):
    return metric("distinct", "cardinality", label, field=field)


def percentiles(field, label, percents):
    return metric("percentiles", "percentiles", label, field=field, percents=percents)


def over_time():
    """In steps that fit the time that is looked at; Dashboards chooses them likewise."""
    return {"name": "time", "query": {"auto_date_histogram": {"field": TIME, "buckets": 100}},
            "vis": {"type": "date_histogram", "params": {
                "field": TIME, "interval": "auto", "drop_partials": False, "min_doc_count": 1, "extended_bounds": {}}}}


def classes(named):
    return {
        "name": "class",
        "query": {"filters": {"filters": {label: {"query_string": {"query": q}} for label, q in named.items()}}},
        "vis": {"type": "filters", "params": {
            "filters": [{"label": label, "input": {"query": q, "language": "lucene"}} for label, q in named.items()]}},
    }


def top(field, label, size, missing=None):
    """The values with the most documents; missing: what documents without the field count as."""
    query = {"field": field, "size": size, "shard_size": SHARD_SIZE}
    vis = {"field": field, "size": size, "json": '{"shard_size": %d}' % SHARD_SIZE, "orderBy": "1", "order": "desc",
           "otherBucket": False, "otherBucketLabel": "others", "missingBucket": missing is not None,
           "missingBucketLabel": missing or "none", "customLabel": label}
    if missing is not None:
        query["missing"] = missing
    return {"name": field, "query": {"terms": query}, "vis": {"type": "terms", "params": vis}}


def values(field, label, size):
    """All values, in their order."""
    bucket = top(field, label, size)
    bucket["query"]["terms"]["order"] = {"_key": "asc"}
    bucket["vis"]["params"].update(orderBy="_key", order="asc")
    return bucket


# name, title, kind of chart, columns and rows of 48 that it takes, metrics, buckets
PANELS = [
    ("totals", "Requests, bytes, clients", "metric", 48, 6,
     [total("size", "bytes sent"), distinct("ip", "clients")], []),
    ("traffic", "Traffic", "histogram", 24, 12, [], [over_time(), classes(CLASSES)]),
    ("error-rate", "Error rate", "share", 24, 12, [], [over_time(), classes(CLASSES)]),
    ("volume", "Bytes sent", "area", 24, 12, [total("size", "bytes sent")], [over_time()]),
    ("sizes", "Size of answers: median, 90 %, 99 %", "line", 24, 12,
     [percentiles("size", "bytes", [50, 90, 99])], [over_time()]),
    ("status", "Status", "pie", 16, 14, [], [values("status", "status", 50)]),
    ("endpoints", "Top endpoints", "table", 32, 14,
     [total("size", "bytes sent"), mean("size", "mean size")], [top("endpoint", "endpoint", 20)]),
    ("failing-endpoints", "Endpoints with the most errors", "table", 24, 14, [],
     [classes(ERRORS), top("endpoint", "endpoint", 10)]),
    ("clients", "Top clients", "table", 24, 14, [total("size", "bytes sent")], [top("ip", "client", 20)]),
    ("referrers", "Referrers", "horizontal_bar", 24, 14, [], [top("referrer", "referrer", 15, missing="none")]),
    ("user-agents", "User agents", "horizontal_bar", 24, 14, [], [top("user_agent", "user agent", 15)]),
]
# Below them the lines themselves.
LINES = ("lines", "Lines", ["ip", "method", "endpoint", "status", "size", "referrer", "user_agent"], 48, 18, 50)
