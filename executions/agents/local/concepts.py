"""What a wanted column means: from its name and type to something that the readers know how to find."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path

from executions.agents.local.text import words
from mino.common.values.columns import ColumnType


class Concept(StrEnum):
    """The facts that this agent knows by meaning; any other column is looked up by its name alone."""

    PRICE = "price"
    OLD_PRICE = "old price"
    CURRENCY = "currency"
    SKU = "sku"
    MPN = "mpn"
    GTIN = "gtin"
    BRAND = "brand"
    AVAILABILITY = "availability"
    CONDITION = "condition"
    COLOR = "color"
    NAME = "name"
    TITLE = "title"
    AUTHOR = "author"
    PUBLISHED = "published"
    MODIFIED = "modified"
    DESCRIPTION = "description"
    CONTENT = "content"
    CATEGORY = "category"
    KEYWORDS = "keywords"
    SITE_NAME = "site name"
    LANGUAGE = "language"
    IMAGE = "image"
    CANONICAL_URL = "canonical url"
    ORGANIZATION = "organization"
    EMAIL = "email"
    PHONE = "phone"
    FAX = "fax"
    ADDRESS = "address"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    ZIPCODE = "zipcode"
    COUNTRY = "country"
    HOURS = "hours"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    TOTAL_TIME = "total time"
    PREP_TIME = "prep time"
    COOK_TIME = "cook time"
    YIELDS = "yields"
    RATING = "rating"
    RATING_COUNT = "rating count"
    REVIEW_COUNT = "review count"
    CUISINE = "cuisine"
    INGREDIENTS = "ingredients"
    CALORIES = "calories"
    JOB_TITLE = "job title"
    JOB_ID = "job id"
    JOB_LOCATION = "job location"
    DEPARTMENT = "department"
    EMPLOYMENT_TYPE = "employment type"
    SALARY_MIN = "salary min"
    SALARY_MAX = "salary max"
    SALARY = "salary"
    SALARY_CURRENCY = "salary currency"
    APPLY_URL = "apply url"
    VALID_THROUGH = "valid through"
    UP_VOTES = "up votes"
    COMMENT_COUNT = "comment count"
    VIEWS = "views"


def _vocabulary() -> dict[Concept, dict[str, list[str]]]:
    text = (Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8")
    return {Concept(name): entry for name, entry in tomllib.loads(text).items()}


VOCABULARY = _vocabulary()
BY_NAME = {words(name): concept for concept, entry in VOCABULARY.items() for name in entry["columns"]}
LABELS_OF = {concept: frozenset(map(words, entry.get("labels", ()))) for concept, entry in VOCABULARY.items()}
ALL_LABELS = frozenset().union(*LABELS_OF.values())
BY_TYPE = {ColumnType.EMAIL: Concept.EMAIL, ColumnType.PHONE: Concept.PHONE}
QUALIFIERS = frozenset(
    {
        "expected",
        "gt",
        "truth",
        "actual",
        "the",
        "product",
        "item",
        "article",
        "page",
        "company",
        "business",
        "main",
        "contact",
        "current",
        "recipe",
        "post",
        "site",
        "store",
        "shop",
        "office",
        "my",
        "primary",
        "extracted",
    }
)


def concept_of(name: str, kind: ColumnType) -> Concept | None:
    """Return what a column of this name and type means, None when only its name can be looked up."""
    said = words(name)
    candidates = [said, said.replace(" ", "")]
    parts = said.split()
    while parts and parts[0] in QUALIFIERS:
        parts = parts[1:]
        candidates.append(" ".join(parts))
    tail = said.split()
    while tail and (tail[-1].isdigit() or tail[-1] in {"usd", "eur", "minutes", "value", "text"}):
        tail = tail[:-1]
        candidates.append(" ".join(tail))
    for candidate in candidates:
        if candidate in BY_NAME:
            return BY_NAME[candidate]
    return BY_TYPE.get(kind)


def label_fits(label: str, concept: Concept) -> float:
    """Return how well a label (as `words` gives it) names a fact: 1 for its words, less when it ends with them."""
    if BY_NAME.get(label) is concept or label in LABELS_OF[concept]:
        return 1.0
    tail = label.split()[1:]
    while tail:
        ending = " ".join(tail)
        if len(ending) > 3 and ending in LABELS_OF[concept]:
            return 0.7 if len(tail) > 1 else 0.5
        tail = tail[1:]
    return 0.0
