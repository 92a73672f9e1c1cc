"""Numbers of rows as people write them: `1-50, 60`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db.models import Q

Span = tuple[int, int]
"""The first and the last number."""

MOST_PARTS = 5_000
MOST_LONG = 200
"""Long spans become a condition each, and a statement holds only so many."""
LONG = 20
PART = re.compile(r"(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?", re.ASCII)


def read_numbers(text: str) -> tuple[Span, ...]:
    """The spans in order, those that touch joined. Raises ValueError with a sentence about what can't be meant."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    if len(parts) > MOST_PARTS:
        raise ValueError(f"These are {len(parts):,} parts. Give at most {MOST_PARTS:,}.")
    spans = joined(_span(part) for part in parts)
    if sum(_is_long(span) for span in spans) > MOST_LONG:
        raise ValueError(f"Give at most {MOST_LONG} spans of more than {LONG} rows.")
    return spans


def written(spans: Sequence[Span]) -> str:
    """The spans as text: `1-50,60`."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def beyond(spans: Iterable[Span], last: int) -> tuple[Span, ...]:
    """The spans that begin behind the last row, so that they hold none."""
    return tuple(span for span in spans if span[0] > last)


def spans_of(numbers: Iterable[int]) -> tuple[Span, ...]:
    """Single numbers as spans."""
    return joined((number, number) for number in numbers)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, without gaps that are none."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def within(field: str, spans: Sequence[Span]) -> Q:
    """The condition that a field lies in one of the spans; empty without any."""
    if not spans:
        return Q()
    singles = [number for one in spans if not _is_long(one) for number in range(one[0], one[1] + 1)]
    condition = Q(**{f"{field}__in": singles})
    for span in spans:
        if _is_long(span):
            condition |= Q(**{f"{field}__range": span})
    return condition


def _span(part: str) -> Span:
    match = PART.fullmatch(part)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise ValueError(f"“{part[:40]}” is no row. Write numbers and spans, such as 1-50, 60.")
    return first, last


def _is_long(span: Span) -> bool:
    return span[1] - span[0] >= LONG
