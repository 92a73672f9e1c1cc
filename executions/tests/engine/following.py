"""Follows an execution's live events as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from executions.models import Execution
from mino.tests.api.asking import Asker


@dataclass
class Heard:
    """A server-sent event."""

    id: int
    type: str
    data: Mapping[str, Any]


def way(asker: Asker, execution: Execution, what: str = "events", query: str = "") -> str:
    """Where the API sends who asks for the events."""
    response = asker("GET", f"executions/{execution.pk}/{what}{query}")
    assert response.status_code == 307, response.content
    return str(response["Location"])


def get(url: str, **options: Any) -> httpx.Response:
    """Ask once, with patience for a machine that does other work."""
    return httpx.get(url, **{"timeout": 30, **options})


@contextmanager
def following(url: str, **headers: str) -> Iterator[Iterator[Heard]]:
    """The events of a stream."""
    with httpx.stream("GET", url, headers=headers, timeout=30) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


def _events(response: httpx.Response) -> Iterator[Heard]:
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if not line and "event" in fields:
            yield Heard(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def until(events: Iterator[Heard], kind: str) -> list[Heard]:
    """What is heard up to an event of that type."""
    heard = []
    for event in events:
        heard.append(event)
        if event.type == kind:
            return heard
    raise AssertionError(f"The stream ended without {kind}: {heard}")


def numbers(heard: list[Heard]) -> list[int]:
    """The numbers of what has one of its own."""
    return [event.id for event in heard if event.type not in ("progress", "end")]
