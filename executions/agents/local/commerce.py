"""Prices, availability and item numbers as a shopper sees them on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from lxml.html import HtmlElement
from price_parser import Price

from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.page import Page
from executions.agents.local.text import STRUCK_TAGS, clean

PRICE_MARK = re.compile(r"price|preis|prix|precio|prezzo|prijs|cena|amount|kaina|cijena|fiyat", re.IGNORECASE)
OLD_MARK = re.compile(
    r"(?:^|[\s_-])(?:old|was|before|regular|list|rrp|msrp|uvp|strike\w*|struck|crossed|compare\w*|"
    r"original|previous|standard|cross(?:ed)?-?out|"
    r"through|line-through|retail|reg|full|ancien|barr[eé]e?|vorher|stara|antes|tachado|redna)(?:$|"
    r"[\s_-])|oldprice|listprice|regularprice|"
    r"wasprice|priceold|price-?was|priceBefore|beforeprice",
    re.IGNORECASE,
)
NOW_MARK = re.compile(
    r"(?:^|[\s_-])(?:now|current|sale|sales|special|final|our|offer|main|actual|today|best|pdp|"
    r"selling|discounted|new|product-price|promo)(?:$|[\s_-])|"
    r"saleprice|finalprice|currentprice|specialprice|newprice|ourprice|productprice|price-?now|buybox",
    re.IGNORECASE,
)
OTHER_MARK = re.compile(
    r"ship|deliver|versand|postage|sav(?:e|ing)|spar|discount-?(?:amount|value|percent)|badge|instal|"
    r"month|monat|unit-?price|price-?per|per-?unit|tax|vat|deposit|"
    r"cart|basket|subtotal|total|coupon|voucher|financ|credit|loan|leasing|rat(?:e|y)\b|bonus|points?|"
    r"min-?order|filter|slider|range-|review|minicart|warrant|option|addon|add-on|"
    r"financ|cuota|reward|cashback",
    re.IGNORECASE,
)
OTHER_TEXT = re.compile(
    r"/\s*(?:mo|month|monat|kg|100|l\b|st\b)|per month|pro monat|x\s*\$|shipping|delivery|versand|"
    r"save|you save|spare|rrp|uvp|was\b|from\s+only|%|\bvat\b|mwst\.?\s*:|"
    r"kilogram|\bkg\b",
    re.IGNORECASE,
)
OLD_TEXT = re.compile(
    r"原價|建議售價|定價|市價|希望小売|\b(?:was|rrp|list price|reg\.|regular price|uvp|statt|ehemals|au lieu de|"
    r"antes|precio anterior|prima|eredeti|původně|pôvodne)\b|старая",
    re.IGNORECASE,
)
SYMBOLS = r"[$€£¥₽₪₩₹₺₴₸฿₫₦₱₲₡]|[A-Z]{1,3}\$|r\$"
CODES = (
    "EUR|USD|GBP|CHF|JPY|CNY|RMB|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|HRK|RSD|RUB|UAH|KZT|TRY|"
    "ILS|SAR|AED|EGP|INR|PKR|THB|VND|IDR|MYR|SGD|HKD|"
    "TWD|KRW|PHP|ZAR|NGN|KES|MXN|BRL|ARS|CLP|COP|PEN|UYU|ISK|QAR|KWD|BHD|OMR|JOD|MAD|TND|LKR|BDT|NPR|"
    "GEL|AMD|AZN|BYN|MDL|MKD|ALL|BAM"
)
NAMES = (
    r"kn|zł|kč|ft|lei|leva?|лв|руб|тг|грн|сом|р|kr|sek|fr|元|円|圓|원|원~|₸|ر\.?س|د\.إ|درهم|ريال|SR|AED|QR|"
    r"Rs|RM|Rp|TL|NT|S/|euro?s?|dollars?"
)
AMOUNT = r"\d{1,3}(?:[.,'’\s\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
PRICE = re.compile(
    rf"(?P<before>(?:(?<![A-Za-z])(?:{CODES})|{SYMBOLS}|"
    rf"(?<!\w)(?i:{NAMES})\.?)\s?)?(?<![\d.,])(?P<amount>{AMOUNT})(?![\d])(?:,-|\.-|,–)?"
    rf"(?P<after>\s?(?:(?:{CODES})(?![A-Za-z])|{SYMBOLS}|(?i:{NAMES})(?!\w)\.?)(?!\s?\d))?"
)
DECIMALS = re.compile(r"[.,]\d\d$")
CENTS = re.compile(r"cent|decimal|fraction|minor|sup|end|small|penny|pence", re.IGNORECASE)
LONGEST_PRICE = 60
NEAR = 200
FAR = 900
SKIPPED = frozenset({"body", "html", "main", "table", "ul", "ol", "form", "title", "select"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A price that a shopper sees: its amount and currency as written, and how surely it's the one to pay."""

    element: HtmlElement
    text: str
    amount: Decimal
    currency: str
    confidence: float
    old: bool


