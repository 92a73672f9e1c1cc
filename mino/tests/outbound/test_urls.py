from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.outbound import OutboundRefused
from mino.common.outbound.urls import parse_host, parse_target


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://EXAMPLE.com:443/a?b=c#d", "https://example.com/a?b=c"),
        (" http://example.com:8080/a b ", "http://example.com:8080/a%20b"),
        ("http://exa\nmple.com/\ta", "http://example.com/a"),
        ("http://example.com/straße?q=ü%20ü", "http://example.com/stra%C3%9Fe?q=%C3%BC%20%C3%BC"),
        ("http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "http://example.com/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://my_shop.example.com/", "http://my_shop.example.com/"),
        ("http:\\\\example.com\\a?b\\c", "http://example.com/a?b%5Cc"),
        ("http://example.com\\@127.0.0.1/", "http://example.com/@127.0.0.1/"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://example.com:/", "http://example.com/"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(url: str, seen: str) -> None:
    assert parse_target(url).url == seen


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("１２７.1", "127.0.0.1"),
        ("%31%32%37.1", "127.0.0.1"),
        ("192.168.257.", "192.168.1.1"),
        ("0x", "0.0.0.0"),
        ("[::FFFF:127.0.0.1]", "::ffff:7f00:1"),
    ],
)
def test_every_spelling_of_an_ip_address_is_that_address(host: str, address: str) -> None:
    assert parse_host(host)[0] == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "http:///path",
        "http://user@example.com/",
        "http://user:pw@example.com/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:8o/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://4294967296/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://exa mple.com/",
        "http://exa%00mple.com/",
        "http://-example.com/",
        "http://a..b/",
        "http://" + "a" * 64 + ".com/",
        "http://example.com/" + "a" * 9000,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(OutboundRefused):
        parse_target(url)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://[", "http://1.", "http://a.com/"]))
def test_reading_any_text_gives_a_stable_target_or_a_refusal(text: str, start: str) -> None:
    try:
        target = parse_target(start + text)
    except OutboundRefused:
        return
    assert target.url.isascii()
    assert not set(target.url) & set(" \r\n\t\0")
    assert parse_target(target.url) == target
