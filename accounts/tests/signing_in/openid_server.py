"""A real OpenID Connect provider on loopback (oidc-provider-mock), which can be told to lie in its ID tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import oidc_provider_mock
import werkzeug.serving
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

Claims = dict[str, Any]
Lie = Callable[[Claims], Claims]


class OpenIDServer:
    """A running provider. `people` get their claims by `know`; `lie` changes an ID token, signed by its own key."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.forget()
        app: Any = oidc_provider_mock.app()
        app.wsgi_app = self._between(app.wsgi_app)
        self.server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forget(self) -> None:
        """Tell the truth again, and begin to list anew what is asked."""
        self.asked: list[str] = []
        self.lie: Lie | None = None
        self.algorithm = "RS256"
        self.config: dict[str, Any] = {}
        self.shown = self.key.public_key()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_port)

    def know(self, sub: str, **claims: Any) -> None:
        """Say of the person `sub` what the claims say."""
        httpx.put(f"{self.url}/users/{sub}", json=claims).raise_for_status()

    def agree(self, address: str, sub: str) -> str:
        """Sign in at the provider as `sub`, and give the address to which it leads back."""
        answer = httpx.post(address, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def _between(self, app: Any) -> Any:
        """Stand between the provider and the net, to change its answers."""

        def wsgi(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            self.asked.append(environ["PATH_INFO"])
            path = environ["PATH_INFO"]
            if path == "/jwks" and self.lie:
                public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.shown, as_dict=True)
                return _answer(start, {"keys": [{**public, "kid": "lies", "use": "sig"}]})
            if path == "/.well-known/openid-configuration" and self.config:
                return _changed(app, environ, start, lambda found: {**found, **self.config})
            if path == "/oauth2/token" and self.lie:
                return _changed(app, environ, start, self._with_lie)
            return app(environ, start)  # type: ignore[no-any-return]

        return wsgi

    def _with_lie(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert self.lie
        claims = self.lie(jwt.decode(answer["id_token"], options={"verify_signature": False}))
        key: Any = {"RS256": self.key, "none": None}.get(self.algorithm, "shared secret" * 5)
        return {**answer, "id_token": jwt.encode(claims, key, self.algorithm, headers={"kid": "lies"})}


def _answer(start: Any, body: dict[str, Any]) -> list[bytes]:
    sent = json.dumps(body).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(sent)))])
    return [sent]


def _changed(app: Any, environ: dict[str, Any], start: Any, change: Callable[[Any], Any]) -> list[bytes]:
    body = b"".join(app(environ, lambda *_: None))
    return _answer(start, change(json.loads(body)))


@contextmanager
def openid_server() -> Iterator[OpenIDServer]:
    """A provider that runs until the block ends."""
    provider = OpenIDServer()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()


def sign_in_by(client: Client, provider: OpenIDServer, sub: str, address: str, **data: str) -> Any:
    """Do what a browser does: post the button, sign in at the provider, come back. Gives the last answer."""
    sent = client.post(address, data)
    if not sent.get("Location", "").startswith(provider.url):
        return sent
    return client.get(relative(provider.agree(sent["Location"], sub)))


def agree(client: Client) -> None:
    """Agree to the terms, as who is new is asked to."""
    texts = client.get("/consent/").context["form"]["texts"].value()
    client.post("/consent/", {"texts": texts, "agreed": "on"})


def relative(address: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
