"""Shop pages: embedded data, visible prices, availability, item numbers."""

from __future__ import annotations

import pytest

from executions.tests.agents.local.reading import json_ld, read, value

JSON_LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", "name": "Teapot",
"sku": "TP-100", "brand": {"@type": "Brand", "name": "Kettle & Co"}, "gtin13": "4006381333931",
"offers": {"@type": "Offer", "price": "24.90", "priceCurrency": "EUR", "availability": "https://schema.org/OutOfStock"}}
</script>"""


def test_json_ld_gives_values_and_their_places() -> None:
    answers = read(JSON_LD + "<h1>Teapot</h1>", "price=number", "sku", "brand", "gtin", "availability", "currency")
    assert answers.data == {
        "price": 24.9,
        "sku": "TP-100",
        "brand": "Kettle & Co",
        "gtin": "4006381333931",
        "availability": "OutOfStock",
        "currency": "EUR",
    }
    assert answers.sources["price"] == "JSON-LD Product.offers.price"


def test_microdata_is_read() -> None:
    html = """<div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Teapot</h1>
    <span itemprop="sku">TP-7</span><div itemprop="offers" itemscope itemtype="http://schema.org/Offer">
    <meta itemprop="price" content="12.50"><link itemprop="availability" href="http://schema.org/InStock"></div></div>"""
    assert read(html, "price=number", "sku", "availability").data == {
        "price": 12.5,
        "sku": "TP-7",
        "availability": "InStock",
    }


def test_rdfa_is_read() -> None:
    html = """<div vocab="https://schema.org/" typeof="Product"><span property="name">Teapot</span>
    <span property="sku">R-55</span>
    <div property="offers" typeof="Offer"><span property="price">8.40</span></div></div>"""
    answers = read(html, "sku", "price=number")
    assert answers.data == {"sku": "R-55", "price": 8.4}
    assert answers.sources["sku"] == "RDFa Product.sku"


def test_open_graph_is_read() -> None:
    html = '<meta property="product:price:amount" content="19.99"><meta property="og:title" content="Teapot">'
    assert value(html, "price=number") == 19.99


def test_the_main_product_is_preferred_to_related_ones() -> None:
    related = '{"@type": "Product", "name": "Cup", "url": "/p/cup", "sku": "CUP-1"}'
    main = '{"@type": "Product", "name": "Teapot", "url": "https://shop.example/p/teapot", "sku": "TEA-1"}'
    html = f'<script type="application/ld+json">[{related}, {main}]</script><h1>Teapot</h1>'
    assert value(html, "sku") == "TEA-1"


def test_a_visible_price_is_found_without_any_data() -> None:
    answers = read('<h1>Teapot</h1><p class="price">1.249,90 €</p><p>Shipping 4,90 €</p>', "price=number", "currency")
    assert answers.data == {"price": 1249.9, "currency": "€"}
    assert "1.249,90" in answers.sources["price"]


@pytest.mark.parametrize(
    "old",
    [
        "<del>$80.00</del>",
        '<span class="old-price">$80.00</span>',
        '<span style="text-decoration: line-through">$80.00</span>',
    ],
)
def test_a_struck_through_price_is_not_the_price(old: str) -> None:
    html = f'<h1>Teapot</h1><div class="price">{old} <span class="now">$59.00</span></div>'
    assert value(html, "price=number") == 59
    assert value(html, "old_price=number") == 80


def test_raised_cents_are_cents() -> None:
    assert value('<h1>Teapot</h1><div class="price">$249<sup>99</sup></div>', "price=number") == 249.99


def test_prices_of_a_row_of_other_products_are_not_the_price() -> None:
    cards = "".join(f'<div class="card"><span class="price">${amount}.00</span></div>' for amount in (10, 20, 30, 40))
    html = f'<h1>Teapot</h1><span class="amount">$55.00</span><p>Others like it</p>{cards}'
    assert value(html, "price=number") == 55


def test_a_buy_button_means_in_stock_and_a_note_means_not() -> None:
    assert value("<h1>Teapot</h1><button>Add to cart</button>", "availability") == "InStock"
    assert value("<h1>Teapot</h1><p class=price>$5</p><p>Sold out</p>", "availability") == "OutOfStock"
    assert value("<h1>Teapot</h1><button>Add to cart</button>", "in_stock=boolean") is True


def test_a_labelled_item_number_outranks_the_number_in_the_address() -> None:
    html = '<link rel="canonical" href="https://shop.example/p/7654321"><h1>Teapot</h1><p>Product code: 46-281</p>'
    assert value(html, "sku") == "46-281"
    assert value(html.replace("<p>Product code: 46-281</p>", ""), "sku") == "7654321"


def test_data_for_analytics_is_read() -> None:
    product = "{name: 'Teapot', sku: 'DL-9', price: '7.50'}"
    html = f"<h1>Teapot</h1><script>dataLayer.push({{detail: {{products: [{product}]}}}});</script>"
    answers = read(html, "sku", "price=number")
    assert answers.data == {"sku": "DL-9", "price": 7.5}
    assert answers.sources["sku"] == "page data product.sku"


def test_placeholders_of_templates_are_no_values() -> None:
    html = json_ld({"@type": "Product", "name": "Teapot", "brand": "$brand", "sku": "{{ sku }}"})
    assert read(html, "brand", "sku").data == {"brand": None, "sku": None}


def test_broken_json_ld_is_survived() -> None:
    html = '<script type="application/ld+json"><!-- {"@type": "Product", // the product\n "sku": "B-1", '
    '"name": "Tea\tpot",} --></script>'
    assert value(html, "sku") == "B-1"
    assert value('<script type="application/ld+json">oops</script><h1>Teapot</h1>', "name") == "Teapot"


def test_a_stated_price_that_the_page_shows_struck_through_is_not_believed() -> None:
    stated = json_ld({"@type": "Product", "name": "Teapot", "offers": {"price": "80.00"}})
    html = f'{stated}<h1>Teapot</h1><div class="price"><del>$80.00</del> <b class="current">$59.00</b></div>'
    assert value(html, "price=number") == 59


def test_a_number_written_in_two_ways_is_given_as_the_page_shows_it() -> None:
    stated = json_ld({"@type": "Product", "name": "Teapot", "sku": "4667999"})
    assert value(f'{stated}<h1>Teapot</h1><span class="product-code">466/7999</span>', "sku") == "466/7999"
