"""What the agent reads out of instructions: selectors and labels, one a line.

    price: css=.amount
    price: css=meta[itemprop=price] @content
    price: xpath=//span[@class="amount"]/@content
    price: "Our price"

A line may begin with a dash or a bullet. All other text is for people (and for agents that understand it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from executions.agents.local.page import Page
from executions.agents.local.text import clean, words

LINE = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)?[\"'`]?(?P<name>[^:\"'`=]{1,100}?)[\"'`]?\s*[:=]\s*(?P<rest>.+?)\s*$")
SELECTOR = re.compile(r"^[\"'`]?(?P<kind>css|xpath)\s*[=:]\s*(?P<selector>.+?)[\"'`]?$", re.IGNORECASE)
LABEL = re.compile(r"^(?:label\s*[=:]?\s*)?[\"“„'`](?P<label>[^\"“”'`]{1,80})[\"”“'`][.,;]?$", re.IGNORECASE)
ATTRIBUTE = re.compile(r"^(?P<selector>.+?)(?:\s+@(?P<plain>[\w:-]+)|::attr\((?P<called>[\w:-]+)\)|::text)$")


class BadSelector(ValueError):
    """A selector that can't be understood; the message is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Where the instructions say that a field stands. `written` is the selector as the person wrote it."""

    written: str
    xpath: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the instructions say about each column: a selector, or the label beside the value."""

    selectors: dict[str, Selector]
    labels: dict[str, str]


def read_hints(instructions: str, columns: Iterable[str]) -> Hints:
    """Return the selectors and labels given for these columns; raises `BadSelector`."""
    names = {words(column): column for column in columns}
    selectors: dict[str, Selector] = {}
    labels: dict[str, str] = {}
    for line in instructions.splitlines():
        found = LINE.match(line[:2000])
        column = names.get(words(found.group("name"))) if found else None
        if found is None or column is None:
            continue
        selector = SELECTOR.match(found.group("rest"))
        label = LABEL.match(found.group("rest"))
        if selector:
            selectors[column] = _selector(column, selector.group("kind").casefold(), selector.group("selector").strip())
        elif label:
            labels[column] = label.group("label")
    return Hints(selectors, labels)


def _selector(column: str, kind: str, text: str) -> Selector:
    attribute = ""
    selector = text
    if kind == "css":
        ending = ATTRIBUTE.match(text)
        if ending:
            selector = ending.group("selector").strip()
            attribute = ending.group("plain") or ending.group("called") or ""
    try:
        xpath = HTMLTranslator().css_to_xpath(selector) if kind == "css" else selector
        etree.XPath(xpath)
    except (SelectorError, etree.XPathError) as error:
        raise BadSelector(
            f"The instructions give the selector {kind}={text} for '{column}', which is not valid "
            f"{'CSS' if kind == 'css' else 'XPath'}: {error}. Correct it in the instructions."
        ) from error
    return Selector(f"{kind}={text}", xpath, attribute)


def select(page: Page, selector: Selector) -> str | None:
    """Return the text (or attribute) of the first match that has one, None without any."""
    try:
        found = page.tree.xpath(selector.xpath)
    except etree.XPathError as error:
        raise BadSelector(f"The selector {selector.written} can't be used on a page: {error}.") from error
    for match in found if isinstance(found, list) else [found]:
        value = _value(page, match, selector.attribute)
        if value:
            return value
    return None


def _value(page: Page, match: object, attribute: str) -> str:
    if not isinstance(match, HtmlElement):
        return clean(str(match))
    if attribute:
        return clean(match.get(attribute) or "")
    text = page.text(match)
    # A selected meta tag, picture, link or field has no text: what it carries is meant.
    carried = (match.get(name) for name in ("content", "value", "datetime", "src", "href", "alt"))
    return text or next((clean(value) for value in carried if value), "")
