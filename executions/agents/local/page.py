"""A page in memory: its tree, its addresses, its meta tags, and what in it is content and what is decoration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from executions.agents.local.text import clean, is_hidden, plain, text_of

NOISE = re.compile(
    r"(?:^|[\s_-])(?:nav|navigation|navbar|menu|breadcrumbs?|footer|sidebar|related|recommend\w*|"
    r"recommendations?|upsell\w*|"
    r"crosssell\w*|cross-sell\w*|similar|alsobought|also-bought|recently\w*|carousel|minicart|"
    r"mini-cart|basket|comments?|"
    r"cookie\w*|newsletter|popup|modal|teasers?|widget|accessor(?:y|ies)|suggest\w*|latest|banner|"
    r"zubehoer|ads?)(?:$|[\s_-])",
    re.IGNORECASE,
)
NOISE_TAGS = frozenset({"nav", "footer", "aside", "header"})
LARGEST_CONTAINER = 0.6
HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


@dataclass(slots=True)
class Page:
    """What the readers work on. `elements` are all in document order; `noise` holds those in decoration."""

    url: str
    html: str
    tree: HtmlElement
    base: str
    canonical: str
    language: str
    title: str
    metas: list[tuple[str, str]]
    elements: list[HtmlElement]
    noise: set[HtmlElement]
    order: dict[HtmlElement, int]
    heading: HtmlElement | None = None
    _texts: dict[HtmlElement, str] = field(default_factory=dict)

    def absolute(self, link: str) -> str:
        """Return a link as a full address, as a browser would resolve it."""
        try:
            return urljoin(self.base, clean(link))
        except ValueError:
            return ""

    def meta(self, *names: str) -> list[str]:
        """Return what the meta tags of these names say, in the order of the names."""
        return [content for name in names for known, content in self.metas if known == name]

    def text(self, element: HtmlElement) -> str:
        """Return the visible text of an element (kept: several readers ask for the same ones)."""
        if element not in self._texts:
            self._texts[element] = text_of(element)
        return self._texts[element]

    def brief(self, element: HtmlElement, longest: int) -> str:
        """Return the visible text of an element if it is short, else nothing (without reading all of a large one)."""
        known = self._texts.get(element)
        if known is None:
            known = text_of(element, longest + 1)
            if len(known) <= longest:
                self._texts[element] = known
        return known if len(known) <= longest else ""

    @property
    def heading_text(self) -> str:
        """The text of the page's main heading, empty without one."""
        return self.text(self.heading) if self.heading is not None else ""

    def visible(self) -> Iterator[HtmlElement]:
        """All elements whose text a reader sees, in document order."""
        return (element for element in self.elements if not is_hidden(element))


class NotAPage(ValueError):
    """There is nothing in it that could be read as a page."""


def parse(html: str, url: str) -> Page:
    """Return the page made of this HTML; raises `NotAPage` when it holds no element at all."""
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        tree = document_fromstring(html.encode("utf-8", "replace") or b"<html></html>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAPage(str(error)) from error
    base = _base(tree, url)
    canonical = _canonical(tree, base)
    if base == url and canonical and urlsplit(canonical).hostname != urlsplit(url).hostname:
        # A copy of a page that is at home elsewhere: its relative links mean that place.
        base = canonical
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    page = Page(
        url=url,
        html=html,
        tree=tree,
        base=base,
        canonical=canonical,
        language=clean(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        title=_title(tree),
        metas=_metas(tree),
        elements=elements,
        noise=_noise(elements),
        order={element: position for position, element in enumerate(elements)},
    )
    page.heading = _main_heading(page)
    return page


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses name the same page, whatever their scheme, query and closing slash."""
    try:
        left, right = urlsplit(one), urlsplit(other)
    except ValueError:
        return False
    if left.netloc and right.netloc and _host(left.netloc) != _host(right.netloc):
        return False
    return bool(left.path.strip("/")) and left.path.rstrip("/") == right.path.rstrip("/")


def _host(name: str) -> str:
    return name.casefold().removeprefix("www.")


def _base(tree: HtmlElement, url: str) -> str:
    for link in tree.xpath("//base/@href"):
        try:
            base = urljoin(url, clean(str(link)))
        except ValueError:
            continue
        if urlsplit(base).scheme in {"http", "https"}:
            return base
    return url


def _canonical(tree: HtmlElement, base: str) -> str:
    for element in tree.xpath("//link[@rel and @href]"):
        if "canonical" in element.get("rel", "").casefold().split():
            try:
                link = urljoin(base, clean(element.get("href", "")))
            except ValueError:
                continue
            if urlsplit(link).scheme in {"http", "https"}:
                return link
    return ""


def _title(tree: HtmlElement) -> str:
    for element in tree.xpath("//title[not(ancestor::svg)]"):
        text = plain(element.text or "")
        if text:
            return text
    return ""


def _metas(tree: HtmlElement) -> list[tuple[str, str]]:
    found = []
    for element in tree.iter("meta"):
        content = plain(element.get("content") or "")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = clean(element.get(attribute) or "").casefold()
            if name:
                found.append((name, content))
    return found


def _noise(elements: list[HtmlElement]) -> set[HtmlElement]:
    """Elements in navigation, footers and lists of other things; never one that holds most of the page."""
    noise: set[HtmlElement] = set()
    total = len(elements)
    sizes: dict[HtmlElement, int] = {}
    for element in reversed(elements):
        sizes[element] = sizes.get(element, 0) + 1
        parent = element.getparent()
        if parent is not None:
            sizes[parent] = sizes.get(parent, 0) + sizes[element]
    for element in elements:
        parent = element.getparent()
        if (parent is not None and parent in noise) or (
            sizes[element] < total * LARGEST_CONTAINER and _is_decoration(element)
        ):
            noise.add(element)
    return noise


def _is_decoration(element: HtmlElement) -> bool:
    if element.tag in {"body", "html", "main", "article", "h1"}:
        return False
    if element.tag in NOISE_TAGS:
        # A header of an article or of the main part holds its title, date and price.
        return element.tag != "header" or element.getparent() is None or element.getparent().tag == "body"
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return bool(marks.strip()) and bool(NOISE.search(marks)) and element.find(".//h1") is None


def _main_heading(page: Page) -> HtmlElement | None:
    """The heading that the page's own title confirms, else the first h1 that is not decoration."""
    said = " ".join([page.title, *page.meta("og:title", "twitter:title")]).casefold()
    headings = [element for element in page.elements if element.tag in HEADINGS and page.text(element)]
    said_too = [
        element
        for element in headings
        if element not in page.noise and len(page.text(element)) > 3 and page.text(element).casefold() in said
    ]
    first = _longest(page, [element for element in said_too if element.tag == "h1"])
    other = _longest(page, [element for element in said_too if element.tag != "h1"])
    if first is not None and (other is None or not _is_beside(page.text(first), page.text(other))):
        return first
    if other is not None and len(page.text(other)) * 4 > len(page.title):
        return other
    calm = [element for element in headings if element.tag == "h1" and element not in page.noise]
    return next(iter(calm or [element for element in headings if element.tag == "h1"]), None)


def _longest(page: Page, headings: list[HtmlElement]) -> HtmlElement | None:
    return max(headings, key=lambda element: len(page.text(element)), default=None)


def _is_beside(first: str, other: str) -> bool:
    """Tell whether another heading of the title is longer and no part of the first: then the first names the site."""
    return len(other) > len(first) and first.casefold() not in other.casefold()
