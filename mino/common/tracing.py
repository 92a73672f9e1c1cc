"""Which request, organization, execution, job or attempt the running code works for, so that each log line says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

IDS = ("request", "task", "organization", "execution", "job", "session")
"""What can be bound, in the order in which log lines show it."""

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound_ids", default=MappingProxyType({}))


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Meanwhile, in this thread, log lines carry these ids on top of those that are bound already. None unbinds one.

    A new thread begins with nothing bound. Other names than those of `IDS` are a TypeError.
    """
    token = _bound.set(_merged(ids))
    try:
        yield
    finally:
        _bound.reset(token)


def bind(**ids: object) -> None:
    """As `bound`, until the `with` block of `bound` ends in which this is called."""
    _bound.set(_merged(ids))


def bound_ids() -> dict[str, str]:
    """What is bound here and now, in the order of `IDS`."""
    ids = _bound.get()
    return {name: ids[name] for name in IDS if name in ids}


def _merged(ids: Mapping[str, object]) -> dict[str, str]:
    unknown = sorted(set(ids) - set(IDS))
    if unknown:
        raise TypeError(f"{', '.join(unknown)} can't be bound. Log lines carry: {', '.join(IDS)}.")
    merged = {**_bound.get(), **ids}
    return {name: str(value) for name, value in merged.items() if value is not None}
