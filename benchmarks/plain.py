"""What plain extruct and plain trafilatura answer, read as their own documentation suggests: the floor to beat."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import extruct
from trafilatura.metadata import extract_metadata
from w3lib.encoding import html_to_unicode

logging.getLogger("extruct").setLevel(logging.CRITICAL)

ARTICLES = ("article", "posting", "webpage")
PLACES = ("organization", "business", "place", "clinic", "hospital", "store", "restaurant", "corporation")
KINDS: dict[str, tuple[str, ...]] = {
    "product": ("product",),
    "article": ARTICLES,
    "place": PLACES,
    "recipe": ("recipe",),
    "job": ("jobposting",),
}
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "price": (("product", "offers.price"), ("product", "offers.lowPrice")),
    "currency": (("product", "offers.priceCurrency"),),
    "sku": (("product", "sku"),),
    "availability": (("product", "offers.availability"),),
    "brand": (("product", "brand"),),
    "mpn": (("product", "mpn"),),
    "gtin": (
        ("product", "gtin13"),
        ("product", "gtin"),
        ("product", "gtin12"),
        ("product", "gtin14"),
        ("product", "gtin8"),
    ),
    "title": (("recipe", "name"), ("article", "headline"), ("article", "name")),
    "name": (("place", "name"), ("product", "name")),
    "author": (("recipe", "author"), ("article", "author")),
    "date": (("article", "datePublished"),),
    "description": (("recipe", "description"), ("article", "description")),
    "content": (("article", "articleBody"), ("article", "text")),
    "org": (("place", "name"),),
    "email": (("place", "email"),),
    "tel": (("place", "telephone"),),
    "phone": (("place", "telephone"),),
    "fax": (("place", "faxNumber"),),
    "street": (("place", "address.streetAddress"),),
    "city": (("place", "address.addressLocality"),),
    "state": (("place", "address.addressRegion"),),
    "zipcode": (("place", "address.postalCode"),),
    "country": (("place", "address.addressCountry"),),
    "hours": (("place", "openingHours"),),
    "image": (("recipe", "image"), ("article", "image")),
    "total_time": (("recipe", "totalTime"),),
    "prep_time": (("recipe", "prepTime"),),
    "cook_time": (("recipe", "cookTime"),),
    "ratings": (("recipe", "aggregateRating.ratingValue"),),
    "ratings_count": (("recipe", "aggregateRating.ratingCount"),),
    "yields": (("recipe", "recipeYield"),),
    "category": (("recipe", "recipeCategory"),),
    "cuisine": (("recipe", "recipeCuisine"),),
    "language": (("recipe", "inLanguage"), ("article", "inLanguage")),
    "job_title": (("job", "title"),),
    "job_id": (("job", "identifier"),),
    "company_name": (("job", "hiringOrganization"),),
    "employment_type": (("job", "employmentType"),),
    "location": (("job", "jobLocation.address.addressLocality"),),
    "salary_min": (("job", "baseSalary.value.minValue"),),
    "salary_max": (("job", "baseSalary.value.maxValue"),),
    "salary_currency": (("job", "baseSalary.currency"),),
    "date_posted": (("job", "datePosted"),),
    "post_date": (("article", "datePublished"),),
    "num_comments": (("article", "commentCount"),),
}
OPEN_GRAPH = {
    "title": "og:title",
    "description": "og:description",
    "image": "og:image",
    "canonical_url": "og:url",
    "site_name": "og:site_name",
    "date": "article:published_time",
    "author": "article:author",
    "price": "product:price:amount",
    "currency": "product:price:currency",
    "availability": "product:availability",
    "brand": "product:brand",
    "language": "og:locale",
    "org": "og:site_name",
}


def extruct_answers(body: bytes, url: str, wanted: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """JSON-LD, then microdata, then Open Graph: the first value of the property made for the column."""
    _, html = html_to_unicode(None, body)
    data = extruct.extract(
        html, base_url=url, uniform=True, syntaxes=["json-ld", "microdata", "opengraph"], errors="ignore"
    )
    items = list(_items([*data.get("json-ld", []), *data.get("microdata", [])]))
    graph = {key: value for each in data.get("opengraph", []) for key, value in each.items()}
    answers = {}
    for column, _ in wanted:
        found = next(
            (value for kind, path in PATHS.get(column, ()) for value in _values(items, KINDS[kind], path)), None
        )
        answers[column] = found if found is not None else graph.get(OPEN_GRAPH.get(column, ""))
    if availability := answers.get("availability"):
        answers["availability"] = str(availability).rsplit("/", 1)[-1]
    return answers


def _items(data: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for item in data:
        if isinstance(item, dict):
            yield item
            yield from _items(item.get("@graph", []) if isinstance(item.get("@graph"), list) else [])


def _values(items: Sequence[dict[str, Any]], kinds: tuple[str, ...], path: str) -> Iterator[str]:
    for item in items:
        types = item.get("@type", "")
        names = types if isinstance(types, list) else [types]
        if any(kind in str(name).casefold() for name in names for kind in kinds):
            yield from _walk(item, path.split("."))


def _walk(value: Any, path: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        if not path and all(isinstance(each, str) for each in value):
            yield ", ".join(value)
            return
        for each in value:
            yield from _walk(each, path)
    elif path and isinstance(value, dict):
        yield from _walk(value.get(path[0]), path[1:])
    elif isinstance(value, dict):
        yield from _walk(value.get("name") or value.get("url") or value.get("value"), [])
    elif value not in (None, "") and not path:
        yield str(value)


def trafilatura_answers(body: bytes, url: str, wanted: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """Trafilatura's metadata under the column's name; several authors with commas, as the truth has them."""
    _, html = html_to_unicode(None, body)
    found = extract_metadata(html, default_url=url)
    known = {
        "title": found.title,
        "author": (found.author or "").replace(";", ","),
        "date": found.date,
        "description": found.description,
        "site_name": found.sitename,
        "org": found.sitename,
        "image": found.image,
        "canonical_url": found.url,
        "name": found.title,
        "post_date": found.date,
        "date_posted": found.date,
        "job_title": found.title,
    }
    return {column: known.get(column) or None for column, _ in wanted}
