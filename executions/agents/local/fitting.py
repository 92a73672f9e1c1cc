"""From a found text to a value of the wanted type, or to nothing when it can't be one."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from price_parser import Price

from executions.agents.local.concepts import Concept
from executions.agents.local.dates import read_date
from executions.agents.local.page import Page
from executions.agents.local.text import NOT_WORD, clean, fold
from mino.common.values.columns import ColumnType

ZIPCODE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,9}[A-Z0-9]", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
PLACEHOLDER = re.compile(
    r"^(?:\$[A-Za-z_]\w+|.*(?:\{\{|\}\}|\$\{|<%).*|undefined|null|none|n/?a|nan|[-–—.?]+|false|\[object Object\])$",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"^[#№:\s]*([\w][\w./|+-]*)(?=$|[\s,;)\]〉>】])")
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
DURATION = re.compile(
    r"^-?P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$", re.IGNORECASE
)
HOURS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:h|hr|hrs|hour|hours|std|stunden?|heures?|horas?|ore)\b", re.IGNORECASE)
MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:m|min|mins|minute|minutes|minuten|minutos?|minuti)\b", re.IGNORECASE)
TIMES = {Concept.TOTAL_TIME, Concept.PREP_TIME, Concept.COOK_TIME}
LINKS = {Concept.IMAGE, Concept.CANONICAL_URL, Concept.APPLY_URL}
AVAILABILITY = (
    (
        "OutOfStock",
        re.compile(
            r"out\s?of\s?stock|sold\s?out|unavailable|not available|no longer|ausverkauft|nicht (?:verf|"
            r"lieferbar|auf lager)|"
            r"rupture|indisponible|épuisé|agotado|sin stock|esaurito|non disponibile|uitverkocht|vyprod|"
            r"esgotado|brak|нет в наличии|discontinued|outofstock|oos",
            re.I,
        ),
    ),
    ("PreOrder", re.compile(r"pre[\s-]?order|presale|vorbestell|backorder|back order", re.I)),
    (
        "InStock",
        re.compile(
            r"in\s?stock|instock|available|limitedavail|onlineonly|instoreonly|auf lager|verfügbar|lieferbar|"
            r"en stock|disponib|"
            r"op voorraad|skladem|na sklade|na zalogi|disponív|dostępn|в наличии|есть|在庫あり|有貨|現貨|متوفر|^yes$|"
            r"^true$|^1$",
            re.I,
        ),
    ),
)
YES = frozenset({"yes", "true", "1", "ja", "oui", "si", "available", "instock", "in stock"})
NO = frozenset({"no", "false", "0", "nein", "non", "outofstock", "out of stock", "sold out", "unavailable"})


def fit(concept: Concept | None, kind: ColumnType, text: str, page: Page) -> tuple[str, Any] | None:
    """Return the value for a column of this meaning and type, with the key by which equal values are recognised."""
    text = clean(text)
    if not text or PLACEHOLDER.match(text):
        return None
    if concept in TIMES:
        return _number(minutes(text)) if kind is ColumnType.NUMBER else _as_text(text)
    if concept is Concept.AVAILABILITY:
        return _availability(text, kind)
    if kind is ColumnType.NUMBER:
        value = amount(text)
        return None if concept is Concept.PRICE and not value else _number(value)
    if kind is ColumnType.DATE:
        found = read_date(text)
        return (found, found) if found else None
    if kind is ColumnType.EMAIL or concept is Concept.EMAIL:
        match = EMAIL.search(text)
        return (match.group().casefold(), match.group()) if match else None
    if kind is ColumnType.PHONE or concept in {Concept.PHONE, Concept.FAX}:
        return _phone(text)
    if kind is ColumnType.URL or concept in LINKS:
        return _link(page.absolute(text))
    if kind is ColumnType.BOOLEAN:
        return _boolean(text)
    return _text(concept, text)


def amount(text: str) -> Decimal | None:
    """Return the first number of a text, written in any of the usual ways; None without one."""
    if PLAIN_NUMBER.match(text) and len(text) < 30:
        return Decimal(text)
    found: Decimal | None = Price.fromstring(text[:200]).amount
    return found


def minutes(text: str) -> Decimal | None:
    """Return a duration (ISO 8601, or "1 hr 20 min") in minutes."""
    iso = DURATION.match(text)
    if iso and any(iso.groups()):
        days, hours, mins, seconds = (Decimal(part or 0) for part in iso.groups())
        return (
            days * 1440 + hours * 60 + mins + (seconds / 60).quantize(Decimal(1))
            if seconds
            else days * 1440 + hours * 60 + mins
        )
    hour, minute = HOURS.search(text), MINUTES.search(text)
    if hour or minute:
        return sum(
            (
                Decimal(found.group(1).replace(",", ".")) * factor
                for found, factor in ((hour, 60), (minute, 1))
                if found
            ),
            Decimal(0),
        )
    return Decimal(text) if PLAIN_NUMBER.match(text) else None


def _number(value: Decimal | None) -> tuple[str, int | float] | None:
    if value is None:
        return None
    try:
        key = str(value.normalize() + 0)
        return key, int(value) if value == value.to_integral_value() else float(value)
    except (InvalidOperation, OverflowError):
        return None


def _availability(text: str, kind: ColumnType) -> tuple[str, Any] | None:
    word = urlsplit(text).path.rsplit("/", 1)[-1] if text.startswith("http") else text
    if "#" in text and text.startswith("http"):
        word = text.rsplit("#", 1)[-1]
    for state, pattern in AVAILABILITY:
        if pattern.search(word):
            if kind is ColumnType.BOOLEAN:
                return state, state == "InStock"
            return state, state
    return None


def _phone(text: str) -> tuple[str, str] | None:
    digits = re.sub(r"\D", "", text)
    if not 6 <= len(digits) <= 16:
        return None
    return digits[-9:], text.removeprefix("tel:")


def _link(link: str) -> tuple[str, str] | None:
    return (link.rstrip("/").casefold(), link) if link.startswith(("http://", "https://")) else None


def _boolean(text: str) -> tuple[str, bool] | None:
    word = text.casefold()
    if word in YES or word in NO:
        return str(word in YES), word in YES
    return None


def _as_text(text: str) -> tuple[str, str]:
    return fold(text), text


def _text(concept: Concept | None, text: str) -> tuple[str, str] | None:
    if concept is Concept.GTIN:
        digits = re.sub(r"[\s-]", "", text).strip(".,;")
        return (digits, digits) if re.fullmatch(r"\d{8}|\d{12,14}|\d{9}[\dXx]", digits) else None
    if concept in {Concept.SKU, Concept.MPN, Concept.JOB_ID}:
        return _identifier(text)
    if concept is Concept.YIELDS and text.isdigit():
        amount_of = "1 serving" if text == "1" else f"{text} servings"
        return amount_of, amount_of
    if concept is Concept.ZIPCODE:
        return _zipcode(text)
    if concept is Concept.LANGUAGE:
        code = text.replace("_", "-")
        return code.casefold(), code
    if concept in {Concept.PUBLISHED, Concept.MODIFIED}:
        found = read_date(text)
        return (found, text) if found else None
    if concept in {Concept.PRICE, Concept.RATING, Concept.RATING_COUNT, Concept.SALARY_MIN, Concept.SALARY_MAX}:
        value = amount(text)
        return (str(value.normalize()), text) if value is not None else None
    if concept is Concept.AUTHOR:
        return _author(text)
    key = fold(text)
    return (key or text, text)


def _identifier(text: str) -> tuple[str, str] | None:
    """A number under which something is known: a single word with a digit, or what stands before the rest."""
    found = IDENTIFIER.match(text)
    number = found.group(1) if found is not None else text
    if len(text) > 80 or len(number) > 40 or not any(letter.isdigit() for letter in number):
        return None
    # "466/7999" and "4667999" are one number.
    return NOT_WORD.sub("", number).casefold(), number


def _zipcode(text: str) -> tuple[str, str] | None:
    found = ZIPCODE.search(text)
    return _as_text(found.group()) if found and any(letter.isdigit() for letter in found.group()) else None


def _author(text: str) -> tuple[str, str] | None:
    if text.startswith(("http://", "https://", "www.", "/")) or ("/" in text and "." in text):
        return None
    return fold(text) or text, text
