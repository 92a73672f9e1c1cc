"""What a wanted column means: from its name and type to something that the readers know how to find."""

from __future__ import annotations

from enum import StrEnum

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


SYNONYMS: dict[Concept, str] = {
    Concept.PRICE: "price, amount, cost, current price, sale price, offer price, product price, unit price, selling price, preis, prix, precio",
    Concept.OLD_PRICE: "old price, list price, regular price, original price, was price, msrp, rrp, uvp",
    Concept.CURRENCY: "currency, price currency, currency code, currency symbol",
    Concept.SKU: "sku, product id, item number, article number, item id, product code, product number, item code, artikelnummer, stock keeping unit",
    Concept.MPN: "mpn, manufacturer part number, part number, model number, manufacturer number, model",
    Concept.GTIN: "gtin, ean, upc, gtin13, gtin12, gtin14, gtin8, isbn, isbn13, barcode",
    Concept.BRAND: "brand, manufacturer, maker, brand name, marke, hersteller, vendor",
    Concept.AVAILABILITY: "availability, in stock, stock, available, stock status, is available",
    Concept.CONDITION: "condition, item condition",
    Concept.COLOR: "color, colour",
    Concept.NAME: "name, product name, item name, product title, full name, recipe name, facility name, location name",
    Concept.TITLE: "title, headline, heading, article title, page title, post title, h1, titel",
    Concept.AUTHOR: "author, byline, writer, authors, written by, author name, posted by, creator, user, username, autor",
    Concept.PUBLISHED: "date, published, publication date, publish date, published at, date published, posted, post date, date posted, posted date, published on, posted on, created, datum",
    Concept.MODIFIED: "modified, updated, last modified, last updated, date modified, updated at",
    Concept.DESCRIPTION: "description, summary, abstract, teaser, excerpt, meta description, product description, short description, job description, beschreibung",
    Concept.CONTENT: "content, text, body, article, article body, full text, post content, article text, main text",
    Concept.CATEGORY: "category, section, product category, recipe category, categories, breadcrumb, course",
    Concept.KEYWORDS: "keywords, tags",
    Concept.SITE_NAME: "site name, sitename, site, website name, publisher, publication",
    Concept.LANGUAGE: "language, lang, locale, in language",
    Concept.IMAGE: "image, image url, picture, photo, thumbnail, main image",
    Concept.CANONICAL_URL: "canonical url, canonical, url, page url, permalink, link",
    Concept.ORGANIZATION: "org, organization, organisation, company, company name, business, business name, organization name, employer, hiring organization, firm, store name",
    Concept.EMAIL: "email, e mail, mail, email address, contact email, e mail address",
    Concept.PHONE: "tel, phone, telephone, phone number, telephone number, contact phone, contact number, mobile, telefon",
    Concept.FAX: "fax, fax number, telefax",
    Concept.ADDRESS: "address, full address, postal address, location address, adresse, anschrift",
    Concept.STREET: "street, street address, address line 1, address line, address1, strasse",
    Concept.CITY: "city, town, locality, ort, stadt",
    Concept.STATE: "state, region, province, county, state code",
    Concept.ZIPCODE: "zipcode, zip, zip code, postal code, postcode, postalcode, plz",
    Concept.COUNTRY: "country, country name, country code, land",
    Concept.HOURS: "hours, opening hours, business hours, open hours, office hours, opening times, store hours, oeffnungszeiten",
    Concept.LATITUDE: "latitude, lat",
    Concept.LONGITUDE: "longitude, lng, lon",
    Concept.TOTAL_TIME: "total time, duration, time, ready in",
    Concept.PREP_TIME: "prep time, preparation time",
    Concept.COOK_TIME: "cook time, cooking time, baking time",
    Concept.YIELDS: "yields, yield, servings, recipe yield, portions, serves",
    Concept.RATING: "ratings, rating, rating value, average rating, stars, score, aggregate rating",
    Concept.RATING_COUNT: "ratings count, rating count, number of ratings, votes",
    Concept.REVIEW_COUNT: "review count, reviews, number of reviews, reviews count",
    Concept.CUISINE: "cuisine, recipe cuisine",
    Concept.INGREDIENTS: "ingredients, recipe ingredient",
    Concept.CALORIES: "calories, kcal",
    Concept.JOB_TITLE: "job title, position, role, job name, vacancy",
    Concept.JOB_ID: "job id, requisition id, req id, job number, job reference, requisition number, role number",
    Concept.JOB_LOCATION: "location, job location, work location, place, city state",
    Concept.DEPARTMENT: "department, team, division",
    Concept.EMPLOYMENT_TYPE: "employment type, job type, contract type, employment, work type",
    Concept.SALARY_MIN: "salary min, minimum salary, min salary, salary from",
    Concept.SALARY_MAX: "salary max, maximum salary, max salary, salary to",
    Concept.SALARY: "salary, pay, wage, compensation",
    Concept.SALARY_CURRENCY: "salary currency",
    Concept.APPLY_URL: "apply url, application url, apply link, application link",
    Concept.VALID_THROUGH: "valid through, closing date, deadline, application deadline, expires",
    Concept.UP_VOTES: "up votes, upvotes, likes, votes up, like count, upvote count",
    Concept.COMMENT_COUNT: "num comments, comments, comment count, replies, number of comments, reply count, comments count",
    Concept.VIEWS: "views, view count, number of views, views count",
}
BY_NAME = {synonym.strip(): concept for concept, listed in SYNONYMS.items() for synonym in listed.split(",")}
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
