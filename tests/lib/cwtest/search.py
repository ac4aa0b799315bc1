"""Elasticsearch's protocol: the same for OpenSearch, Elasticsearch 7 and connect-devstore."""

import json
import urllib.error
import urllib.parse
import urllib.request

PAGE = 10000


class Search:
    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None, missing=None):
        """The answer's JSON; where `missing` is given, it stands for what is not there, or not yet (404, 503)."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            if error.code in (404, 503) and missing is not None:
                return missing
            raise AssertionError("%s %s: HTTP %d: %s" % (method, path, error.code, text[:2000])) from error

    @staticmethod
    def quote(index):
        return urllib.parse.quote(index, safe="*,.-_")

    def refresh(self, index):
        self.call("POST", "/%s/_refresh" % self.quote(index), missing={})

    def count(self, index, query=None):
        """How many documents, the newest ones too; 0 without the index."""
        self.refresh(index)
        body = {"query": query} if query else None
        return self.call("POST" if body else "GET", "/%s/_count" % self.quote(index), body, {"count": 0})["count"]

    def get(self, index, doc):
        return self.call("GET", "/%s/_doc/%s" % (self.quote(index), urllib.parse.quote(doc, safe="")))

    def scan(self, index, fields=False):
        """Every document as (_index, _id, source); fields: which of its fields, True for all."""
        self.refresh(index)
        page = self.call("POST", "/%s/_search?scroll=2m" % self.quote(index),
                         {"size": PAGE, "sort": ["_doc"], "_source": fields, "query": {"match_all": {}}})
        while page["hits"]["hits"]:
            for hit in page["hits"]["hits"]:
                yield hit["_index"], hit["_id"], hit.get("_source")
            page = self.call("POST", "/_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]})
        self.call("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})

    def mapping(self, index):
        """Field → its mapping, of the first index that the name stands for."""
        answer = self.call("GET", "/%s/_mapping" % self.quote(index))
        return next(iter(answer.values()))["mappings"].get("properties", {})

    def indices(self, pattern):
        answer = self.call("GET", "/%s/_settings?expand_wildcards=all" % self.quote(pattern), missing={})
        return sorted(answer)

    def delete(self, index):
        self.call("DELETE", "/" + self.quote(index), missing={})
