"""What a page is called: its main heading, and its titles without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.kinds import Kind
from executions.agents.local.page import Page
from executions.agents.local.text import clean, fold
from executions.agents.local.things import Thing, leaf

SEPARATOR = re.compile(r"\s+(?:[|–—\-·•»«:/~>]+|::)\s+|\s*[|｜»]\s*")
MOST_PIECES = 12
HEADINGS = frozenset({"h1", "h2", "h3"})
SITE_KINDS = {Kind.WEBSITE, Kind.ORGANIZATION}


@dataclass(frozen=True, slots=True)
class Titles:
    """What is known about titles on a page: the folded headings, and the folded names of the site."""

    headings: frozenset[str]
    sites: tuple[str, ...]

    def is_site(self, text: str) -> bool:
        """Tell whether a text is nothing but the site's name."""
        said = fold(text)
        joined = said.replace(" ", "")
        return any(
            said == site or joined == site.replace(" ", "") or fuzz.ratio(said, site) > 88 for site in self.sites
        )

    def without_site(self, title: str) -> str:
        """Return a title without the site's name before or after it; the part that is a heading, if there is one."""
        pieces = [match for match in _pieces(title) if clean(title[match[0] : match[1]])]
        if not 2 <= len(pieces) <= MOST_PIECES:
            return title
        for length in range(len(pieces), 0, -1):
            for start in range(len(pieces) - length + 1):
                part = clean(title[pieces[start][0] : pieces[start + length - 1][1]])
                if fold(part) in self.headings and not self.is_site(part):
                    return part
        while len(pieces) > 1 and self.is_site(title[pieces[-1][0] : pieces[-1][1]]):
            pieces = pieces[:-1]
        while len(pieces) > 1 and self.is_site(title[pieces[0][0] : pieces[0][1]]):
            pieces = pieces[1:]
        return clean(title[pieces[0][0] : pieces[-1][1]])


def known_titles(page: Page, things: Iterable[Thing]) -> Titles:
    """Return the headings of a page and the names of its site."""
    sites = [*page.meta("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")]
    for thing in things:
        paths = ("name", "alternatename") if thing.kinds & SITE_KINDS and not thing.kinds & {Kind.PRODUCT} else ()
        sites.extend(leaf(value) for path in (*paths, "publisher", "ispartof.name") for _, value in thing.values(path))
    sites.extend(_host_names(page))
    headings = [page.text(element) for element in page.elements if element.tag in HEADINGS]
    folded = [fold(name.removeprefix("@")) for name in sites]
    return Titles(
        frozenset(fold(text) for text in headings if len(text) > 2),
        tuple(dict.fromkeys(name for name in folded if name)),
    )


def _host_names(page: Page) -> Iterator[str]:
    for address in (page.canonical, *page.meta("og:url"), page.url):
        host = (urlsplit(address).hostname or "").removeprefix("www.") if address else ""
        if "." in host and not host.replace(".", "").isdigit():
            yield host
            yield host.split(".")[0] if host.count(".") == 1 else host.rsplit(".", 2)[-2]


def _pieces(title: str) -> list[tuple[int, int]]:
    """The places of the parts between separators."""
    places = []
    start = 0
    for match in SEPARATOR.finditer(title):
        places.append((start, match.start()))
        start = match.end()
    places.append((start, len(title)))
    return places


def without_site(candidates: Iterable[Candidate], titles: Titles) -> Iterator[Candidate]:
    """Pass candidates on, titles and names stripped of the site's name."""
    for candidate in candidates:
        if candidate.concept in {Concept.TITLE, Concept.NAME}:
            yield replace(candidate, value=titles.without_site(candidate.value))
        elif candidate.concept is Concept.AUTHOR and titles.is_site(candidate.value):
            # Sites put their own name where the author's is missing; a person named on the page is surer.
            yield replace(candidate, confidence=candidate.confidence * 0.55)
        else:
            yield candidate


def from_headings(page: Page, titles: Titles) -> Iterator[Candidate]:
    """Yield the main heading and the page's title, each for what has a title and for what has a name."""
    heading = page.heading_text
    for concept, trust in ((Concept.TITLE, 0.68), (Concept.NAME, 0.68), (Concept.JOB_TITLE, 0.5)):
        if heading and len(heading) < 300:
            doubt = (0.55 if page.heading in page.noise else 1) * (0.4 if titles.is_site(heading) else 1)
            yield Candidate(concept, heading, "main heading", trust * doubt, "heading")
        if page.title and concept is not Concept.JOB_TITLE:
            yield Candidate(concept, page.title, "page title", 0.42, "head")
