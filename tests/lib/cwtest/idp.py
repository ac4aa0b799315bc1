"""An identity provider as far as Kafka's clients need it: a token endpoint for client credentials, on HTTP."""

import base64
import http.server
import json
import threading
import time
import urllib.parse


def encode(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class TokenEndpoint:
    """Gives tokens, unsigned JWT of the scope that was asked for, to clients {id: secret} until it is closed.

    clients, lifetime_s and answer may be changed at any time; answer: (status, text) for everybody, None: tokens.
    tokens: those that it gave."""

    def __init__(self, test, clients, lifetime_s=3600):
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, text = endpoint.answer or endpoint.token(self.headers.get("Authorization", ""), body)
                self.send_response_only(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.handler, self.server_class = Handler, Server
        self.clients, self.lifetime_s, self.answer, self.tokens = clients, lifetime_s, None, []
        self.server, self.port = None, 0
        self.open()
        self.url = "http://127.0.0.1:%d/oauth2/token" % self.port
        test.addCleanup(self.close)

    def open(self):
        """Again, after close()."""
        self.server = self.server_class(("127.0.0.1", self.port), self.handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def token(self, authorization, body):
        user, _, password = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
        form = dict(urllib.parse.parse_qsl(body))
        if self.clients.get(user) != password:
            return 401, json.dumps({"error": "invalid_client", "error_description": "no client with " + password})
        if form.get("grant_type") != "client_credentials":
            return 400, json.dumps({"error": "unsupported_grant_type"})
        now = time.time()
        claims = {"sub": user, "scope": form.get("scope", ""), "iat": now, "exp": now + self.lifetime_s}
        text = "%s.%s." % (encode({"alg": "none"}), encode(claims))
        self.tokens.append(text)
        return 200, json.dumps({"access_token": text, "token_type": "Bearer", "expires_in": self.lifetime_s})
