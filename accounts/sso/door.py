"""The outbound door for allauth, which asks identity providers by `requests`.

Addresses of an organization's provider were given by a user, and the provider names further ones: none of them may lead
into the house. What it is told (codes, secrets) goes over TLS, except within networks that the operator allowed.
"""

from __future__ import annotations

from io import BytesIO
from ipaddress import ip_network
from typing import Any

import requests
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from mino.common.outbound import Fetched, OutboundError, OutboundRefused, fetch, policy_from_settings, post
from mino.common.outbound.addresses import is_in
from mino.common.outbound.urls import Target, parse_target

SECONDS = 10.0
MAX_BYTES = 1024 * 1024


def door_session() -> requests.Session:
    """A session that reaches only what the door lets through."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("https://", "http://"):
        session.mount(scheme, DoorAdapter())
    return session


def door_fetch(url: str) -> Fetched:
    """GET an address of a provider. Raises a branch of OutboundError."""
    checked_target(url)
    return fetch(url, policy=policy_from_settings(), timeout=SECONDS, max_bytes=MAX_BYTES)


def checked_target(url: str) -> Target:
    """The address, if it may be one of a provider. Raises OutboundRefused with a sentence."""
    target = parse_target(url)
    inside = [ip_network(one, strict=False) for one in settings.MINO_ALLOWED_NETWORKS]
    if target.scheme != "https" and not (target.address and is_in(target.address, inside)):
        raise OutboundRefused(f"{target.origin} is not encrypted. Addresses of identity providers begin with https://.")
    return target


class DoorAdapter(BaseAdapter):
    """Sends what `requests` prepared through the door, and gives the answer in its form."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """One exchange. Raises requests.ConnectionError with the door's sentence."""
        try:
            return _response(request, _exchange(request))
        except OutboundError as error:
            raise requests.ConnectionError(error.reason, request=request) from error

    def close(self) -> None:
        """Nothing is kept open."""


def _exchange(request: requests.PreparedRequest) -> Fetched:
    url, headers = request.url or "", {str(name): str(value) for name, value in request.headers.items()}
    checked_target(url)
    if request.method == "GET":
        return fetch(url, policy=policy_from_settings(), headers=headers, timeout=SECONDS, max_bytes=MAX_BYTES)
    body = request.body or b""
    sent = body.encode() if isinstance(body, str) else body
    if not isinstance(sent, bytes):
        raise TypeError("allauth sends forms, nothing that streams")
    return post(url, sent, policy=policy_from_settings(), headers=headers, timeout=SECONDS, max_bytes=MAX_BYTES)


def _response(request: requests.PreparedRequest, fetched: Fetched) -> requests.Response:
    response = requests.Response()
    response.status_code = fetched.status
    response.headers = CaseInsensitiveDict(fetched.headers)
    response.headers.pop("location", None)  # the door followed what may be followed
    response.raw = BytesIO(fetched.body)
    response._content = fetched.body
    response.url = fetched.url
    response.request = request
    return response
