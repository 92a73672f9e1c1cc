"""From meta tags, Open Graph and links in the page's head to candidates."""

from __future__ import annotations

from collections.abc import Iterator

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept, label_fits
from executions.agents.local.page import Page
from executions.agents.local.text import clean, words

TAGS: dict[Concept, tuple[tuple[str, float], ...]] = {
    Concept.PRICE: (
        ("product:sale_price:amount", 0.84),
        ("product:price:amount", 0.8),
        ("og:price:amount", 0.8),
        ("price", 0.6),
    ),
    Concept.CURRENCY: (("product:price:currency", 0.78), ("og:price:currency", 0.78), ("pricecurrency", 0.6)),
    Concept.AVAILABILITY: (("product:availability", 0.8), ("og:availability", 0.8), ("availability", 0.6)),
    Concept.BRAND: (("product:brand", 0.8), ("og:brand", 0.8), ("brand", 0.6)),
    Concept.SKU: (("product:retailer_item_id", 0.38), ("product:sku", 0.7), ("sku", 0.6)),
    Concept.MPN: (("product:mfr_part_no", 0.7),),
    Concept.GTIN: (
        ("product:ean", 0.8),
        ("product:gtin", 0.8),
        ("product:upc", 0.8),
        ("product:isbn", 0.8),
        ("books:isbn", 0.8),
        ("book:isbn", 0.8),
    ),
    Concept.CONDITION: (("product:condition", 0.75),),
    Concept.AUTHOR: (
        ("author", 0.55),
        ("article:author", 0.6),
        ("parsely-author", 0.6),
        ("sailthru.author", 0.6),
        ("dc.creator", 0.6),
        ("dc:creator", 0.6),
        ("dcterms.creator", 0.6),
        ("citation_author", 0.6),
        ("byl", 0.6),
        ("article:author_name", 0.6),
        ("shareaholic:article_author_name", 0.55),
        ("book:author", 0.6),
        ("article.author", 0.6),
    ),
    Concept.PUBLISHED: (
        ("article:published_time", 0.86),
        ("og:article:published_time", 0.84),
        ("article:published", 0.8),
        ("datepublished", 0.75),
        ("parsely-pub-date", 0.78),
        ("sailthru.date", 0.75),
        ("pubdate", 0.75),
        ("publish-date", 0.75),
        ("publication_date", 0.75),
        ("citation_publication_date", 0.75),
        ("dc.date.issued", 0.75),
        ("dcterms.created", 0.7),
        ("dc.date.created", 0.7),
        ("dc.date", 0.6),
        ("dcterms.date", 0.6),
        ("date", 0.6),
        ("article.published", 0.75),
        ("last-modified", 0.15),
        ("og:published_time", 0.78),
        ("created", 0.5),
        ("originalpublicationdate", 0.75),
        ("cxenseparse:recs:publishtime", 0.75),
        ("publishdate", 0.75),
        ("article_date_original", 0.75),
    ),
    Concept.MODIFIED: (
        ("article:modified_time", 0.8),
        ("og:updated_time", 0.7),
        ("last-modified", 0.5),
        ("datemodified", 0.7),
    ),
    Concept.DESCRIPTION: (
        ("description", 0.68),
        ("og:description", 0.74),
        ("dc.description", 0.5),
        ("twitter:description", 0.45),
    ),
    Concept.KEYWORDS: (("keywords", 0.6), ("news_keywords", 0.6), ("article:tag", 0.4)),
    Concept.CATEGORY: (("article:section", 0.65), ("product:category", 0.5)),
    Concept.SITE_NAME: (("og:site_name", 0.85), ("application-name", 0.4), ("apple-mobile-web-app-title", 0.35)),
    Concept.ORGANIZATION: (("og:site_name", 0.55), ("copyright", 0.3), ("dc.publisher", 0.4)),
    Concept.LANGUAGE: (("og:locale", 0.35), ("content-language", 0.4), ("language", 0.35), ("dc.language", 0.35)),
    Concept.IMAGE: (("og:image", 0.6), ("og:image:url", 0.55), ("twitter:image", 0.4), ("twitter:image:src", 0.4)),
    Concept.TITLE: (("og:title", 0.5), ("twitter:title", 0.4), ("dc.title", 0.4), ("citation_title", 0.6)),
    Concept.NAME: (("og:title", 0.35), ("twitter:title", 0.25)),
    Concept.CANONICAL_URL: (("og:url", 0.45),),
    Concept.EMAIL: (("og:email", 0.6), ("business:contact_data:email", 0.7), ("reply-to", 0.35)),
    Concept.PHONE: (("og:phone_number", 0.6), ("business:contact_data:phone_number", 0.75)),
    Concept.FAX: (("og:fax_number", 0.6), ("business:contact_data:fax_number", 0.75)),
    Concept.STREET: (("business:contact_data:street_address", 0.75), ("og:street-address", 0.6)),
    Concept.CITY: (("business:contact_data:locality", 0.75), ("og:locality", 0.6), ("geo.placename", 0.4)),
    Concept.STATE: (("business:contact_data:region", 0.75), ("og:region", 0.6)),
    Concept.ZIPCODE: (("business:contact_data:postal_code", 0.75), ("og:postal-code", 0.6)),
    Concept.COUNTRY: (("business:contact_data:country_name", 0.75), ("og:country-name", 0.6)),
    Concept.LATITUDE: (("place:location:latitude", 0.75), ("og:latitude", 0.6)),
    Concept.LONGITUDE: (("place:location:longitude", 0.75), ("og:longitude", 0.6)),
}


def from_meta(page: Page, wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield what the head of the page says about each wanted fact."""
    for concept in wanted:
        for name, confidence in TAGS.get(concept, ()):
            found = page.meta(name)
            if concept is Concept.AUTHOR and len(found) > 1:
                found = [", ".join(dict.fromkeys(found))]
            for content in found[:1]:
                yield Candidate(concept, content, f"meta tag {name}", confidence, "head")
    yield from _links(page, wanted)
    yield from _card(page, wanted)


def _links(page: Page, wanted: set[Concept]) -> Iterator[Candidate]:
    if Concept.CANONICAL_URL in wanted:
        if page.canonical:
            yield Candidate(Concept.CANONICAL_URL, page.canonical, "link rel=canonical", 0.9, "link")
        yield Candidate(Concept.CANONICAL_URL, page.url, "the address itself", 0.3, "address")
    if Concept.LANGUAGE in wanted and page.language:
        yield Candidate(Concept.LANGUAGE, page.language, "html lang", 0.8, "html")
    if Concept.AUTHOR in wanted:
        for element in page.tree.xpath("//head/link[@rel='author' and @title]"):
            yield Candidate(Concept.AUTHOR, clean(element.get("title")), "link rel=author", 0.4, "link")


def _card(page: Page, wanted: set[Concept]) -> Iterator[Candidate]:
    """The label and value pairs of a Twitter card (`twitter:label1` says what `twitter:data1` is)."""
    for number in ("1", "2", "3"):
        for label, value in zip(page.meta(f"twitter:label{number}"), page.meta(f"twitter:data{number}"), strict=False):
            for concept in wanted:
                fits = label_fits(words(label), concept)
                if fits:
                    yield Candidate(concept, value, f"meta tag twitter:data{number}", 0.6 * fits, "card")
