from __future__ import annotations

import base64
import socket
from collections.abc import Iterator

import httpx
import pytest

from mino.common.outbound import ConnectError, ForwardProxy, OutboundRefused
from mino.tests.outbound.web import Site, answer, redirect


@pytest.fixture
def proxy(site: Site) -> Iterator[ForwardProxy]:
    with ForwardProxy(site.policy(), timeout=20, max_bytes=10_000) as running:
        yield running


def _through(proxy: ForwardProxy) -> httpx.Client:
    return httpx.Client(proxy=httpx.Proxy(proxy.address, auth=(proxy.username, proxy.password)))


def test_a_plain_request_passes_with_its_headers(site: Site, proxy: ForwardProxy) -> None:
    site.pages["/a?b"] = answer(b"page", x_note="kept")
    with _through(proxy) as browser:
        response = browser.get(site.url("/a?b", host="shop.test"), headers={"X-Asked": "yes"})
    assert (response.text, response.headers["x-note"]) == ("page", "kept")
    seen = site.seen[0][1]
    assert (seen["host"], seen["x-asked"]) == (f"shop.test:{site.port}", "yes")
    assert "proxy-authorization" not in seen


def test_without_the_credential_nothing_passes(site: Site, proxy: ForwardProxy) -> None:
    with httpx.Client(proxy=proxy.address) as stranger:
        assert stranger.get(site.url()).status_code == 407
    assert site.seen == []


@pytest.mark.parametrize("url", ["http://127.0.0.2/", "http://169.254.169.254/", "http://0x7f.0.0.3/"])
def test_a_request_to_an_inner_address_is_refused_and_remembered(site: Site, proxy: ForwardProxy, url: str) -> None:
    with _through(proxy) as browser:
        assert browser.get(url).status_code == 403
    (error,) = proxy.failures.values()
    assert isinstance(error, OutboundRefused)


def test_each_redirect_is_a_request_of_its_own(site: Site, proxy: ForwardProxy) -> None:
    site.pages["/"] = redirect("http://10.0.0.1/")
    with _through(proxy) as browser:
        assert browser.get(site.url(), follow_redirects=True).status_code == 403


def _tunnel(proxy: ForwardProxy, authority: str) -> tuple[int, socket.socket]:
    credential = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
    connection = socket.create_connection(("127.0.0.1", int(proxy.address.rpartition(":")[2])), timeout=5)
    connection.sendall(f"CONNECT {authority} HTTP/1.1\r\nProxy-Authorization: Basic {credential}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n") and (received := connection.recv(1)):
        head += received
    return int(head.split()[1]), connection


def test_a_tunnel_carries_bytes_both_ways(site: Site, proxy: ForwardProxy) -> None:
    site.pages["/"] = answer(b"through the tunnel")
    status, connection = _tunnel(proxy, f"shop.test:{site.port}")
    with connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert status == 200
    assert received.endswith(b"through the tunnel")


@pytest.mark.parametrize(
    "authority", ["127.0.0.2:443", "127.0.0.1:5432", "[::1]:443", "metadata:22", "user@1.1.1.1:80"]
)
def test_a_tunnel_to_a_forbidden_address_or_port_is_refused(proxy: ForwardProxy, authority: str) -> None:
    status, connection = _tunnel(proxy, authority)
    connection.close()
    assert status == 403


def test_a_session_that_loads_too_much_is_cut(site: Site, proxy: ForwardProxy) -> None:
    site.pages["/"] = answer(b"x" * 10_001)
    with _through(proxy) as browser, pytest.raises(httpx.RemoteProtocolError):
        browser.get(site.url())


def test_a_site_that_is_down_is_a_bad_gateway(site: Site, proxy: ForwardProxy) -> None:
    site.server.server_close()
    with socket.socket() as reserved, _through(proxy) as browser:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", site.port))  # nobody else listens there meanwhile
        assert browser.get(site.url()).status_code == 502
    assert isinstance(proxy.failures["127.0.0.1", site.port], ConnectError)


def test_a_closed_proxy_ends_its_tunnels(site: Site, proxy: ForwardProxy) -> None:
    status, connection = _tunnel(proxy, f"shop.test:{site.port}")
    proxy.__exit__(None, None, None)
    with connection:
        assert (status, connection.recv(1)) == (200, b"")
