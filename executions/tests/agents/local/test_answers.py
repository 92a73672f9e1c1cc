"""What is no page: JSON, plain text, nearly nothing; and pages made to break readers."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.agents.local.extract import read_answer
from executions.agents.local.page import NotAPage

WANTED = [("price", "number"), ("sku", "text"), ("shelf_life", "text")]


def test_json_is_read_by_its_keys() -> None:
    body = json.dumps({"item": {"price": 4.5, "SKU": "J-1", "shelfLife": "2 years"}, "other": [1, None]}).encode()
    answers = read_answer(body, "application/json", "https://api.example/1", WANTED, "")
    assert answers.data == {"price": 4.5, "sku": "J-1", "shelf_life": "2 years"}
    assert answers.sources["price"] == "JSON item.price"


def test_json_that_describes_a_thing_is_read_as_one() -> None:
    body = b'{"@type": "Product", "name": "Tea", "offers": {"price": "3.20"}}'
    answers = read_answer(body, "application/ld+json", "https://api.example/1", WANTED, "")
    assert answers.data["price"] == 3.2


def test_plain_text_is_read_line_by_line() -> None:
    answers = read_answer(b"Tea <b>\nSKU: T-9\nShelf life: 2 years\n", "text/plain", "https://x.example/", WANTED, "")
    assert answers.data["sku"] == "T-9"
    assert answers.data["shelf_life"] == "2 years"


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 20_000 + b"x",
        b'<script type="application/ld+json">' + b'{"a":' * 50_000 + b"</script>",
        b'<div itemscope itemtype="http://schema.org/Product">' * 2_000,
        b"<title>" + b"a - " * 5_000 + b"</title><h1>x</h1>",
        b"<p>" + b"a@" * 20_000 + b"</p><p>(c) 2012 " + b"- " * 140 + b"</p>",
        b"<base href='http://[bad'><a href='http://[also'>x</a><link rel=canonical href='//[x'>",
        b"\x00\xff\xfe<\x80>",
    ],
)
def test_a_hostile_page_is_read_or_refused(body: bytes) -> None:
    wanted = [*WANTED, ("title", "text"), ("author", "text"), ("org", "text"), ("email", "email"), ("date", "date")]
    try:
        answers = read_answer(body, "text/html", "https://x.example/", wanted, "")
    except NotAPage:
        return
    assert set(answers.data) == {name for name, _ in wanted}


def test_json_ld_that_refers_in_circles_is_cut_short() -> None:
    related = [{"@id": f"#{other}"} for other in range(40)]
    nodes = [
        {"@id": f"#{number}", "@type": "Product", "name": "n", "sku": "S-1", "isRelatedTo": related}
        for number in range(40)
    ]
    html = f'<script type="application/ld+json">{json.dumps({"@graph": nodes})}</script>'
    assert read_answer(html.encode(), "text/html", "https://x.example/", WANTED, "").data["sku"] == "S-1"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(NotAPage):
        read_answer(body, "text/html", "https://x.example/", WANTED, "")
