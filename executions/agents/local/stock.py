"""Whether a shopper can buy what the page offers, and the number under which the shop knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from executions.agents.local.candidates import Candidate
from executions.agents.local.commerce import Shown
from executions.agents.local.concepts import Concept
from executions.agents.local.page import Page

BUY_TEXT = re.compile(
    r"^(?:.{0,12})(?:add to (?:cart|basket|bag|trolley)|buy (?:it )?now|buy$|order now|"
    r"in den (?:waren|einkaufs)korb|jetzt kaufen|ajouter au panier|acheter|"
    r"añadir al? (?:carrito|cesta)|agregar al carrito|comprar|aggiungi al carrello|acquista|in winkelwagen|bestellen|"
    r"(?:vložit |pridať |přidat |vložiť )?do koš[ií]ka?u?|dodaj v košarico|v košarico|"
    r"dodaj u košaricu|u košaricu|do koszyka|kosárba|adaugă în coș|в корзину|купить|"
    r"加入購物車|放入購物車|立即購買|直接購買|カートに入れる|장바구니|구매하기|sepete ekle|læg i kurv|lägg i varukorg|"
    r"lisa (?:ostu)?korvi|(?:ielikt|likt|pievienot) grozā?|pirkt|į krepšelį|"
    r"adicionar ao carrinho|הוסף לסל|הוספה לסל|אضף|أضف|contact seller|reservieren|book now|reserve|reply)",
    re.IGNORECASE,
)
BUY_MARK = re.compile(
    r"add-?_?to-?_?(?:cart|basket|bag)|addtocart|addtobasket|addtobag|buy-?_?(?:now|button|btn|it)|"
    r"btn-?_?buy|button-?_?cart|basket-?_?add|cart-?_?add",
    re.IGNORECASE,
)
SOLD_OUT = re.compile(
    r"^(?:(?:this|the) (?:item|product|listing) (?:is|has) )?(?:currently |temporarily |"
    r"sorry,? )*(?:out of stock|sold out|unavailable|not available|no longer available|given away|"
    r"sold|"
    r"item (?:is )?(?:sold|unavailable)|ausverkauft|nicht (?:verfügbar|lieferbar|auf lager)|"
    r"rupture de stock|indisponible|épuisé|agotado|sin stock|esaurito|non disponibile|uitverkocht|"
    r"vyprodáno|vypredané|esgotado|нет в наличии|"
    r"ni na zalogi|nema na zalihi|wyprzedane|brak w magazynie|品切れ|売り切れ|完售|已售完|補貨中|품절|stokta yok|"
    r"slutsåld|udsolgt|אזל(?: מהמלאי)?|غير متوفر)\b",
    re.IGNORECASE,
)
IN_STOCK = re.compile(
    r"^(?:.{0,20}\s)?(?:in stock|available(?: now| online)?|ready to ship|auf lager|"
    r"sofort (?:verfügbar|lieferbar)|verfügbar|lieferbar|en stock|disponible|disponibile|op voorraad|"
    r"skladem|na sklade|na skladě|na zalogi|na zalihi|dostupné|dostupno|dostępny|raktáron|în stoc|"
    r"в наличии|есть в наличии|庫存|在庫あり|有現貨|stokta|i lager|på lager|laos|ir noliktavā|במלאי|متوفر)\b",
    re.IGNORECASE,
)
HIDDEN_MARK = re.compile(
    r"(?:^|[\s_-])(?:hidden|hide|d-none|display-none|is-hidden|visually-hidden|sr-only|template)(?:$|[\s_-])",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"(?<!\d)\d{5,15}(?!\d)")
CODE_MARK = re.compile(
    r"(?:^|[\s_-])(?:sku|(?:product|prod|prd|item|article|style|part|catalog|cat|web|"
    r"stock)[-_]?(?:code|number|num|no|nr|sku|ref|reference|id)|artikelnummer|artnr|"
    r"reference|art-?nr)(?:$|[\s_-])|catnumber|productcode|productsku|itemnumber|partnumber",
    re.IGNORECASE,
)
ID_PARAMETERS = frozenset(
    {
        "sku",
        "pid",
        "id",
        "productid",
        "product_id",
        "itemid",
        "item",
        "childsku",
        "prod",
        "prodid",
        "goods_id",
        "artnr",
        "article",
    }
)


def from_stock(page: Page, prices: list[Shown]) -> Iterator[Candidate]:
    """Yield what buttons and short notes say about availability; a price that nothing contradicts counts a little."""
    sold_out = False
    for element in page.visible():
        if element in page.noise or len(element) > 4:
            continue
        note = _note(page, element)
        if note is not None:
            state, confidence = note
            sold_out = sold_out or state == "OutOfStock"
            yield Candidate(
                Concept.AVAILABILITY, state, f"text '{page.text(element)[:40]}'", confidence, f"note {state}"
            )
            continue
        if _is_buy_button(page, element):
            label = page.text(element) or element.get("value") or "add to cart"
            yield Candidate(Concept.AVAILABILITY, "InStock", f"button '{label[:40]}'", 0.5, "button")
    if prices and prices[0].confidence > 0.35 and not sold_out:
        yield Candidate(
            Concept.AVAILABILITY, "InStock", "a price is shown and nothing says that it is sold out", 0.36, "price"
        )


def _note(page: Page, element: HtmlElement) -> tuple[str, float] | None:
    text = page.text(element)
    if not 3 < len(text) <= 60 or element.tag in {"a", "label", "option"} or _is_concealed(element):
        return None
    if SOLD_OUT.search(text):
        return "OutOfStock", 0.55
    if IN_STOCK.search(text):
        return "InStock", 0.55
    return None


def _is_concealed(element: HtmlElement) -> bool:
    node = element
    for _ in range(5):
        if node is None:
            return False
        style = (node.get("style") or "").replace(" ", "").casefold()
        if node.get("hidden") is not None or "display:none" in style or HIDDEN_MARK.search(node.get("class") or ""):
            return True
        node = node.getparent()
    return False


def _is_buy_button(page: Page, element: HtmlElement) -> bool:
    if element.tag not in {"a", "button", "input", "div", "span"} or element.get("disabled") is not None:
        return False
    said = page.text(element) or element.get("value") or element.get("title") or element.get("aria-label") or ""
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('name') or ''}"
    if len(said) > 50 or _is_concealed(element):
        return False
    pressable = element.tag in {"a", "button", "input"}
    return bool(pressable and (BUY_TEXT.search(said) or BUY_MARK.search(marks)))


def from_address(page: Page) -> Iterator[Candidate]:
    """Yield the numbers in the page's address that may be the shop's own for the product."""
    address = page.canonical or next(iter(page.meta("og:url")), "") or page.url
    try:
        parts = urlsplit(address)
        parameters = parse_qsl(parts.query)[:20]
    except ValueError:
        return
    body = page.text(page.tree)
    for name, value in parameters:
        if name.casefold() in ID_PARAMETERS and 3 < len(value) <= 30 and any(letter.isdigit() for letter in value):
            yield Candidate(
                Concept.SKU, value, f"parameter {name} of the address", 0.42 + _seen(value, body), "address"
            )
    segments = [segment for segment in unquote(parts.path).split("/") if segment][-3:]
    for segment in reversed(segments):
        for found in IDENTIFIER.findall(segment):
            yield Candidate(Concept.SKU, found, "number in the address", 0.4 + _seen(found, body), "address")


def _seen(value: str, body: str) -> float:
    return 0.15 if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", body) else 0.0


def marked_codes(page: Page) -> Iterator[Candidate]:
    """Yield short texts that the page's own class names call the product's code."""
    seen = 0
    for element in page.visible():
        if element in page.noise or len(element) > 3:
            continue
        marks = " ".join(
            element.get(name) or ""
            for name in ("class", "id", "data-test", "data-testid", "data-qa-qualifier", "itemprop")
        )
        if not marks.strip() or not CODE_MARK.search(marks):
            continue
        text = page.text(element)
        value = re.sub(r"^[^:：]{0,30}[:：]\s*", "", text)
        if 3 < len(value) <= 30 and any(letter.isdigit() for letter in value) and len(value.split()) <= 2:
            yield Candidate(
                Concept.SKU, value, f"text marked as code ({marks[:40].strip()})", 0.8 - 0.08 * seen, "code mark"
            )
            seen += 1
            if seen > 3:
                return
