"""The product as a shop tells its analytics: `dataLayer`, `gtag` and pixel calls, in the usual vocabularies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from executions.agents.local.kinds import Kind
from executions.agents.local.lenient import NotData, literal_at
from executions.agents.local.page import Page
from executions.agents.local.things import Thing

START = re.compile(
    r"dataLayer\s*(?:=|\.push\()\s*|digitalData(?:\.product)?\s*=\s*|utag_data\s*=\s*|"
    r"gtag\(\s*['\"]event['\"]\s*,\s*['\"]view_item['\"]\s*,\s*|"
    r"fbq\(\s*['\"]track['\"]\s*,\s*['\"]ViewContent['\"]\s*,\s*"
)
NAMES = {
    "id": "productid", "item_id": "productid", "product_id": "productid", "productsku": "sku", "product_sku": "sku",
    "item_name": "name", "productname": "name", "product_name": "name", "item_brand": "brand", "product_brand": "brand",
    "manufacturer": "brand", "product_price": "price", "currentprice": "price", "currencycode": "pricecurrency",
    "currency": "pricecurrency",
    "product_ean": "ean", "availability": "availability",
}  # fmt: skip
OTHERS = frozenset({"impressions", "related", "recommendations", "basket", "cart", "promoview", "user", "navigation"})
MOST_CALLS = 40
MOST_NODES = 3_000
LONGEST_SCRIPT = 400_000


def tracked_things(page: Page) -> Iterator[Thing]:
    """Yield the products that scripts report, when they report only one or two (more are a list of other things)."""
    found = [node for script in page.tree.iter("script") for node in _products(script)]
    distinct = {str(node.get("name", node.get("productid"))): node for node in found}
    if 0 < len(distinct) <= 2:
        for number, node in enumerate(distinct.values()):
            yield Thing("page data", "product", frozenset({Kind.PRODUCT}), node, 1.0 if number == 0 else 0.6)


def _products(script: Any) -> Iterator[dict[str, list[Any]]]:
    text = script.text or ""
    if script.get("src") or len(text) > LONGEST_SCRIPT or "json" in (script.get("type") or ""):
        return
    for number, match in enumerate(START.finditer(text)):
        if number >= MOST_CALLS:
            return
        try:
            data, _ = literal_at(text, match.end())
        except NotData:
            continue
        yield from (_named(node) for node in _priced(data))


def _priced(data: Any) -> Iterator[dict[str, Any]]:
    """Dictionaries with a price and a name or number, wherever they stand in the data."""
    stack = [data]
    for _ in range(MOST_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            keys = {key.casefold() for key in value}
            price = keys & {"price", "product_price", "currentprice"}
            if price and keys & {
                "id",
                "name",
                "item_id",
                "item_name",
                "sku",
                "productsku",
                "product_id",
                "product_name",
                "productname",
            }:
                yield value
                continue
            stack.extend(inner for key, inner in value.items() if key.casefold() not in OTHERS)


def _named(node: dict[str, Any]) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for key, value in node.items():
        values = value if isinstance(value, list) else [value]
        simple = [
            each for each in values if isinstance(each, str | int | float) and not isinstance(each, bool) and each != ""
        ]
        if simple:
            result.setdefault(NAMES.get(key.casefold(), key.casefold()), []).extend(simple[:1])
    return result
