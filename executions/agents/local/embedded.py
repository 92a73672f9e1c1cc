"""From the data that a page embeds to candidates: which property of which sort of thing says what."""

from __future__ import annotations

from collections.abc import Iterator

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.kinds import Kind
from executions.agents.local.text import clean
from executions.agents.local.things import LINK_KEYS, TEXT_KEYS, Thing, leaf

SYNTAX_TRUST = {"JSON-LD": 1.0, "microdata": 0.97, "RDFa": 0.93, "page data": 0.7}
SEVERAL = frozenset({Concept.AUTHOR, Concept.CATEGORY, Concept.CUISINE, Concept.KEYWORDS, Concept.INGREDIENTS})
LINKS = {Concept.IMAGE, Concept.CANONICAL_URL, Concept.APPLY_URL}
TEXTUAL = (Kind.ARTICLE, Kind.POST, Kind.RECIPE)
Rule = tuple[tuple[Kind, ...], str, float]

RULES: dict[Concept, tuple[Rule, ...]] = {
    Concept.PRICE: (
        ((Kind.PRODUCT, Kind.EVENT), "offers.price", 0.86),
        ((Kind.PRODUCT,), "offers.pricespecification.price", 0.84),
        ((Kind.PRODUCT,), "offers.offers.price", 0.75),
        ((Kind.PRODUCT,), "offers.lowprice", 0.7),
        ((Kind.PRODUCT,), "hasvariant.offers.price", 0.6),
        ((Kind.PRODUCT,), "price", 0.7),
        ((Kind.OFFER,), "price", 0.75),
        ((Kind.OFFER,), "lowprice", 0.65),
    ),
    Concept.CURRENCY: (
        ((Kind.PRODUCT, Kind.EVENT), "offers.pricecurrency", 0.8),
        ((Kind.PRODUCT,), "offers.pricespecification.pricecurrency", 0.8),
        ((Kind.PRODUCT,), "pricecurrency", 0.7),
        ((Kind.OFFER,), "pricecurrency", 0.7),
    ),
    Concept.SKU: (
        ((Kind.PRODUCT,), "sku", 0.76),
        ((Kind.PRODUCT,), "offers.sku", 0.7),
        ((Kind.PRODUCT,), "productid", 0.65),
        ((Kind.PRODUCT,), "hasvariant.sku", 0.45),
    ),
    Concept.MPN: (
        ((Kind.PRODUCT,), "mpn", 0.75),
        ((Kind.PRODUCT,), "model", 0.5),
        ((Kind.PRODUCT,), "offers.mpn", 0.6),
    ),
    Concept.GTIN: tuple(
        ((Kind.PRODUCT,), path, trust)
        for path, trust in (
            ("gtin13", 0.9),
            ("gtin", 0.9),
            ("gtin12", 0.85),
            ("gtin14", 0.85),
            ("gtin8", 0.85),
            ("ean", 0.85),
            ("isbn", 0.85),
            ("offers.gtin13", 0.85),
            ("offers.gtin", 0.85),
            ("productid", 0.5),
        )
    ),
    Concept.BRAND: (
        ((Kind.PRODUCT,), "brand", 0.88),
        ((Kind.PRODUCT,), "manufacturer", 0.7),
        ((Kind.PRODUCT,), "offers.itemoffered.brand", 0.6),
    ),
    Concept.AVAILABILITY: (
        ((Kind.PRODUCT,), "offers.availability", 0.88),
        ((Kind.PRODUCT,), "offers.offers.availability", 0.8),
        ((Kind.PRODUCT,), "availability", 0.8),
        ((Kind.OFFER,), "availability", 0.75),
    ),
    Concept.CONDITION: (((Kind.PRODUCT,), "itemcondition", 0.8), ((Kind.PRODUCT,), "offers.itemcondition", 0.8)),
    Concept.COLOR: (((Kind.PRODUCT,), "color", 0.8),),
    Concept.NAME: (
        ((Kind.PRODUCT, Kind.RECIPE, Kind.EVENT, Kind.PERSON, Kind.ORGANIZATION), "name", 0.72),
        ((Kind.JOB,), "title", 0.6),
        ((Kind.ARTICLE, Kind.POST), "headline", 0.5),
    ),
    Concept.TITLE: (
        ((Kind.ARTICLE, Kind.POST), "headline", 0.72),
        ((Kind.RECIPE,), "name", 0.96),
        ((Kind.PRODUCT, Kind.EVENT), "name", 0.72),
        ((Kind.ARTICLE, Kind.POST), "name", 0.55),
        ((Kind.JOB,), "title", 0.9),
        ((Kind.WEBPAGE,), "headline", 0.5),
        ((Kind.WEBPAGE,), "name", 0.32),
    ),
    Concept.AUTHOR: (
        (TEXTUAL, "author", 0.86),
        (TEXTUAL, "creator", 0.6),
        ((Kind.PRODUCT,), "author", 0.6),
        ((Kind.WEBPAGE,), "author", 0.42),
    ),
    Concept.PUBLISHED: (
        (TEXTUAL, "datepublished", 0.88),
        ((Kind.JOB,), "dateposted", 0.88),
        (TEXTUAL, "datecreated", 0.6),
        ((Kind.WEBPAGE,), "datepublished", 0.7),
        (TEXTUAL, "uploaddate", 0.5),
        ((Kind.EVENT,), "startdate", 0.5),
    ),
    Concept.MODIFIED: (((*TEXTUAL, Kind.WEBPAGE), "datemodified", 0.85),),
    Concept.DESCRIPTION: (
        ((Kind.RECIPE,), "description", 0.97),
        ((Kind.ARTICLE, Kind.POST, Kind.PRODUCT, Kind.ORGANIZATION, Kind.EVENT), "description", 0.6),
        ((Kind.JOB,), "description", 0.6),
        ((Kind.WEBPAGE,), "description", 0.5),
    ),
    Concept.CONTENT: (
        ((Kind.POST,), "text", 0.75),
        ((Kind.POST, Kind.ARTICLE), "articlebody", 0.75),
        ((Kind.JOB,), "description", 0.5),
    ),
    Concept.CATEGORY: (
        ((Kind.RECIPE,), "recipecategory", 0.88),
        ((Kind.PRODUCT,), "category", 0.75),
        ((Kind.ARTICLE,), "articlesection", 0.75),
    ),
    Concept.KEYWORDS: (((*TEXTUAL, Kind.PRODUCT), "keywords", 0.75),),
    Concept.SITE_NAME: (
        ((Kind.WEBSITE,), "name", 0.6),
        (TEXTUAL, "publisher", 0.55),
        ((Kind.ARTICLE, Kind.RECIPE, Kind.WEBPAGE), "ispartof", 0.4),
    ),
    Concept.LANGUAGE: (((*TEXTUAL, Kind.WEBPAGE), "inlanguage", 0.5), ((Kind.WEBSITE,), "inlanguage", 0.4)),
    Concept.IMAGE: (
        ((Kind.RECIPE, Kind.PRODUCT), "image", 0.75),
        ((Kind.ARTICLE, Kind.POST, Kind.EVENT), "image", 0.65),
        ((Kind.PERSON, Kind.ORGANIZATION), "image", 0.4),
        ((Kind.WEBPAGE,), "primaryimageofpage", 0.4),
    ),
    Concept.CANONICAL_URL: (((*TEXTUAL, Kind.PRODUCT), "url", 0.4),),
    Concept.ORGANIZATION: (
        ((Kind.JOB,), "hiringorganization", 0.85),
        ((Kind.ORGANIZATION,), "name", 0.75),
        ((Kind.ORGANIZATION,), "legalname", 0.6),
        ((*TEXTUAL, Kind.WEBPAGE), "publisher", 0.45),
    ),
    Concept.EMAIL: (
        ((Kind.ORGANIZATION, Kind.PERSON), "email", 0.8),
        ((Kind.ORGANIZATION,), "contactpoint.email", 0.7),
    ),
    Concept.PHONE: (
        ((Kind.ORGANIZATION, Kind.PERSON), "telephone", 0.82),
        ((Kind.ORGANIZATION,), "contactpoint.telephone", 0.7),
        ((Kind.ORGANIZATION,), "address.telephone", 0.7),
        ((Kind.ORGANIZATION,), "tel", 0.7),
    ),
    Concept.FAX: (
        ((Kind.ORGANIZATION, Kind.PERSON), "faxnumber", 0.85),
        ((Kind.ORGANIZATION,), "address.faxnumber", 0.8),
        ((Kind.ORGANIZATION,), "contactpoint.faxnumber", 0.7),
    ),
    Concept.EMPLOYMENT_TYPE: (((Kind.JOB,), "employmenttype", 0.85),),
    Concept.JOB_TITLE: (((Kind.JOB,), "title", 0.88), ((Kind.PERSON,), "jobtitle", 0.7)),
    Concept.JOB_ID: (((Kind.JOB,), "identifier.value", 0.75), ((Kind.JOB,), "identifier", 0.7)),
    Concept.DEPARTMENT: (
        ((Kind.JOB,), "department", 0.7),
        ((Kind.JOB,), "hiringorganization.department", 0.7),
        ((Kind.JOB,), "occupationalcategory", 0.4),
    ),
    Concept.SALARY_MIN: (
        ((Kind.JOB,), "basesalary.value.minvalue", 0.85),
        ((Kind.JOB,), "basesalary.minvalue", 0.8),
        ((Kind.JOB,), "basesalary.value.value", 0.7),
    ),
    Concept.SALARY_MAX: (
        ((Kind.JOB,), "basesalary.value.maxvalue", 0.85),
        ((Kind.JOB,), "basesalary.maxvalue", 0.8),
        ((Kind.JOB,), "basesalary.value.value", 0.7),
    ),
    Concept.SALARY: (((Kind.JOB,), "basesalary.value.value", 0.8), ((Kind.JOB,), "basesalary.value", 0.6)),
    Concept.SALARY_CURRENCY: (((Kind.JOB,), "basesalary.currency", 0.85), ((Kind.JOB,), "salarycurrency", 0.8)),
    Concept.VALID_THROUGH: (((Kind.JOB,), "validthrough", 0.85), ((Kind.PRODUCT,), "offers.pricevaliduntil", 0.5)),
    Concept.LATITUDE: (((Kind.ORGANIZATION,), "geo.latitude", 0.85),),
    Concept.LONGITUDE: (((Kind.ORGANIZATION,), "geo.longitude", 0.85),),
    Concept.TOTAL_TIME: (((Kind.RECIPE,), "totaltime", 0.88),),
    Concept.PREP_TIME: (((Kind.RECIPE,), "preptime", 0.88),),
    Concept.COOK_TIME: (((Kind.RECIPE,), "cooktime", 0.88),),
    Concept.YIELDS: (((Kind.RECIPE,), "recipeyield", 0.85), ((Kind.RECIPE,), "yield", 0.7)),
    Concept.RATING: (
        ((Kind.RECIPE, Kind.PRODUCT, Kind.ORGANIZATION, Kind.ARTICLE), "aggregaterating.ratingvalue", 0.85),
        ((Kind.RATING,), "ratingvalue", 0.5),
    ),
    Concept.RATING_COUNT: (
        ((Kind.RECIPE, Kind.PRODUCT, Kind.ORGANIZATION, Kind.ARTICLE), "aggregaterating.ratingcount", 0.85),
        ((Kind.RECIPE, Kind.PRODUCT, Kind.ORGANIZATION, Kind.ARTICLE), "aggregaterating.reviewcount", 0.7),
        ((Kind.RATING,), "ratingcount", 0.5),
    ),
    Concept.REVIEW_COUNT: (
        ((Kind.RECIPE, Kind.PRODUCT, Kind.ORGANIZATION, Kind.ARTICLE), "aggregaterating.reviewcount", 0.85),
        ((Kind.RECIPE, Kind.PRODUCT, Kind.ORGANIZATION), "aggregaterating.ratingcount", 0.6),
    ),
    Concept.CUISINE: (((Kind.RECIPE,), "recipecuisine", 0.88), ((Kind.ORGANIZATION,), "servescuisine", 0.7)),
    Concept.INGREDIENTS: (((Kind.RECIPE,), "recipeingredient", 0.88), ((Kind.RECIPE,), "ingredients", 0.8)),
    Concept.CALORIES: (((Kind.RECIPE,), "nutrition.calories", 0.88),),
    Concept.UP_VOTES: (((Kind.POST,), "upvotecount", 0.8),),
    Concept.COMMENT_COUNT: (((Kind.POST, Kind.ARTICLE), "commentcount", 0.8), ((Kind.POST,), "answercount", 0.7)),
}
ADDRESS_PARTS = {
    Concept.STREET: "streetaddress",
    Concept.CITY: "addresslocality",
    Concept.STATE: "addressregion",
    Concept.ZIPCODE: "postalcode",
    Concept.COUNTRY: "addresscountry",
}
for _concept, _part in ADDRESS_PARTS.items():
    RULES[_concept] = (
        ((Kind.ORGANIZATION, Kind.PERSON), f"address.{_part}", 0.82),
        ((Kind.ORGANIZATION, Kind.EVENT), f"location.address.{_part}", 0.75),
        ((Kind.JOB,), f"joblocation.address.{_part}", 0.8),
        ((Kind.ADDRESS,), _part, 0.7),
        ((Kind.ORGANIZATION,), _part, 0.6),
    )


