"""Fetching one address through the door."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urljoin

from mino.common.outbound.connecting import Deadline, TimedSocket, open_connection, secured
from mino.common.outbound.decoding import ACCEPTED_ENCODINGS, read_body
from mino.common.outbound.errors import BadAnswer, ConnectError, OutboundRefused, TooLarge
from mino.common.outbound.policy import OutboundPolicy
from mino.common.outbound.urls import Target, parse_target

USER_AGENT = "Mozilla/5.0 (compatible; MINO/1.0; site evaluation)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_ONE_ORIGIN = frozenset({"authorization", "cookie", "proxy-authorization"})
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a site answered. `url` is where the redirects ended, `headers` has lower-case names, `body` is unpacked."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    content_type: str = ""
    redirects: tuple[str, ...] = ()


def fetch(
    url: str,
    *,
    policy: OutboundPolicy,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    max_bytes: int | None = None,
    cancelled: threading.Event | None = None,
) -> Fetched:
    """GET an address and follow its redirects, each hop checked as the first one.

    `timeout` (seconds, for everything together) and `max_bytes` (of the body, as sent and as unpacked) default to the
    policy's. Any HTTP status is an answer. Raises a branch of `OutboundError`; nothing is ever sent to an address that
    is not permitted.
    """
    deadline = Deadline(policy.timeout if timeout is None else timeout, cancelled)
    limit = policy.max_bytes if max_bytes is None else max_bytes
    sent = _request_headers(headers or {})
    target, visited = parse_target(url), list[str]()
    while True:
        answer = _exchange(target, policy, sent, deadline, limit)
        location = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not location:
            return Fetched(answer.url, answer.status, answer.headers, answer.body, answer.content_type, tuple(visited))
        if len(visited) >= policy.max_redirects:
            raise BadAnswer(f"The site redirected more than {policy.max_redirects} times.")
        visited.append(target.url)
        following = parse_target(urljoin(target.url, location))
        if following.origin != target.origin:
            sent = {name: value for name, value in sent.items() if name not in _FOR_ONE_ORIGIN}
        target = following


def post(
    url: str,
    body: bytes,
    *,
    policy: OutboundPolicy,
    headers: Mapping[str, str],
    timeout: float,
    max_bytes: int,
) -> Fetched:
    """POST a body to an address, once, and follow no redirect: it is an answer like any other.

    Of the answer's body no more than `max_bytes` are read; an answer without end is cut there. `timeout` (seconds) is
    for everything together. Raises a branch of `OutboundError`, but never TooLarge.
    """
    target = parse_target(url)
    sent = {"user-agent": USER_AGENT, **{name.lower(): value for name, value in headers.items()}}
    sent |= {"accept-encoding": "identity", "connection": "close"}
    with _asking("POST", target, policy, sent, Deadline(timeout), body) as response:
        answered = _headers(response)
        return Fetched(
            target.url, response.status, answered, _start(response, max_bytes), answered.get("content-type", "")
        )


def _request_headers(given: Mapping[str, str]) -> dict[str, str]:
    usual = {"user-agent": USER_AGENT, "accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}
    # The door itself decides how the connection and the compression work.
    ours = {"accept-encoding": ACCEPTED_ENCODINGS, "connection": "close"}
    return {**usual, **{name.lower(): value for name, value in given.items() if name.lower() != "host"}, **ours}


def _exchange(
    target: Target, policy: OutboundPolicy, headers: Mapping[str, str], deadline: Deadline, limit: int
) -> Fetched:
    """One request and its answer, without following anything."""
    with _asking("GET", target, policy, headers, deadline) as response:
        return _read(response, target, limit)


@contextmanager
def _asking(
    method: str,
    target: Target,
    policy: OutboundPolicy,
    headers: Mapping[str, str],
    deadline: Deadline,
    body: bytes | None = None,
) -> Iterator[http.client.HTTPResponse]:
    """The answer to one request, to be read inside the block. Raises a branch of `OutboundError`."""
    socket = open_connection(target, policy, deadline)
    if target.scheme == "https":
        socket = secured(socket, target, deadline)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = cast(Any, TimedSocket(socket, deadline))
    try:
        connection.request(method, target.path, body=body, headers={"host": target.host_header, **headers})
        yield connection.getresponse()
    except ValueError as error:
        raise OutboundRefused("The request's headers or path contain characters that may not be sent.") from error
    except http.client.HTTPException as error:
        raise BadAnswer(f"{target.host} sent an answer that is not readable HTTP.") from error
    except OSError as error:
        deadline.remaining()
        raise ConnectError(f"The connection to {target.host} broke before the answer was complete.") from error
    finally:
        connection.close()
        socket.close()


def _read(response: http.client.HTTPResponse, target: Target, limit: int) -> Fetched:
    headers = _headers(response)
    if response.status in _REDIRECTS and "location" in headers:
        return Fetched(target.url, response.status, headers, b"")
    if response.length is not None and response.length > limit:
        raise TooLarge(f"The site's answer is larger than {limit:,} bytes.")
    body = read_body(_chunks(response), headers.get("content-encoding", ""), limit)
    return Fetched(target.url, response.status, headers, body, headers.get("content-type", ""))


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {_text(value)}" if key in headers else _text(value)
    return headers


def _start(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The body, or its first bytes."""
    body = bytearray()
    while len(body) < limit and (chunk := response.read(min(_CHUNK, limit - len(body)))):
        body += chunk
    return bytes(body)


def _text(header: str) -> str:
    """`http.client` reads headers as Latin-1; addresses in them are mostly UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read(_CHUNK):
        yield chunk
    if response.length:
        raise ConnectionResetError("the body ended too soon")
