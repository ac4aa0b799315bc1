"""Answers of a worker against its own OpenAPI document."""

import copy
import urllib.parse

import jsonschema

JSON = "application/json"


def closed(schema):
    """The schema, with every object closed that does not say otherwise: what is answered must be documented."""
    if isinstance(schema, dict):
        schema = {key: closed(value) for key, value in schema.items()}
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
    elif isinstance(schema, list):
        schema = [closed(item) for item in schema]
    return schema


class Contract:
    def __init__(self, document):
        self.document = document
        self.closed = copy.deepcopy(document)
        self.closed["components"]["schemas"] = closed(document["components"]["schemas"])
        self.seen = set()  # (operationId, status)

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for part in value["$ref"][2:].split("/"):
                target = target[part]
            value = target
        return value

    def find(self, method, url):
        """The operation that a request is for; the path with the fewest parameters wins."""
        asked = urllib.parse.urlsplit(url).path.rstrip("/").split("/")
        found = []
        for has, path, operation in self.operations():
            parts = path.rstrip("/").split("/")
            if has == method and len(parts) == len(asked) and all(p[:1] == "{" or p == a for p, a in zip(parts, asked)):
                found.append((path.count("{"), path, operation))
        if not found:
            raise AssertionError("%s %s is not in the document" % (method, url))
        return min(found, key=lambda f: f[0])[2]

    def validate(self, schema, value, what):
        whole = dict(schema, components=self.closed["components"])
        errors = list(jsonschema.Draft202012Validator(whole).iter_errors(value))
        if errors:
            raise AssertionError("%s is not as documented: %s" % (what, "; ".join(
                "%s: %s" % (e.json_path, e.message[:500]) for e in errors)))

    def check_query(self, operation, url):
        known = [self.resolve(p)["name"] for p in operation.get("parameters", []) if self.resolve(p)["in"] == "query"]
        for name, _ in urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query):
            if name not in known:
                raise AssertionError("%s: the query parameter %s is not in the document" % (url, name))

    def check(self, method, url, answer, body=None):
        """AssertionError unless status, headers and body of the answer are documented. body: of the request."""
        operation = self.find(method, url)
        what = "%s %s: %r" % (method, url, answer)
        self.check_query(operation, url)
        if answer.status < 400 and body is not None:
            self.validate(operation["requestBody"]["content"][JSON]["schema"], body, "the body of " + what)
        if str(answer.status) not in operation["responses"]:
            raise AssertionError("this status is not in the document: " + what)
        response = self.resolve(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            if self.resolve(header).get("required") and name not in answer.headers:
                raise AssertionError("the header %s is missing: %s" % (name, what))
        self.check_body(response, answer, what)
        self.seen.add((operation["operationId"], answer.status))

    def check_body(self, response, answer, what):
        if "content" not in response:
            if answer.data:
                raise AssertionError("a body, where none is documented: " + what)
            return
        media_type = answer.headers.get_content_type()
        if media_type not in response["content"]:
            raise AssertionError("the media type %s is not in the document: %s" % (media_type, what))
        value = answer.json if media_type == JSON else answer.text
        self.validate(response["content"][media_type]["schema"], value, what)
