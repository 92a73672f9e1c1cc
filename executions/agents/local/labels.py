"""Label-value structures that a reader sees: tables, definition lists, "Label: value"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from executions.agents.local.concepts import ALL_LABELS
from executions.agents.local.page import Page
from executions.agents.local.text import INLINE_TAGS, clean, words

COLON = re.compile(r"^([^:：?!.;/\d][^:：?!;]{0,40}?)\s*[:：](?!//)\s*(\S.*)$")
LABELISH = re.compile(
    r"(?:^|[\s_-])(?:label|key|term|caption|attr(?:ibute)?-?name|title|name|heading|lbl)(?:$|[\s_-])", re.IGNORECASE
)
LONGEST_LABEL = 45
LONGEST_VALUE = 400
LONGEST_COUPLED = 120
MOST_PAIRS = 3_000
LINE_TAGS = frozenset(
    {"p", "li", "div", "td", "span", "h2", "h3", "h4", "h5", "h6", "dd", "address", "strong", "b", "label"}
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with the value beside it; `source` says what held them, `confidence` how surely they are a pair."""

    label: str
    value: str
    source: str
    confidence: float
    element: HtmlElement


def read_pairs(page: Page) -> list[Pair]:
    """Return the pairs of a page in document order, those in decoration with less confidence."""
    pairs: list[Pair] = []
    for pair in _all(page):
        if not pair.label or not pair.value or len(pair.label) > LONGEST_LABEL or len(pair.value) > LONGEST_VALUE:
            continue
        if pair.element in page.noise:
            pair = Pair(pair.label, pair.value, pair.source, pair.confidence * 0.5, pair.element)
        pairs.append(pair)
        if len(pairs) >= MOST_PAIRS:
            break
    return pairs


def _all(page: Page) -> Iterator[Pair]:
    for element in page.visible():
        if element.tag == "tr":
            yield from _row(page, element)
        elif element.tag == "table":
            yield from _headed_table(page, element)
        elif element.tag == "dt":
            yield from _definition(page, element)
        elif element.tag in LINE_TAGS or element.tag in INLINE_TAGS:
            yield from _line(page, element)
            yield from _neighbours(page, element)
            yield from _couple(page, element)


def _label(text: str) -> str:
    return clean(text).rstrip(":：*. ").strip()


def _row(page: Page, row: HtmlElement) -> Iterator[Pair]:
    cells = [cell for cell in row if cell.tag in {"th", "td"}]
    filled = [cell for cell in cells if page.brief(cell, LONGEST_VALUE)]
    if len(filled) == 2 and filled[1].tag == "td":
        label = _label(page.brief(filled[0], LONGEST_LABEL))
        yield Pair(
            label,
            page.brief(filled[1], LONGEST_VALUE),
            f"table row '{label[:40]}'",
            0.7 if filled[0].tag == "th" else 0.6,
            row,
        )
    elif len(cells) == 4 and all(
        cell.tag == "th" or page.brief(cell, LONGEST_LABEL).endswith((":", "：")) for cell in cells[::2]
    ):
        for head, value in (cells[:2], cells[2:]):
            label = _label(page.brief(head, LONGEST_LABEL))
            yield Pair(label, page.brief(value, LONGEST_VALUE), f"table row '{label[:40]}'", 0.65, row)


def _headed_table(page: Page, table: HtmlElement) -> Iterator[Pair]:
    """A table of one row of headings and one row of values."""
    rows = [row for row in table.iter("tr") if len(row) > 1]
    if len(rows) != 2 or len(rows[0]) != len(rows[1]) or any(cell.tag != "th" for cell in rows[0]):
        return
    for head, value in zip(rows[0], rows[1], strict=True):
        label = _label(page.brief(head, LONGEST_LABEL))
        yield Pair(label, page.brief(value, LONGEST_VALUE), f"table column '{label[:40]}'", 0.65, table)


def _definition(page: Page, term: HtmlElement) -> Iterator[Pair]:
    following = term.getnext()
    while following is not None and following.tag == "dt":
        following = following.getnext()
    if following is not None and following.tag == "dd":
        label = _label(page.brief(term, LONGEST_LABEL))
        yield Pair(label, page.brief(following, LONGEST_VALUE), f"definition list '{label[:40]}'", 0.7, term)


def _line(page: Page, element: HtmlElement) -> Iterator[Pair]:
    """ "Label: value" as the whole text of a small element, or as a line between line breaks."""
    if any(child.tag == "br" for child in element):
        for line in _broken_lines(element):
            found = COLON.match(line)
            if found:
                yield Pair(
                    _label(found.group(1)),
                    clean(found.group(2)),
                    f"text '{_label(found.group(1))[:40]}: ...'",
                    0.55,
                    element,
                )
        return
    if len(element) > 6 or any(_is_block(child) for child in element.iter() if child is not element):
        return
    text = page.brief(element, LONGEST_VALUE)
    if found := COLON.match(text):
        label = _label(found.group(1))
        yield Pair(label, clean(found.group(2)), f"text '{label[:40]}: ...'", 0.55, element)


def _is_block(element: HtmlElement) -> bool:
    return isinstance(element.tag, str) and element.tag not in INLINE_TAGS


def _broken_lines(element: HtmlElement) -> Iterator[str]:
    line = element.text or ""
    for child in element:
        if child.tag == "br":
            yield clean(line)
            line = child.tail or ""
            continue
        inner = "".join(child.itertext()) if isinstance(child.tag, str) and len(child) < 5 else ""
        line += inner + (child.tail or "")
        if len(line) > 4 * LONGEST_VALUE:
            return
    yield clean(line)


def _couple(page: Page, element: HtmlElement) -> Iterator[Pair]:
    """Two elements and nothing else in a box: what a design makes of a table row."""
    if (
        len(element) != 2
        or element.tag not in {"li", "div"}
        or clean(element.text or "")
        or clean(element[0].tail or "")
    ):
        return
    label = page.brief(element[0], LONGEST_LABEL)
    value = page.brief(element[1], LONGEST_COUPLED) if label else ""
    if len(label) > 1 and value and not label.endswith((":", "：")):
        yield Pair(_label(label), value, f"row '{label[:40]}'", 0.5, element)


def _neighbours(page: Page, element: HtmlElement) -> Iterator[Pair]:
    """A label in an element of its own, and the value in the next one or in the text after it."""
    if len(element) > 2 or element.tag in {"td", "dd", "li"}:
        return
    text = page.brief(element, LONGEST_LABEL)
    if len(text) < 2:
        return
    ends = text.endswith((":", "："))
    marked = ends or element.tag in {"strong", "b", "label"} or bool(LABELISH.search(element.get("class") or ""))
    marked = marked or (element.tag in {"p", "span", "div", "h4", "h5", "h6"} and words(text) in ALL_LABELS)
    if not marked:
        return
    after = clean(element.tail or "")
    following = element.getnext()
    if after.strip(":： ") and len(after) <= LONGEST_VALUE:
        value = after.lstrip(":： ")
    elif following is not None and isinstance(following.tag, str):
        value = page.brief(following, LONGEST_VALUE)
    else:
        return
    label = _label(text)
    yield Pair(label, value, f"text beside '{label[:40]}'", 0.55 if ends else 0.45, element)
