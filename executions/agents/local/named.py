"""Looking a column up by nothing but its name: labels, properties, meta tags and class names."""

from __future__ import annotations

from collections.abc import Iterator

from executions.agents.local.candidates import Candidate
from executions.agents.local.labels import Pair
from executions.agents.local.page import Page
from executions.agents.local.text import words
from executions.agents.local.things import Thing, leaf

PREFIXES = ("expected ", "gt ", "truth ", "actual ")
LONGEST_MARKED = 2_000


def by_name(
    name: str, label: str, known: bool, page: Page, things: list[Thing], pairs: list[Pair]
) -> Iterator[Candidate]:
    """Yield what stands under a column's own name, or under the label that the instructions give for it.

    Of a column whose meaning is `known`, the other readers know more than its name says.
    """
    said = words(name)
    for prefix in PREFIXES:
        said = said.removeprefix(prefix)
    joined = said.replace(" ", "")
    if label:
        yield from _labelled(pairs, words(label), 1.6, "label of the instructions")
    if known or len(joined) < 3:
        return
    yield from _labelled(pairs, said, 1.2, "label")
    yield from _properties(things, joined)
    for key, content in page.metas:
        if words(key.split(":")[-1]).replace(" ", "") == joined:
            yield Candidate(None, content, f"meta tag {key}", 0.5, "meta")
    yield from _marked(page, joined)


def _labelled(pairs: list[Pair], label: str, trust: float, origin: str) -> Iterator[Candidate]:
    for place, pair in enumerate(pair for pair in pairs if words(pair.label) == label):
        confidence = min(pair.confidence * trust, 0.97) * max(1 - 0.04 * place, 0.6)
        yield Candidate(None, pair.value, pair.source, confidence, origin)


def _properties(things: list[Thing], joined: str) -> Iterator[Candidate]:
    for thing in things:
        for key, values in thing.properties.items():
            if key.replace("_", "").replace("-", "") == joined:
                for value in values[:1]:
                    yield Candidate(
                        None, leaf(value), f"{thing.syntax} {thing.type}.{key}", 0.7 * thing.weight, thing.syntax
                    )
        for extra in thing.properties.get("additionalproperty", ()):
            if isinstance(extra, dict) and words(leaf({"name": extra.get("name", [])})).replace(" ", "") == joined:
                value = leaf({"value": extra.get("value", [])})
                yield Candidate(
                    None, value, f"{thing.syntax} {thing.type}.additionalProperty", 0.7 * thing.weight, thing.syntax
                )


def _marked(page: Page, joined: str) -> Iterator[Candidate]:
    """Elements whose id, class, itemprop or data attribute is the column's name."""
    seen = 0
    for element in page.visible():
        for attribute in ("itemprop", "id", "class", "data-testid", "data-field", "name"):
            marks = element.get(attribute)
            if not marks or joined not in (words(mark).replace(" ", "") for mark in marks.split()):
                continue
            value = element.get("content") or element.get("datetime") or element.get("value") or page.text(element)
            if value and len(value) <= LONGEST_MARKED:
                confidence = (0.42 if element not in page.noise else 0.2) - 0.05 * seen
                yield Candidate(None, value, f"element with {attribute} '{marks[:40]}'", max(confidence, 0.1), "mark")
                seen += 1
            break
        if seen > 4:
            return
