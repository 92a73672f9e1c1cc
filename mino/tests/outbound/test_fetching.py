from __future__ import annotations

import gzip
import threading
import zlib
from http.server import BaseHTTPRequestHandler

import pytest

from mino.common.outbound import (
    BadAnswer,
    ConnectError,
    DnsError,
    FetchCancelled,
    OutboundRefused,
    OutboundTimeout,
    TooLarge,
    fetch,
)
from mino.tests.outbound.web import Page, Site, answer, raw, redirect


def test_a_page_comes_back_with_its_status_and_headers(site: Site) -> None:
    site.pages["/"] = answer(b"<p>hello</p>", content_type="text/html; charset=utf-8", x_note="kÃ¤se")
    fetched = fetch(site.url(), policy=site.policy())
    assert (fetched.status, fetched.body, fetched.url) == (200, b"<p>hello</p>", site.url())
    assert fetched.content_type == "text/html; charset=utf-8"
    assert fetched.headers["x-note"] == "käse"


def test_an_error_status_is_an_answer_too(site: Site) -> None:
    assert fetch(site.url("/gone"), policy=site.policy()).status == 404


def test_the_name_is_kept_in_the_host_header(site: Site) -> None:
    site.pages["/"] = answer(b"")
    fetch(site.url(host="shop.test"), policy=site.policy())
    assert site.seen[0][1]["host"] == f"shop.test:{site.port}"


def test_redirects_are_followed_and_remembered(site: Site) -> None:
    site.pages["/a"] = redirect("b", 301)
    site.pages["/b"] = redirect(site.url("/ende/straße"))
    site.pages["/ende/stra%C3%9Fe"] = answer(b"here")
    fetched = fetch(site.url("/a"), policy=site.policy())
    assert (fetched.body, fetched.url) == (b"here", site.url("/ende/stra%C3%9Fe"))
    assert fetched.redirects == (site.url("/a"), site.url("/b"))


def test_a_redirect_in_a_circle_ends(site: Site) -> None:
    site.pages["/"] = redirect("/")
    with pytest.raises(BadAnswer):
        fetch(site.url(), policy=site.policy(max_redirects=3))
    assert len(site.seen) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/",
        "http://[::1]/",
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "http://inner.test/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(site: Site, location: str) -> None:
    site.pages["/"] = redirect(location)
    policy = site.policy(resolver=lambda host, port: ["10.0.0.7"])
    with pytest.raises(OutboundRefused):
        fetch(site.url(), policy=policy)


def test_credentials_do_not_follow_to_another_site(site: Site) -> None:
    site.pages["/"] = redirect(site.url("/next", host="other.test"))
    site.pages["/next"] = answer(b"")
    fetch(site.url(), policy=site.policy(), headers={"Authorization": "secret", "X-Note": "kept"})
    assert site.seen[0][1]["authorization"] == "secret"
    assert "authorization" not in site.seen[1][1]
    assert site.seen[1][1]["x-note"] == "kept"


def test_a_name_that_turns_private_between_check_and_connection_is_never_reached(site: Site) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    policy = site.policy(allowed_networks=(), resolver=lambda host, port: next(answers), connect_timeout=0.05)
    with pytest.raises((ConnectError, OutboundTimeout)):
        fetch(site.url(host="rebinding.test"), policy=policy, timeout=0.5)
    assert site.seen == []
    assert next(answers) == ["127.0.0.1"]


def test_only_the_permitted_addresses_of_a_name_are_dialled(site: Site) -> None:
    site.pages["/"] = answer(b"outer")
    policy = site.policy(resolver=lambda host, port: ["10.0.0.1", "::1", "127.0.0.1"])
    assert fetch(site.url(host="mixed.test"), policy=policy).body == b"outer"


def test_an_allowed_network_opens_only_the_listed_ports(site: Site) -> None:
    with pytest.raises(OutboundRefused, match=str(site.port)):
        fetch(site.url(), policy=site.policy(ports=frozenset({80, 443})))


