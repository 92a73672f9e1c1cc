"""Filters of the flips as links, with the counts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from analytics.comparison.asking import WAYS, WHYS, FlipAsk
from analytics.comparison.flips import FlipPage, Flips, Why
from analytics.comparison.lines import WHY_WORDS

PLACES = ("after", "before")
WAY_WORDS = {"right": "Became right", "wrong": "Became wrong", "gained": "Only {} answered", "lost": "Only A answered"}
SHOWN_WHYS = [name for name, why in WHYS.items() if why < Why.ERROR]


@dataclass(frozen=True, slots=True)
class FlipChip:
    """A filter as a link; `icon` may be empty."""

    text: str
    count: int
    url: str
    is_on: bool
    icon: str = ""


def flip_chips(
    query: QueryDict, ask: FlipAsk, columns: Sequence[str], flips: Flips, letter: str = "B"
) -> list[FlipChip]:
    """Cells or rows; a column that is chosen; both ways; why; and the rows that only one of both answered. `letter` is
    that of the execution that is compared with A."""
    bare = replace(ask, way="", why="")
    chips = [
        _chip(query, flips, columns, "Cells", FlipAsk(), is_on=bare.of == "cells" and not (ask.way or ask.why)),
        _chip(query, flips, columns, "Rows", FlipAsk(of="rows"), is_on=bare.of == "rows" and not (ask.way or ask.why)),
    ]
    if ask.column:
        chips.append(_chip(query, flips, columns, f"Column: {ask.column}", bare, is_on=True, off=FlipAsk()))
    for way in WAYS:
        if way in ("gained", "lost"):
            own = FlipAsk(way=way)
        else:
            own = replace(bare, way=way, why=ask.why if ask.why in SHOWN_WHYS else "")
        is_on = ask.way == way
        words, icon = WAY_WORDS[way].format(letter), ICONS.get(way, "")
        chips.append(_chip(query, flips, columns, words, own, is_on, replace(own, way=""), icon))
    for why in SHOWN_WHYS:
        own = replace(bare, why=why, way=ask.way if ask.way in ("right", "wrong") else "")
        is_on = ask.why == why
        chips.append(_chip(query, flips, columns, WHY_WORDS[WHYS[why]], own, is_on, replace(own, why="")))
    return [chip for chip in chips if chip.count or chip.is_on or chip.text in ("Cells", "Rows")]


ICONS = {"right": "arrow-up-right", "wrong": "arrow-down-right"}


def flip_links(query: QueryDict, page: FlipPage) -> dict[str, str]:
    """The addresses of the pages around, empty where there is none."""
    return {
        "previous": _link(query, {"before": str(page.before)}) if page.before is not None else "",
        "next": _link(query, {"after": str(page.after)}) if page.after is not None else "",
    }


def _chip(
    query: QueryDict,
    flips: Flips,
    columns: Sequence[str],
    text: str,
    ask: FlipAsk,
    is_on: bool,
    off: FlipAsk | None = None,
    icon: str = "",
) -> FlipChip:
    """A link to `ask`; while it is on, to `off`, which takes the filter away."""
    target = off if is_on and off is not None else ask
    values = {name: getattr(target, name) for name in ("of", "column", "way", "why")}
    return FlipChip(text, ask.filter(columns).count(flips), _link(query, values), is_on, icon)


def _link(query: QueryDict, values: dict[str, str]) -> str:
    parameters = query.copy()
    for name in PLACES:
        parameters.pop(name, None)
    for name, value in values.items():
        parameters[name] = value
    for name in [name for name in parameters if not parameters[name] or parameters[name] == "cells"]:
        del parameters[name]
    return f"?{parameters.urlencode(safe=',')}#flips"