def from_commerce(prices: list[Shown], wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield prices and currencies from what is visible."""
    alone = all(shown.old or shown.confidence < 0.5 for shown in prices)
    for shown in prices:
        source = f"visible price '{shown.text[:30]}'"
        concept = Concept.OLD_PRICE if shown.old else Concept.PRICE
        if concept in wanted:
            yield Candidate(concept, str(shown.amount), source, shown.confidence, "visible price")
        if shown.old and Concept.PRICE in wanted:
            # Some shops style the only price they have as the old one.
            yield Candidate(
                Concept.PRICE, str(shown.amount), source, shown.confidence * (0.85 if alone else 0.4), "visible price"
            )
        if Concept.CURRENCY in wanted and shown.currency and not shown.old:
            yield Candidate(
                Concept.CURRENCY, shown.currency, source, min(shown.confidence + 0.2, 0.95), "visible price"
            )


def doubting_old_prices(candidates: Iterable[Candidate], prices: list[Shown]) -> Iterator[Candidate]:
    """Pass candidates on; a price that data state but the page shows struck through, beside a lower one, is doubted."""
    surest: dict[Decimal, Shown] = {}
    for shown in prices:
        surest.setdefault(shown.amount, shown)
    now = [amount for amount, shown in surest.items() if not shown.old and shown.confidence > 0.5]
    old = {amount for amount, shown in surest.items() if shown.old}
    for candidate in candidates:
        if candidate.concept is Concept.PRICE and old and now:
            stated = Price.fromstring(candidate.value).amount
            if stated in old and min(now) < stated:
                candidate = replace(candidate, confidence=candidate.confidence * 0.4)
        yield candidate


def shown_prices(page: Page) -> list[Shown]:
    """Return the prices visible on the page, the likeliest first."""
    heading = page.order.get(page.heading, 0) if page.heading is not None else 0
    found = [shown for element in page.visible() if (shown := _shown(page, element, heading)) is not None]
    listed = _listed(found)
    counts = Counter((shown.amount, shown.old) for shown in found)
    ranked = []
    for shown in found:
        confidence = shown.confidence + 0.03 * min(counts[shown.amount, shown.old] - 1, 3)
        confidence *= listed.get(shown.element, 1.0)
        ranked.append(replace(shown, confidence=min(confidence, 0.9)))
    after = [
        shown for shown in ranked if not shown.old and shown.confidence > 0.4 and page.order[shown.element] > heading
    ]
    if after:
        place = ranked.index(after[0])
        ranked[place] = replace(after[0], confidence=min(after[0].confidence + 0.08, 0.9))
    return sorted(ranked, key=lambda shown: -shown.confidence)


def _listed(found: list[Shown]) -> dict[HtmlElement, float]:
    """Prices in a row of equal boxes with different amounts, each with its doubt: they are those of other products."""
    groups: dict[str, list[Shown]] = {}
    for shown in found:
        groups.setdefault(_marks(shown.element, 5), []).append(shown)
    return {
        shown.element: 0.35 if len(group) > 3 else 0.55
        for group in groups.values()
        if len({shown.amount for shown in group}) > 2
        for shown in group
    }


def read_price(text: str) -> tuple[Decimal, str, int] | None:
    """Return amount, currency as written (or nothing) and the number of other letters of a text with one price."""
    matches = [match for match in PRICE.finditer(text) if match.group("before") or match.group("after")]
    matches = matches or list(PRICE.finditer(text))
    exact = {match.group("amount") for match in PRICE.finditer(text) if DECIMALS.search(match.group("amount"))}
    if not matches or len({match.group("amount") for match in matches} | exact) > 1:
        return None
    match = matches[0]
    amount = Price.fromstring(match.group("amount")).amount
    if amount is None:
        return None
    currency = clean(match.group("before") or match.group("after") or "")
    rest = text[: match.start()] + text[match.end() :]
    return amount, currency, sum(character.isalpha() for character in rest)


def _shown(page: Page, element: HtmlElement, heading: int) -> Shown | None:
    if element.tag in SKIPPED or not _small(element):
        return None
    text = page.text(element)
    if not text or len(text) > LONGEST_PRICE or not any(character.isdigit() for character in text):
        return None
    if any(page.text(child) == text for child in element if isinstance(child.tag, str)):
        return None
    read = read_price(_with_cents(page, element, text))
    if read is None or read[0] <= 0:
        return None
    amount, currency, letters = read
    marks = _marks(element)
    marked = bool(PRICE_MARK.search(marks))
    if not (currency or marked) or letters > (30 if currency and marked else 14):
        return None
    confidence = (0.42 if currency else 0.2) + (0.15 if marked else 0) + (0.08 if NOW_MARK.search(marks) else 0)
    confidence -= min(letters, 20) * 0.008
    confidence *= _doubt(page, element, marks, text)
    distance = page.order[element] - heading
    if 0 < distance <= NEAR:
        confidence += 0.15
    elif distance < -NEAR or distance > FAR:
        confidence *= 0.6
    return Shown(
        element, text, amount, currency, max(confidence, 0.02), bool(OLD_TEXT.search(text)) or _is_old(element)
    )


def _doubt(page: Page, element: HtmlElement, marks: str, text: str) -> float:
    doubt = 1.0
    if OTHER_MARK.search(marks) or OTHER_TEXT.search(text):
        doubt *= 0.4
    parent = element.getparent()
    if element in page.noise or element.tag == "a" or (parent is not None and parent.tag == "a"):
        doubt *= 0.35
    return doubt


def _with_cents(page: Page, element: HtmlElement, text: str) -> str:
    """Put the decimal point where cents stand in an element of their own, raised and without a point."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children or "." in text or "," in text:
        return text
    last = children[-1]
    cents = page.text(last)
    marked = last.tag == "sup" or CENTS.search(last.get("class") or "")
    if marked and re.fullmatch(r"\d\d", cents) and re.search(rf"\d\s*{cents}$", text):
        return f"{text[: -len(cents)].rstrip()}.{cents}"
    return text


def _small(element: HtmlElement) -> bool:
    return sum(1 for _ in islice(element.iter(), 14)) < 14


def _marks(element: HtmlElement, levels: int = 4) -> str:
    """Class, id and the like of an element and its next ancestors: the nearest first."""
    parts: list[str] = []
    node = element
    for _ in range(levels):
        if node is None or node.tag == "body":
            break
        parts.extend(
            node.get(name) or "" for name in ("class", "id", "itemprop", "data-testid", "data-test", "data-qa")
        )
        node = node.getparent()
    return " ".join(part for part in parts if part)[:600]


def _is_old(element: HtmlElement) -> bool:
    node = element
    for _ in range(4):
        if node is None:
            break
        if node.tag in STRUCK_TAGS or "line-through" in (node.get("style") or ""):
            return True
        node = node.getparent()
    parent = element.getparent()
    for marks in (_own_marks(element), _own_marks(parent) if parent is not None else ""):
        old, now = OLD_MARK.search(marks), NOW_MARK.search(marks)
        if old and (not now or old.start() <= now.start()):
            return True
        if now:
            return False
    return False


def _own_marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()