def from_things(things: list[Thing], wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield what the embedded data says about each wanted fact."""
    for concept in wanted:
        for kinds, path, trust in RULES.get(concept, ()):
            for thing in things:
                if thing.kinds.isdisjoint(kinds):
                    continue
                yield from _read(concept, thing, path, trust)
    if Concept.ADDRESS in wanted or Concept.JOB_LOCATION in wanted:
        yield from _addresses(things, wanted)


def _read(concept: Concept, thing: Thing, path: str, trust: float) -> Iterator[Candidate]:
    confidence = trust * thing.weight * SYNTAX_TRUST[thing.syntax]
    keys = LINK_KEYS if concept in LINKS else TEXT_KEYS
    found = [(gone, leaf(value, keys)) for gone, value in thing.values(path)]
    found = [(gone, text) for gone, text in found if text]
    if not found:
        return
    if concept in SEVERAL and len(found) > 1 and thing.weight > 0.5:
        joined = ", ".join(dict.fromkeys(text for _, text in found))
        yield Candidate(concept, joined, f"{thing.syntax} {found[0][0]}", confidence, thing.syntax)
        return
    for place, (gone, text) in enumerate(found[:5]):
        if concept is Concept.MPN and text in {leaf(value) for _, value in thing.values("sku")}:
            # The shop's own number filled in where the maker's was asked for.
            confidence *= 0.4
        yield Candidate(concept, text, f"{thing.syntax} {gone}", confidence * (1 - 0.12 * place), thing.syntax)


def _addresses(things: list[Thing], wanted: set[Concept]) -> Iterator[Candidate]:
    for thing in things:
        for path in ("address", "location.address", "joblocation.address", "joblocation", "location"):
            if thing.kinds.isdisjoint({Kind.ORGANIZATION, Kind.PERSON, Kind.JOB, Kind.EVENT}):
                continue
            for gone, value in thing.values(path):
                parts = _parts(value)
                confidence = 0.8 * thing.weight
                if Concept.ADDRESS in wanted and (isinstance(value, str) or "streetaddress" in value):
                    yield Candidate(
                        Concept.ADDRESS, ", ".join(parts), f"{thing.syntax} {gone}", confidence, thing.syntax
                    )
                if Concept.JOB_LOCATION in wanted and Kind.JOB in thing.kinds:
                    yield Candidate(
                        Concept.JOB_LOCATION, ", ".join(parts), f"{thing.syntax} {gone}", confidence, thing.syntax
                    )


def _parts(value: object) -> list[str]:
    if not isinstance(value, dict):
        return [clean(str(value))]
    if "address" in value:
        return [part for inner in value["address"] for part in _parts(inner)]
    names = ("streetaddress", "addresslocality", "addressregion", "postalcode", "addresscountry")
    return [text for name in names for inner in value.get(name, ()) if (text := leaf(inner))]
