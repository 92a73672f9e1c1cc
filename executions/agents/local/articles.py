"""Titles, authors, dates and texts of articles, posts and pages in general, as a reader sees them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml.html import HtmlElement
from trafilatura.metadata import extract_metadata

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.page import Page
from executions.agents.local.text import clean

logger = logging.getLogger(__name__)

BYLINE = re.compile(
    r"(?:^|[\s_-])(?:author|byline|by-line|autor\w*|writer|postauthor|post-author|entry-author|"
    r"contributor)(?:$|[\s_-])",
    re.I,
)
BY = re.compile(
    r"^(?:(?:an?|ein)\s+(?:article|artikel|beitrag|text)\s+(?:by|von)|written\s+by|posted\s+by|"
    r"published\s+by|by|von|par|por|di|da|door|av|af|text|words|"
    r"autor(?:in)?|author|auteur|autore|redaktion)(?:\s*:\s*|\s+|(?=[A-ZÄÖÜ]))(?=\S)",
    re.IGNORECASE,
)
BYLINE_TEXT = re.compile(
    r"^(?i:(?:an?|ein)\s+(?:article|artikel|beitrag|text)\s+(?:by|von)|written\s+by|posted\s+by|"
    r"published\s+by|by|von|par|por|"
    r"autor(?:in)?|author|auteur|autore|text)(?:\s*:\s*|"
    r"\s+)(?:[A-ZÄÖÜÉÁÓŠČŽ][\w.'’-]*)(?:\s+(?:(?:van|von|de|der|den|la|le|del|di|al|bin|und|and|"
    r"&)\s+)*[A-ZÄÖÜÉÁÓŠČŽ][\w.'’-]*){0,4}"
    r"(?=$|\s*[|,•·(–-]|\s+(?:am|on|le|el|um|at)\s|\s+\d)"
)
LATER = re.compile(
    r"\s*(?:[|•·,]\s*\d.*|\s(?:on|am|le|el|il)\s+(?:the\s+)?\d.*|\s+\d{1,2}[./]\d{1,2}[./]\d.*|\s[|"
    r"•·]\s.*|\s+\d{1,2}\.?\s+[A-Z]\w+\s+\d{4}.*|"
    r",?\s+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|"
    r"august|september|october|november|december)\b.*)$",
    re.IGNORECASE,
)
AUTHOR_LINK = re.compile(
    r"author|autor|auteur|profile?s?/|/user|/people|/team|/reporter|/journalist|redakt|/by/|/staff|writer|contributor",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(
    r"^(?:name|author|authors|autor|autoren|about the author|über den autor|comments?|share|view all|"
    r"all posts.*|more (?:by|from).*|guest|admin|anonymous|subscribe.*|follow.*)$",
    re.IGNORECASE,
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
    if Concept.AUTHOR in wanted:
        yield from _authors(page)
    if Concept.PUBLISHED in wanted:
        yield from _times(page)
    if wanted & ARTICLE_FACTS:
        yield from _trafilatura(page)
    if Concept.CONTENT in wanted:
        yield from _content(page)


# ---- authors


def _authors(page: Page) -> Iterator[Candidate]:
    seen = 0
    for element in page.visible():
        strength, source = _author_strength(page, element)
        if not strength or element in page.noise:
            continue
        name = _linked_names(page, element) or person(page.text(element))
        if name:
            yield Candidate(Concept.AUTHOR, name, source, max(strength - 0.06 * seen, 0.1), "author mark")
            seen += 1
        if seen >= 5:
            return


def _author_strength(page: Page, element: HtmlElement) -> tuple[float, str]:
    if "author" in (element.get("rel") or "").casefold().split():
        return 0.6, "link rel=author"
    if (element.get("itemprop") or "").casefold() in {"author", "creator"}:
        return 0.5, "itemprop author"
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
    if marks.strip() and BYLINE.search(marks):
        return 0.5, f"text marked as author ({marks.strip()[:50]})"
    if len(element) <= 3 and element.tag not in {"a", "li", "option", "td"}:
        text = page.text(element)
        if len(text) <= 80 and BYLINE_TEXT.match(text):
            return 0.5, f"byline '{text[:40]}'"
    return 0.0, ""


def _linked_names(page: Page, element: HtmlElement) -> str:
    """The names in a byline that link to their authors' pages."""
    if element.tag == "a" or len(page.text(element)) > 300:
        return ""
    links = [link for link in element.iter("a") if AUTHOR_LINK.search(link.get("href") or "") and page.text(link)]
    names = [person(page.text(link)) for link in links[:4]]
    return ", ".join(dict.fromkeys(name for name in names if name))


def person(text: str) -> str:
    """Return the name out of a byline ("By Ann Lee | 3 May"), empty when the text is none."""
    name = clean(text)
    if not name or len(name) > 160:
        return ""
    name = BY.sub("", name)
    name = LATER.sub("", name)
    name = name.strip(" ,;:|•·–-@()")
    if not name or len(name) > 70 or len(name.split()) > 8 or not any(letter.isalpha() for letter in name):
        return ""
    return "" if NOT_A_NAME.match(name) else name


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
        (Concept.TITLE, found.title, 0.3),
        (Concept.NAME, found.title, 0.22),
        (Concept.AUTHOR, ", ".join(part.strip() for part in (found.author or "").split(";") if part.strip()), 0.42),
        (Concept.PUBLISHED, found.date, 0.62),
        (Concept.DESCRIPTION, found.description, 0.45),
        (Concept.SITE_NAME, found.sitename, 0.35),
        (Concept.ORGANIZATION, found.sitename, 0.25),
        (Concept.IMAGE, found.image, 0.3),
    )
    for concept, value, confidence in values:
        if value:
            # Most of it trafilatura read in the head of the page, as we did: that is no second opinion.
            origin = "trafilatura" if concept in {Concept.AUTHOR, Concept.PUBLISHED, Concept.TITLE} else "head"
            yield Candidate(concept, clean(value), "article metadata (trafilatura)", confidence, origin)


def read_metadata(page: Page) -> Any:
    """Return trafilatura's metadata of the page, None when it can't read it."""
    try:
        return extract_metadata(page.html, default_url=page.canonical or page.url, extensive=False)
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
