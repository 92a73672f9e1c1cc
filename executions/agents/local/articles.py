"""Titles, authors, dates and texts of articles, posts and pages in general, as a reader sees them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml.html import HtmlElement
from rapidfuzz import fuzz
from trafilatura.metadata import extract_metadata

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.page import Page
from executions.agents.local.text import clean, fold

logger = logging.getLogger(__name__)

SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/~]+\s+|\s*[|»]\s*|\s+::\s+")
BYLINE = re.compile(
    r"(?:^|[\s_-])(?:author|byline|by-line|autor\w*|writer|postauthor|post-author|entry-author|contributor)(?:$|[\s_-])",
    re.I,
)
BY = re.compile(
    r"^(?:written\s+by|posted\s+by|by|von|par|por|di|da|door|av|af|text|autor(?:in)?|author)\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
LATER = re.compile(
    r"\s*(?:[|•·,]\s*\d.*|\s(?:on|am|le|el|il)\s+\d.*|\s+\d{1,2}[./]\d{1,2}[./]\d.*|\s[|•·]\s.*)$", re.IGNORECASE
)
ARTICLE_FACTS = {
    Concept.TITLE,
    Concept.NAME,
    Concept.AUTHOR,
    Concept.PUBLISHED,
    Concept.DESCRIPTION,
    Concept.SITE_NAME,
    Concept.IMAGE,
    Concept.CONTENT,
    Concept.ORGANIZATION,
}


def from_article(page: Page, wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield titles, authors, dates and texts as they stand on the page, ours and trafilatura's."""
    if wanted & {Concept.TITLE, Concept.NAME}:
        yield from _titles(page)
    if Concept.AUTHOR in wanted:
        yield from _authors(page)
    if Concept.PUBLISHED in wanted:
        yield from _times(page)
    if wanted & ARTICLE_FACTS:
        yield from _trafilatura(page)
    if Concept.CONTENT in wanted:
        yield from _content(page)


def _titles(page: Page) -> Iterator[Candidate]:
    heading = page.heading_text
    for concept in (Concept.TITLE, Concept.NAME):
        if heading and len(heading) < 300:
            quiet = page.heading in page.noise
            yield Candidate(concept, heading, "main heading (h1)", 0.35 if quiet else 0.62, "heading")
        for number, part in enumerate(title_parts(page)):
            yield Candidate(concept, part, "page title", (0.42, 0.3)[number], "title")


def title_parts(page: Page) -> list[str]:
    """Return the page's title without the site's name, then as it stands."""
    title = page.title
    if not title:
        return []
    pieces = [piece for piece in SEPARATOR.split(title) if piece.strip()]
    if len(pieces) < 2:
        return [title]
    others = [fold(text) for text in (page.heading_text, *page.meta("og:title", "twitter:title")) if text]
    site = [fold(name) for name in page.meta("og:site_name", "application-name")]
    for length in range(len(pieces), 0, -1):
        for start in range(len(pieces) - length + 1):
            candidate = _between(title, pieces, start, length)
            if fold(candidate) in others:
                return [candidate, title]
    rest = [piece for piece in pieces if fold(piece) not in site]
    longest = max(rest or pieces, key=len)
    return [clean(longest), title]


def _between(title: str, pieces: list[str], start: int, length: int) -> str:
    first = title.find(pieces[start])
    last = title.find(pieces[start + length - 1], first)
    return clean(title[first : last + len(pieces[start + length - 1])])


# ---- authors


def _authors(page: Page) -> Iterator[Candidate]:
    seen = 0
    for element in page.visible():
        strength = _author_strength(element)
        if not strength or element in page.noise:
            continue
        name = person(page.text(element))
        if name:
            yield Candidate(
                Concept.AUTHOR,
                name,
                f"text marked as author ({element.get('rel') or element.get('class') or element.tag})"[:80],
                max(strength - 0.06 * seen, 0.1),
                "author mark",
            )
            seen += 1
        if seen >= 5:
            return


def _author_strength(element: HtmlElement) -> float:
    if "author" in (element.get("rel") or "").casefold().split():
        return 0.6
    itemprop = (element.get("itemprop") or "").casefold()
    if itemprop in {"author", "creator"}:
        return 0.5
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
    if marks.strip() and BYLINE.search(marks):
        return 0.5
    return 0.0


def person(text: str) -> str:
    """Return the name out of a byline ("By Ann Lee | 3 May"), empty when the text is none."""
    name = clean(text)
    if not name or len(name) > 120:
        return ""
    name = BY.sub("", name)
    name = LATER.sub("", name)
    name = name.strip(" ,;:|•·–-@")
    if not name or len(name) > 70 or len(name.split()) > 8 or not any(letter.isalpha() for letter in name):
        return ""
    return name


# ---- dates


def _times(page: Page) -> Iterator[Candidate]:
    seen = 0
    for element in page.elements:
        if element.tag not in {"time", "abbr"} and (element.get("itemprop") or "").casefold() != "datepublished":
            continue
        value = (
            element.get("datetime")
            or element.get("content")
            or (element.get("title") if element.tag == "abbr" else None)
        )
        value = clean(value or page.text(element))
        if not value or not any(letter.isdigit() for letter in value):
            continue
        marks = (
            f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('pubdate') or ''}".casefold()
        )
        confidence = 0.62 if "publish" in marks or element.get("pubdate") is not None else 0.5
        confidence -= 0.3 if "updat" in marks or "modif" in marks else 0
        confidence *= 0.5 if element in page.noise else 1
        yield Candidate(Concept.PUBLISHED, value, "time element", max(confidence - 0.1 * seen, 0.05), "time")
        seen += 1
        if seen >= 4:
            return


# ---- trafilatura


def _trafilatura(page: Page) -> Iterator[Candidate]:
    found = read_metadata(page)
    if found is None:
        return
    values = (
        (Concept.TITLE, found.title, 0.42),
        (Concept.NAME, found.title, 0.3),
        (Concept.AUTHOR, ", ".join(part.strip() for part in (found.author or "").split(";") if part.strip()), 0.52),
        (Concept.PUBLISHED, found.date, 0.62),
        (Concept.DESCRIPTION, found.description, 0.45),
        (Concept.SITE_NAME, found.sitename, 0.35),
        (Concept.ORGANIZATION, found.sitename, 0.25),
        (Concept.IMAGE, found.image, 0.3),
    )
    for concept, value, confidence in values:
        if value:
            yield Candidate(concept, clean(value), "article metadata (trafilatura)", confidence, "trafilatura")


def read_metadata(page: Page) -> Any:
    """Return trafilatura's metadata of the page, None when it can't read it."""
    try:
        return extract_metadata(page.html, default_url=page.canonical or page.url, extensive=True)
    # A boundary to a library that works on any page of the web: whatever breaks in it, the other readers still answer.
    except Exception as error:  # noqa: BLE001
        logger.info("Article metadata could not be read: %s", error)
        return None


def _content(page: Page) -> Iterator[Candidate]:
    try:
        text = trafilatura.extract(page.html, include_comments=False, include_tables=False, fast=True)
    # The same boundary as above.
    except Exception as error:  # noqa: BLE001
        logger.info("The main text could not be read: %s", error)
        return
    if text:
        yield Candidate(Concept.CONTENT, clean(text), "main text (trafilatura)", 0.5, "main text")


def alike(one: str, other: str) -> bool:
    """Tell whether two titles say the same."""
    return fuzz.ratio(fold(one), fold(other)) > 90
