"""Who is acting: a person in a page, an API key, a worker on behalf of one of them, or somebody at the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.http import HttpRequest

from accounts.models import Channel
from accounts.permissions import Principal
from mino.common.requests import client_address
from mino.common.values.clean import clean_text

LONGEST_AGENT = 300
CHANNELS = {"/admin/": Channel.ADMIN, "/api/": Channel.API}


def nobody() -> Principal | None:
    """No person and no key: a command, or a worker's own housekeeping."""
    return None


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts (asked when an entry is written, since signing in happens within a request), how, and from where."""

    who: Callable[[], Principal | None] = nobody
    channel: Channel = Channel.COMMAND
    address: str = ""
    user_agent: str = ""


NOT_TOLD = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOT_TOLD)


def acting() -> Acting:
    """Who acts here and now."""
    return _acting.get()


@contextmanager
def acting_as(who: Principal | None, *, channel: Channel | None = None) -> Iterator[None]:
    """Meanwhile, in this thread, entries name `who` (None: nobody), with the address that is known already.

    A worker that works off what somebody ordered says `acting_as(user, channel=Channel.WORKER)`.
    """
    with _set(_changed(who, channel)):
        yield


def act_as(who: Principal | None, *, channel: Channel | None = None) -> None:
    """As `acting_as`, until the request or task ends in which this is called: for authentication."""
    _acting.set(_changed(who, channel))


@contextmanager
def acting_in(request: HttpRequest) -> Iterator[None]:
    """Meanwhile entries name who the request is from. An authentication that sets `request.user` needs no more."""
    channels = (channel for prefix, channel in CHANNELS.items() if request.path_info.startswith(prefix))
    found = Acting(
        who=lambda: getattr(request, "user", None),
        channel=next(channels, Channel.PAGE),
        address=client_address(request),
        user_agent=clean_text(request.headers.get("User-Agent", ""))[:LONGEST_AGENT],
    )
    with _set(found):
        yield


@contextmanager
def acting_in_worker() -> Iterator[None]:
    """Meanwhile a worker acts, on nobody's behalf until `act_as` or `acting_as` names somebody."""
    with _set(Acting(channel=Channel.WORKER)):
        yield


@contextmanager
def _set(new: Acting) -> Iterator[None]:
    token = _acting.set(new)
    try:
        yield
    finally:
        _acting.reset(token)


def _changed(who: Principal | None, channel: Channel | None) -> Acting:
    now = _acting.get()
    return replace(now, who=lambda: who, channel=channel or now.channel)
