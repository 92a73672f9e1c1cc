"""The sample shop: its pages, and that the built-in agent reads each of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from executions.agents.local.extract import read_answer
from mino.sample_site import views
from mino.sample_site.catalogue import BROKEN, MISSING, PRODUCTS, Product

WANTED = [
    ("name", "text"),
    ("price", "number"),
    ("currency", "text"),
    ("in_stock", "boolean"),
    ("brand", "text"),
    ("sku", "text"),
]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_the_built_in_agent_reads_every_markup(
    client: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SLOW_SECONDS", 0)
    page = client.get(f"/sample-site/goods/{product.slug}/")
    data = read_answer(page.content, page["Content-Type"], "https://shop.example/", WANTED, "").data
    assert (data["name"], data["brand"], data["sku"]) == (product.name, product.brand, product.sku)
    assert (Decimal(str(data["price"])), data["in_stock"]) == (product.price, product.in_stock)
    assert data["currency"] in {"EUR", "€"}


def test_the_shop_has_the_troubles_of_real_sites(client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/sample-site/").status_code == 200
    assert client.get(f"/sample-site/goods/{BROKEN}/").status_code == 500
    assert client.get(f"/sample-site/goods/{MISSING}/").status_code == 404
