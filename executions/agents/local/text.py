"""Small text tools that every reader of a page shares."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

SPACE = re.compile(r"\s+")
INVISIBLE = re.compile(r"[\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad]")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NOT_WORD = re.compile(r"[\W_]+")
TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")
HIDDEN_TAGS = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "head", "select", "option", "textarea"}
)
INLINE_TAGS = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "meta",
        "q",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "data",
        "link",
        "s",
        "del",
    }
)
STRUCK_TAGS = frozenset({"s", "del", "strike"})
LONGEST_VALUE = 20_000
BREAK = "\n\0"


def clean(value: str) -> str:
    """Return the text without invisible characters, runs of white space folded to one space."""
    return SPACE.sub(" ", INVISIBLE.sub("", value)).strip()


def plain(value: str) -> str:
    """Return the text of a value out of embedded data: entities decoded (twice, if need be), tags removed."""
    text = value[:LONGEST_VALUE]
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text:
        text = TAG.sub(" ", text)
    return clean(text)


def words(name: str) -> str:
    """Return a name as lower-case words: `expected_totalTime` becomes `expected total time`."""
    spaced = CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    return clean(NOT_WORD.sub(" ", spaced)).casefold()


def fold(value: str) -> str:
    """Return the text as compared when two sources are asked whether they agree."""
    return NOT_WORD.sub(" ", unicodedata.normalize("NFKC", value)).strip().casefold()


def is_hidden(element: Any) -> bool:
    """Tell whether a reader of the page never sees this element's own text."""
    return not isinstance(element.tag, str) or element.tag in HIDDEN_TAGS


def text_of(element: HtmlElement, limit: int = LONGEST_VALUE) -> str:
    """Return the visible text of an element, blocks separated by a space, inline elements joined as they stand.

    What is struck out inside of it is left out, unless nothing else is there: it is said to hold no longer.
    """
    return _joined(_pieces(element, without=STRUCK_TAGS), limit) or _joined(_pieces(element), limit)


def _joined(pieces: Iterable[str], limit: int) -> str:
    parts: list[str] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > limit:
            break
    return clean("".join(parts))


def _pieces(element: HtmlElement, between: str = " ", without: Container[str] = ()) -> Iterator[str]:
    # A walk without recursion: pages nest deeper than Python's stack.
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        node, leaving = stack.pop()
        block = node.tag not in INLINE_TAGS
        if leaving:
            if block:
                yield between
            if node is not element and node.tail:
                yield node.tail
            continue
        if is_hidden(node) or (node is not element and node.tag in without):
            if node is not element and node.tail:
                yield node.tail
            continue
        if block:
            yield between
        if node.text:
            yield node.text
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def lines_of(element: HtmlElement, most: int = 5_000) -> list[str]:
    """Return the visible text of an element line by line, as blocks and line breaks divide it."""
    lines: list[str] = []
    parts: list[str] = []
    for piece in _pieces(element, BREAK, STRUCK_TAGS):
        if piece is not BREAK:
            parts.append(piece)
            continue
        line = clean("".join(parts))
        parts.clear()
        if line:
            lines.append(line)
        if len(lines) >= most:
            break
    return [*lines, clean("".join(parts))] if parts else lines
