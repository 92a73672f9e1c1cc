"""Bytes to text: what a page's encoding really is."""

from __future__ import annotations

import pytest

from executions.agents.local.decoding import decode

MEXICO = "<title>Café de México – 12 €</title>"


def test_a_byte_order_mark_outranks_what_the_header_says() -> None:
    assert decode("\ufeff<p>Größe".encode("utf-16-le"), "text/html; charset=utf-8")[0] == "<p>Größe"


def test_the_header_outranks_the_page() -> None:
    body = '<meta charset="utf-8"><p>価格'.encode("shift_jis")
    assert decode(body, "text/html; charset=shift_jis")[0].endswith("価格")


def test_the_page_says_what_the_header_does_not() -> None:
    body = f'<meta charset="windows-1252">{MEXICO}'.encode("windows-1252")
    assert MEXICO in decode(body, "text/html")[0]


def test_a_page_that_says_nothing_is_recognised_as_utf_8() -> None:
    assert decode(MEXICO.encode(), "")[0] == MEXICO


def test_a_page_that_says_nothing_and_is_not_utf_8_is_recognised_by_its_letters() -> None:
    text = "<p>Преимущества этого товара: цена, качество и быстрая доставка по всей стране</p>" * 5
    assert decode(text.encode("windows-1251"), "")[0] == text


def test_utf_8_that_calls_itself_latin_is_read_as_utf_8() -> None:
    assert decode(f'<meta charset="iso-8859-1">{MEXICO}'.encode(), "")[0].endswith(MEXICO)


def test_a_stray_byte_spoils_nothing_but_itself() -> None:
    body = '<meta charset="utf-8"><p>Größe: 5 €, naïve, '.encode() + "Straße".encode("windows-1252")
    assert decode(body, "")[0].endswith("Größe: 5 €, naïve, Straße")


def test_control_characters_are_dropped() -> None:
    assert decode(b"<p>a\x00b\x07c", "")[0] == "<p>abc"


@pytest.mark.parametrize("charset", ["no-such-charset", '"', "utf-8;;", ""])
def test_an_unknown_charset_is_passed_over(charset: str) -> None:
    assert decode(MEXICO.encode(), f"text/html; charset={charset}")[0] == MEXICO
