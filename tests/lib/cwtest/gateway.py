"""What may stand before a store: a server that looks at each request, then answers, or passes it on."""

import hashlib
import hmac
import http.client
import http.server
import threading
import urllib.parse


class Gateway:
    """Passes requests on to a store. check(handler, body) returns None, or (status, JSON text) instead.

    tls: an ssl.SSLContext. whole: all header fields are passed on, both ways. at: its own port, 0: any free one. A
    request with a whole URL is one to a proxy, and passed on all the same."""

    def __init__(self, test, port, check, tls=None, whole=False, at=0):
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                gateway.seen.append((self.command, self.path))
                answer = check(self, body)
                status, text, fields = (*answer, {}) if answer else self.forward(body)
                self.send_response_only(status)
                fields = {"Content-Type": "application/json", "Content-Length": str(len(text)), **fields}
                for name, value in fields.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            def forward(self, body):
                store = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                url = urllib.parse.urlsplit(self.path)
                fields = dict(self.headers) if whole else {"Content-Type": self.headers.get("Content-Type", "")}
                store.request(self.command, url.path + ("?" + url.query if url.query else ""), body, fields)
                answer = store.getresponse()
                text = answer.read()
                store.close()
                return answer.status, text, dict(answer.getheaders()) if whole else {}

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A client that goes is what some tests are about."""

        self.seen = []
        self.server = Server(("127.0.0.1", at), Handler)
        self.port = self.server.server_address[1]
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.port)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        test.addCleanup(self.stop)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def aws_signature(secret, method, path, headers, signed, body, scope):
    """Signature Version 4, as AWS describes it: of what was received, decoded and encoded anew."""
    url = urllib.parse.urlsplit(path)
    encoded_path = urllib.parse.quote(urllib.parse.quote(urllib.parse.unquote(url.path), safe="/-_.~"), safe="/-_.~")
    query = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    quote = lambda s: urllib.parse.quote(s, safe="-_.~")  # noqa: E731
    canonical = "\n".join([
        method, encoded_path, "&".join("%s=%s" % (quote(k), quote(v)) for k, v in query),
        "".join("%s:%s\n" % (name, " ".join(headers[name].split())) for name in signed), ";".join(signed),
        hashlib.sha256(body).hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], "/".join(scope),
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = digest(key, part)
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def check_aws(key_id, secret, region, service, token=None):
    """A check for Gateway: what is not signed so is refused as AWS refuses it."""

    def refuse(why):
        return 403, b'{"message":"%s"}' % why.encode()

    def check(handler, body):
        scheme, _, rest = (handler.headers.get("Authorization") or "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            return refuse("Missing Authentication Token")
        fields = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed = fields["SignedHeaders"].split(";")
        credential = fields["Credential"].split("/")
        if credential[0] != key_id or credential[2:] != [region, service, "aws4_request"]:
            return refuse("Credential should be scoped correctly")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        if headers.get("x-amz-security-token") != token or (token and "x-amz-security-token" not in signed):
            return refuse("The security token included in the request is invalid")
        if service == "aoss" and headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
            return refuse("x-amz-content-sha256 is not that of the body")
        expected = aws_signature(secret, handler.command, handler.path, headers, signed, body, credential[1:])
        if not {"host", "x-amz-date"} <= set(signed) or fields["Signature"] != expected:
            return refuse("The request signature we calculated does not match the signature you provided")
        return None

    return check
