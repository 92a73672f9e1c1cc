"""What sort of thing a schema.org type names, as far as extraction cares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The sorts of things that pages are about."""

    PRODUCT = "product"
    OFFER = "offer"
    ARTICLE = "article"
    RECIPE = "recipe"
    ORGANIZATION = "organization"
    PERSON = "person"
    JOB = "job"
    EVENT = "event"
    POST = "post"
    WEBPAGE = "webpage"
    WEBSITE = "website"
    ADDRESS = "address"
    RATING = "rating"
    OTHER = "other"


EXACT = {
    "product": Kind.PRODUCT,
    "productgroup": Kind.PRODUCT,
    "productmodel": Kind.PRODUCT,
    "individualproduct": Kind.PRODUCT,
    "someproducts": Kind.PRODUCT,
    "book": Kind.PRODUCT,
    "vehicle": Kind.PRODUCT,
    "car": Kind.PRODUCT,
    "softwareapplication": Kind.PRODUCT,
    "mobileapplication": Kind.PRODUCT,
    "webapplication": Kind.PRODUCT,
    "videogame": Kind.PRODUCT,
    "offer": Kind.OFFER,
    "aggregateoffer": Kind.OFFER,
    "offering": Kind.OFFER,
    "report": Kind.ARTICLE,
    "blogposting": Kind.ARTICLE,
    "blogpost": Kind.ARTICLE,
    "creativework": Kind.ARTICLE,
    "scholarlyarticle": Kind.ARTICLE,
    "liveblogposting": Kind.ARTICLE,
    "podcastepisode": Kind.ARTICLE,
    "recipe": Kind.RECIPE,
    "person": Kind.PERSON,
    "jobposting": Kind.JOB,
    "socialmediaposting": Kind.POST,
    "discussionforumposting": Kind.POST,
    "question": Kind.POST,
    "qapage": Kind.WEBPAGE,
    "website": Kind.WEBSITE,
    "postaladdress": Kind.ADDRESS,
    "address": Kind.ADDRESS,
    "aggregaterating": Kind.RATING,
    "corporation": Kind.ORGANIZATION,
    "place": Kind.ORGANIZATION,
    "localbusiness": Kind.ORGANIZATION,
    "physician": Kind.ORGANIZATION,
    "hospital": Kind.ORGANIZATION,
    "dentist": Kind.ORGANIZATION,
    "restaurant": Kind.ORGANIZATION,
    "hotel": Kind.ORGANIZATION,
    "attorney": Kind.ORGANIZATION,
    "pharmacy": Kind.ORGANIZATION,
    "brand": Kind.OTHER,
    "vcard": Kind.ORGANIZATION,
}
ENDINGS = (
    ("article", Kind.ARTICLE),
    ("page", Kind.WEBPAGE),
    ("event", Kind.EVENT),
    ("organization", Kind.ORGANIZATION),
    ("business", Kind.ORGANIZATION),
    ("store", Kind.ORGANIZATION),
    ("shop", Kind.ORGANIZATION),
    ("clinic", Kind.ORGANIZATION),
    ("agency", Kind.ORGANIZATION),
    ("agent", Kind.ORGANIZATION),
    ("contractor", Kind.ORGANIZATION),
    ("service", Kind.ORGANIZATION),
)


def kinds_of(types: Iterable[str], properties: Mapping[str, list[Any]]) -> frozenset[Kind]:
    """Return the sorts of a thing with these types; one with an address or a telephone is some organization."""
    kinds = {kind for name in types if (kind := _kind(name.casefold())) is not None}
    if not kinds and ("address" in properties or "telephone" in properties):
        kinds.add(Kind.ORGANIZATION)
    return frozenset(kinds or {Kind.OTHER})


def _kind(name: str) -> Kind | None:
    if name in EXACT:
        return EXACT[name]
    return next((kind for ending, kind in ENDINGS if name.endswith(ending)), None)
