"""An identity provider as far as Kafka's clients need it: a token endpoint for client credentials."""

import base64
import json
import time
import urllib.parse

from .gateway import Gateway


def encode(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class TokenEndpoint:
    """Gives tokens, unsigned JWT of the scope that was asked for, to clients {id: secret} until it is closed.

    clients, lifetime_s and answer may be changed at any time; answer: (status, bytes) for everybody, None: tokens.
    tokens: those that it gave. tls: an ssl.SSLContext."""

    def __init__(self, test, clients, tls=None):
        self.test, self.clients, self.tls = test, clients, tls
        self.lifetime_s, self.answer, self.tokens = 3600, None, []
        self.gateway = None
        self.open()
        self.url = self.gateway.url + "/oauth2/token"

    def open(self):
        """Again, after close()."""
        self.gateway = Gateway(self.test, None, self.check, self.tls, at=self.gateway.port if self.gateway else 0)

    def close(self):
        self.gateway.stop()

    def check(self, handler, body):
        if self.answer:
            return self.answer
        status, answer = self.token(handler.headers.get("Authorization", ""), body.decode())
        return status, json.dumps(answer).encode()

    def token(self, authorization, body):
        user, _, password = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
        form = dict(urllib.parse.parse_qsl(body))
        if self.clients.get(user) != password:
            return 401, {"error": "invalid_client", "error_description": "no client with " + password}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        now = time.time()
        claims = {"sub": user, "scope": form.get("scope", ""), "iat": now, "exp": now + self.lifetime_s}
        text = "%s.%s." % (encode({"alg": "none"}), encode(claims))
        self.tokens.append(text)
        return 200, {"access_token": text, "token_type": "Bearer", "expires_in": self.lifetime_s}
