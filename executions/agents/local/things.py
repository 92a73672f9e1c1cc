"""What a page says about itself in data: JSON-LD, microdata and RDFa, brought to one form."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from extruct.w3cmicrodata import LxmlMicrodataExtractor
from lxml.html import HtmlElement
from rapidfuzz import fuzz

from executions.agents.local.kinds import Kind, kinds_of
from executions.agents.local.lenient import NotData, loads
from executions.agents.local.page import Page, same_place
from executions.agents.local.text import fold, plain

logger = logging.getLogger(__name__)

MAIN_KEYS = ("mainentity", "mainentityofpage", "itemreviewed")
DEEPEST = 12
SPECIFIC = {Kind.RECIPE, Kind.PRODUCT, Kind.JOB}
MOST_THINGS = 2_000
MOST_REFERENCES = 20_000
MOST_SCOPES = 1_500
RDFA = re.compile(r"""\s(?:typeof|property)\s*=\s*["'](?:[a-z]+:|https?://)?[A-Z]""")
RDFA_VOCABULARY = re.compile(
    r"""\s(?:vocab|prefix|xmlns:\w+)\s*=\s*["'][^"']*(?:schema\.org|data-vocabulary|goodrelations)"""
)


@dataclass(slots=True)
class Thing:
    """One described thing. Property names are short and lower case; `weight` is how surely the page is about it."""

    syntax: str
    type: str
    kinds: frozenset[Kind]
    properties: dict[str, list[Any]]
    weight: float = 1.0
    element: HtmlElement | None = field(default=None, repr=False)

    def values(self, path: str) -> Iterator[tuple[str, Any]]:
        """Yield what a dotted path leads to (lists are walked), each with the path as it was really gone."""
        yield from _walk(self.properties, path.casefold().split("."), self.type)


def _walk(properties: dict[str, list[Any]], path: list[str], gone: str) -> Iterator[tuple[str, Any]]:
    for value in properties.get(path[0], ()):
        here = f"{gone}.{path[0]}"
        if len(path) == 1:
            yield here, value
        elif isinstance(value, dict):
            yield from _walk(value, path[1:], here)


def read_things(page: Page) -> list[Thing]:
    """Return all that the page describes in data, the likeliest subject of the page first."""
    things = [*_json_ld(page), *_microdata(page), *_rdfa(page)]
    _weigh(things, page)
    return sorted(things, key=lambda thing: -thing.weight)


TEXT_KEYS = ("name", "@value", "value", "text", "headline", "url", "contenturl", "@id")
LINK_KEYS = ("url", "contenturl", "@id", "@value")


def leaf(value: Any, keys: tuple[str, ...] = TEXT_KEYS) -> str:
    """Return a property's value as text: of a nested thing its name or its value (or what `keys` say)."""
    if isinstance(value, dict):
        for key in keys:
            for inner in value.get(key, ()):
                text = leaf(inner, keys)
                if text:
                    return text
        return ""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain(str(value))


# ---- JSON-LD


def _json_ld(page: Page) -> Iterator[Thing]:
    nodes: list[dict[str, list[Any]]] = []
    for script in page.tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").casefold():
            continue
        try:
            data = loads("".join(script.itertext()))
        except NotData:
            continue
        nodes.extend(_top_nodes(data))
    known = {identity: node for node in nodes for identity in _identities(node) if len(node) > 2}
    references = _References(known)
    for node in nodes[:MOST_THINGS]:
        yield from _promote("JSON-LD", references.filled_in(node, 0))


def _top_nodes(data: Any) -> Iterator[dict[str, list[Any]]]:
    stack = [data]
    while stack:
        value = stack.pop(0)
        if isinstance(value, list):
            stack = [*value, *stack]
        elif isinstance(value, dict):
            graph = value.get("@graph")
            if isinstance(graph, list | dict):
                stack.append(graph)
            yield _short(value, 0)


def _short(node: dict[str, Any], depth: int) -> dict[str, list[Any]]:
    """Return a node with short lower-case names and each value a list."""
    result: dict[str, list[Any]] = {}
    for key, value in node.items():
        if key == "@graph" or depth > DEEPEST:
            continue
        name = key if key.startswith("@") else re.split(r"[/#:]", key)[-1].casefold()
        values = value if isinstance(value, list) else [value]
        shorts = [_short(each, depth + 1) if isinstance(each, dict) else each for each in _flat(values)]
        result.setdefault(name, []).extend(each for each in shorts if each not in (None, "", {}))
    return result


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from (inner for inner in value if not isinstance(inner, list))
        else:
            yield value


def _identities(node: dict[str, list[Any]]) -> Iterator[str]:
    return (value for value in node.get("@id", ()) if isinstance(value, str))


