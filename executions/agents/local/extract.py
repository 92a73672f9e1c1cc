"""One page in, answers out: all of the agent's reading, without network, Django or state. Runs in a parser process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from executions.agents.local.articles import from_article
from executions.agents.local.candidates import Candidate, best
from executions.agents.local.commerce import doubting_old_prices, from_commerce, shown_prices
from executions.agents.local.concepts import Concept, concept_of
from executions.agents.local.contacts import from_contacts
from executions.agents.local.decoding import decode
from executions.agents.local.embedded import from_things
from executions.agents.local.fitting import fit
from executions.agents.local.instructions import Hints, read_hints, select
from executions.agents.local.jsonpage import as_page, json_pairs, text_as_page
from executions.agents.local.labelled import from_labels
from executions.agents.local.labels import Pair, read_pairs
from executions.agents.local.metatags import from_meta
from executions.agents.local.named import by_name
from executions.agents.local.page import Page, parse
from executions.agents.local.stock import from_address, from_stock, marked_codes
from executions.agents.local.things import Thing, read_things
from executions.agents.local.titles import Titles, from_headings, known_titles, without_site
from executions.agents.local.tracking import tracked_things
from mino.common.values.columns import ColumnType

LEAST = 0.3
LONGEST_LANGUAGE = 35
TRACKED = {Concept.PRICE, Concept.CURRENCY, Concept.SKU, Concept.BRAND, Concept.AVAILABILITY, Concept.GTIN}
COMMERCE = {Concept.PRICE, Concept.OLD_PRICE, Concept.CURRENCY, Concept.AVAILABILITY, Concept.SKU}

Wanted = Sequence[tuple[str, str]]
"""The wanted columns: name and type."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The values by column, and where each came from. `text_length` is how much a reader sees: little means scripts.

    `language` is what the page says of itself, `embedded` names the kinds of data in it (`none` where there are none).
    """

    data: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    text_length: int = 0
    language: str = ""
    embedded: str = "none"


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: ColumnType
    concept: Concept | None


def read_answer(body: bytes, content_type: str, url: str, wanted: Wanted, instructions: str) -> Answers:
    """Return what the answer of a site (HTML, JSON or plain text) says about the wanted columns.

    Raises `BadSelector` for instructions that can't be followed and `NotAPage` for what can't be read.
    """
    text, _ = decode(body, content_type)
    kind = content_type.partition(";")[0].strip().casefold()
    if "json" in kind or (kind in {"", "text/plain"} and text.lstrip()[:1] in {"{", "["}):
        try:
            return read_json(json.loads(text, strict=False), url, wanted, instructions)
        except (ValueError, RecursionError):
            pass
    if kind == "text/plain" and "<html" not in text[:2000].casefold():
        text = text_as_page(text)
    return read_html(text, url, wanted, instructions)


def read_html(html: str, url: str, wanted: Wanted, instructions: str = "") -> Answers:
    """Return what a page says about the wanted columns."""
    page = parse(html, url)
    return _answer(page, read_pairs(page), wanted, instructions)


def read_json(data: Any, url: str, wanted: Wanted, instructions: str = "") -> Answers:
    """Return what data says about the wanted columns, by its keys."""
    page = parse(as_page(data), url)
    return _answer(page, json_pairs(data, page.tree), wanted, instructions)


def _answer(page: Page, pairs: list[Pair], wanted: Wanted, instructions: str) -> Answers:
    columns = [_Column(name, ColumnType(kind), concept_of(name, ColumnType(kind))) for name, kind in wanted]
    hints = read_hints(instructions, [column.name for column in columns])
    things = read_things(page)
    titles = known_titles(page, things)
    concepts = {column.concept for column in columns if column.concept is not None}
    found = list(without_site(_candidates(page, things, pairs, titles, concepts), titles))
    answers = Answers(
        text_length=len(page.text(page.tree)),
        language=page.language[:LONGEST_LANGUAGE],
        embedded=", ".join(sorted({thing.syntax for thing in things})) or "none",
    )
    for column in columns:
        value, source = _value(column, hints, page, things, pairs, found)
        answers.data[column.name] = value
        if value is not None:
            answers.sources[column.name] = source
    return answers


def _value(
    column: _Column, hints: Hints, page: Page, things: list[Thing], pairs: list[Pair], found: list[Candidate]
) -> tuple[Any, str]:
    selector = hints.selectors.get(column.name)
    if selector is not None:
        text = select(page, selector)
        fitted = fit(column.concept, column.type, text, page) if text is not None else None
        # What stands where the person pointed is the answer, even if it doesn't look like the column's type.
        return (fitted[1] if fitted else text), selector.written
    named = by_name(column.name, hints.labels.get(column.name, ""), column.concept is not None, page, things, pairs)
    known = (candidate for candidate in found if candidate.concept is not None and candidate.concept is column.concept)
    fitting = [
        (fitted, candidate)
        for candidate in (*known, *named)
        if (fitted := fit(column.concept, column.type, candidate.value, page)) is not None
    ]
    chosen = best([(key, candidate) for (key, _), candidate in fitting], LEAST)
    if chosen is None:
        return None, ""
    return next(value for (_, value), candidate in fitting if candidate is chosen[1]), chosen[1].source


def _candidates(
    page: Page, things: list[Thing], pairs: list[Pair], titles: Titles, wanted: set[Concept]
) -> Iterator[Candidate]:
    tracked = tracked_things(page) if wanted & TRACKED else ()
    prices = shown_prices(page) if wanted & COMMERCE else []
    yield from doubting_old_prices((*from_things([*things, *tracked], wanted), *from_meta(page, wanted)), prices)
    yield from from_article(page, wanted)
    if wanted & {Concept.TITLE, Concept.NAME, Concept.JOB_TITLE}:
        yield from from_headings(page, titles)
    yield from from_labels(pairs, wanted)
    yield from from_contacts(page, titles, wanted)
    if wanted & COMMERCE:
        yield from from_commerce(prices, wanted)
        if Concept.AVAILABILITY in wanted:
            yield from from_stock(page, prices)
        if Concept.SKU in wanted:
            yield from marked_codes(page)
            yield from from_address(page)