def test_an_unknown_name_is_a_dns_error(site: Site) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(DnsError):
        fetch("http://nowhere.test/", policy=site.policy(resolver=nobody))


def test_a_resolver_that_never_answers_is_not_waited_for(site: Site) -> None:
    def asleep(host: str, port: int) -> list[str]:
        site.stopping.wait(5)
        return []

    with pytest.raises(OutboundTimeout):
        fetch("http://slow.test/", policy=site.policy(resolver=asleep), timeout=0.2)
    site.stopping.set()


def test_a_closed_port_is_a_connection_error(site: Site) -> None:
    site.server.server_close()
    with pytest.raises(ConnectError):
        fetch(site.url(), policy=site.policy())


def _trickle(site: Site, preamble: bytes) -> Page:
    def write(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(preamble)
        while not site.stopping.wait(0.05):
            request.wfile.write(b"x")

    return write


@pytest.mark.parametrize("preamble", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_site_that_sends_byte_after_byte_ends_at_the_deadline(site: Site, preamble: bytes) -> None:
    site.pages["/"] = _trickle(site, preamble)
    with pytest.raises(OutboundTimeout):
        fetch(site.url(), policy=site.policy(), timeout=0.4)


def test_a_request_that_is_called_off_ends_while_it_waits(site: Site) -> None:
    site.pages["/"] = _trickle(site, b"HTTP/1.1 200 OK\r\n\r\n")
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    with pytest.raises(FetchCancelled):
        fetch(site.url(), policy=site.policy(), timeout=30, cancelled=cancelled)


@pytest.mark.parametrize("page", [answer(b"x" * 5000), raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000)])
def test_a_body_larger_than_allowed_is_not_read_to_its_end(site: Site, page: Page) -> None:
    site.pages["/"] = page
    with pytest.raises(TooLarge):
        fetch(site.url(), policy=site.policy(), max_bytes=4999)
    assert len(fetch(site.url(), policy=site.policy(), max_bytes=5000).body) == 5000


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(site: Site) -> None:
    site.pages["/"] = answer(gzip.compress(bytes(50_000_000)), content_encoding="gzip")
    with pytest.raises(TooLarge):
        fetch(site.url(), policy=site.policy(), max_bytes=1_000_000)


_BARE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"page", mtime=0)),
        ("GZIP", gzip.compress(b"pa", mtime=0) + gzip.compress(b"ge", mtime=0) + b"\0\0"),
        ("deflate", zlib.compress(b"page")),
        ("deflate", _BARE.compress(b"page") + _BARE.flush()),
        ("identity", b"page"),
    ],
)
def test_compressed_answers_are_unpacked(site: Site, encoding: str, packed: bytes) -> None:
    site.pages["/"] = answer(packed, content_encoding=encoding)
    assert fetch(site.url(), policy=site.policy()).body == b"page"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", b"not gzip"), ("br", b"unknown"), ("gzip", gzip.compress(b"", mtime=0) * 101)],
)
def test_a_damaged_or_hostile_compression_is_a_bad_answer(site: Site, encoding: str, packed: bytes) -> None:
    site.pages["/"] = answer(packed, content_encoding=encoding)
    with pytest.raises(BadAnswer):
        fetch(site.url(), policy=site.policy())


def test_what_is_no_http_is_a_bad_answer(site: Site) -> None:
    site.pages["/"] = raw(b"SSH-2.0-OpenSSH\r\n")
    with pytest.raises(BadAnswer):
        fetch(site.url(), policy=site.policy())


def test_a_body_that_ends_too_soon_is_a_broken_connection(site: Site) -> None:
    site.pages["/"] = answer(b"half", content_length="100")
    with pytest.raises(ConnectError):
        fetch(site.url(), policy=site.policy())


def test_headers_that_would_smuggle_a_second_request_are_refused(site: Site) -> None:
    with pytest.raises(OutboundRefused):
        fetch(site.url(), policy=site.policy(), headers={"X-Note": "a\r\nHost: evil"})