class _References:
    """Puts the node that an `@id` refers to in the place of the reference; circles are cut short."""

    def __init__(self, known: dict[str, dict[str, list[Any]]]) -> None:
        self._known = known
        self._left = MOST_REFERENCES

    def filled_in(self, node: dict[str, list[Any]], depth: int) -> dict[str, list[Any]]:
        self._left -= 1
        if depth > 3 or self._left < 0:
            return node
        return {
            name: [
                self.filled_in(self._meant(value), depth + 1) if isinstance(value, dict) else value for value in values
            ]
            for name, values in node.items()
        }

    def _meant(self, value: dict[str, list[Any]]) -> dict[str, list[Any]]:
        identity = next(_identities(value), None)
        if identity is not None and len(value) <= 2 and "name" not in value:
            return self._known.get(identity, value)
        return value


def _promote(syntax: str, node: dict[str, list[Any]], depth: int = 0) -> Iterator[Thing]:
    """The thing itself, and those it says the page is about."""
    thing = _thing(syntax, node)
    if thing is not None:
        yield thing
    if depth < 3:
        for key in MAIN_KEYS:
            for value in node.get(key, ()):
                if isinstance(value, dict) and len(value) > 2:
                    yield from _promote(syntax, value, depth + 1)


def _thing(syntax: str, node: dict[str, list[Any]]) -> Thing | None:
    types = [re.split(r"[/#:]", str(name).rstrip("/"))[-1] for name in node.get("@type", ()) if isinstance(name, str)]
    if not types:
        return None
    return Thing(syntax, types[0], kinds_of(types, node), node)


# ---- microdata and RDFa


def _microdata(page: Page) -> Iterator[Thing]:
    if not 0 < page.html.casefold().count("itemscope") <= MOST_SCOPES:
        return
    try:
        items = LxmlMicrodataExtractor().extract_items(page.tree, base_url=page.base)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        logger.info("Microdata could not be read: %s", error)
        return
    for item in items[:MOST_THINGS]:
        yield from _promote("microdata", _from_microdata(item, 0))


def _from_microdata(item: dict[str, Any], depth: int) -> dict[str, list[Any]]:
    kinds = item.get("type") or []
    node: dict[str, list[Any]] = {"@type": kinds if isinstance(kinds, list) else [kinds]}
    if isinstance(item.get("id"), str):
        node["@id"] = [item["id"]]
    if isinstance(item.get("value"), str):
        node["value"] = [item["value"]]
    for key, value in item.get("properties", {}).items():
        name = re.split(r"[/#:]", key)[-1].casefold()
        values = value if isinstance(value, list) else [value]
        if depth < DEEPEST:
            node.setdefault(name, []).extend(
                _from_microdata(each, depth + 1) if isinstance(each, dict) else each for each in values if each
            )
    return node


def _rdfa(page: Page) -> Iterator[Thing]:
    if not RDFA.search(page.html) or not RDFA_VOCABULARY.search(page.html):
        return
    # pyRdfa and rdflib are slow to import, and few pages need them.
    from executions.agents.local.rdfa import read_nodes

    for node in read_nodes(page):
        yield from _promote("RDFa", node)


# ---- which of them the page is about


def _weigh(things: list[Thing], page: Page) -> None:
    """Set each thing's weight: full for the one of its kind that the page's address and titles point at."""
    titles = [fold(text) for text in (page.heading_text, page.title, *page.meta("og:title")) if text]
    scores = [_likeness(thing, page, titles) for thing in things]
    for number, thing in enumerate(things):
        rivals = [scores[other] for other, each in enumerate(things) if each.kinds & thing.kinds and other != number]
        earlier = [
            scores[other]
            for other, each in enumerate(things[:number])
            if each.kinds & thing.kinds and each.syntax == thing.syntax
        ]
        best = max(rivals, default=-1.0)
        if scores[number] < best - 0.25:
            thing.weight = 0.35
        elif any(score >= scores[number] for score in earlier):
            thing.weight = 0.6
        if len(rivals) > 2 and max(best, scores[number]) < 0.5:
            # A list of equals, none of which is the page's subject.
            thing.weight = min(thing.weight, 0.5)
    if any(thing.kinds & SPECIFIC and thing.weight > 0.9 for thing in things):
        # An article about a recipe is the frame; the recipe is the subject.
        for thing in things:
            if Kind.ARTICLE in thing.kinds and not thing.kinds & SPECIFIC:
                thing.weight *= 0.75


def _likeness(thing: Thing, page: Page, titles: list[str]) -> float:
    links = [leaf(value) for name in ("url", "@id", "mainentityofpage") for value in thing.properties.get(name, ())]
    addresses = [address for address in (page.canonical, page.url, *page.meta("og:url")) if address]
    here = any(same_place(page.absolute(link), address) for link in links if link for address in addresses)
    name = next((fold(leaf(value)) for key in ("name", "headline") for value in thing.properties.get(key, ())), "")
    alike = max((fuzz.token_set_ratio(name, title) / 100 for title in titles), default=0.0) if name else 0.0
    return (1.0 if here else 0.0) + (alike if alike > 0.6 else 0.0) + min(len(thing.properties), 20) / 100
