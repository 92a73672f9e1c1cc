from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest
from django.contrib.auth import get_user_model
from PIL import Image

from executions.agents.browser import available, render, shut_down
from mino.common.outbound import BadAnswer, ConnectError, DnsError, FetchCancelled, OutboundRefused, OutboundTimeout
from mino.tests.outbound.web import Page, Site, answer, redirect, serving

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not available(), reason="needs Chromium")]


@pytest.fixture(scope="module")
def _browser() -> Iterator[None]:
    yield
    shut_down()


@pytest.fixture
def site(_browser: None) -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def inner() -> Iterator[Site]:
    """A site on a port that the policy does not list."""
    with serving() as running:
        running.pages["/secret"] = answer(b"the secret", access_control_allow_origin="*")
        yield running


def _page(site: Site, html: str, path: str = "/") -> None:
    site.pages[path] = answer(html.encode(), content_type="text/html; charset=utf-8")


def _silence(site: Site) -> Page:
    def wait(request: BaseHTTPRequestHandler) -> None:
        site.stopping.wait(20)

    return wait


def test_a_page_is_taken_after_its_scripts_have_run(site: Site) -> None:
    _page(site, "<p id=p>before</p><script>setTimeout(() => p.textContent = 'after', 100)</script>")
    rendered = render(site.url(host="shop.test"), policy=site.policy(), timeout=20)
    assert '<p id="p">after</p>' in rendered.html
    assert (rendered.status, rendered.final_url) == (200, site.url(host="shop.test"))


def test_the_picture_has_the_size_of_the_viewport(site: Site) -> None:
    _page(site, "<body style='background: red'>")
    picture = render(site.url(), policy=site.policy(), timeout=20, viewport=(400, 300)).screenshot
    assert picture is not None
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.format, image.size, image.convert("RGB").getpixel((5, 5))) == ("PNG", (400, 300), (255, 0, 0))


def test_the_status_and_the_last_address_are_those_of_the_page(site: Site) -> None:
    site.pages["/"] = redirect("/gone")
    rendered = render(site.url(), policy=site.policy(), timeout=20)
    assert (rendered.status, rendered.final_url) == (404, site.url("/gone"))


def test_a_redirect_to_an_inner_address_is_never_fetched(site: Site, inner: Site) -> None:
    site.pages["/"] = redirect(inner.url("/secret"))
    with pytest.raises(OutboundRefused):
        render(site.url(), policy=site.policy(), timeout=20)
    assert inner.seen == []


@pytest.mark.parametrize(
    "trick",
    [
        "<iframe src='{}'></iframe>",
        "<img src='{}'><link rel=stylesheet href='{}'><link rel=prefetch href='{}'>",
        "<script>fetch('{}').then(r => r.text()).then(t => document.body.append(t))</script>",
        "<script>navigator.sendBeacon('{}', 'x'); window.open('{}')</script>",
        "<script>new WebSocket('{}'.replace('http', 'ws'))</script>",
        "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('{}')\"])))</script>",
    ],
)
def test_nothing_that_a_page_loads_reaches_an_inner_address(site: Site, inner: Site, trick: str) -> None:
    _page(site, "<body>" + trick.replace("{}", inner.url("/secret")))
    rendered = render(site.url(), policy=site.policy(), timeout=20)
    assert inner.seen == []
    assert "the secret" not in rendered.html


def test_a_page_that_moves_on_to_an_inner_address_is_refused(site: Site, inner: Site) -> None:
    _page(site, f"<script>location = '{inner.url('/secret')}'</script>")
    with pytest.raises(OutboundRefused):
        render(site.url(), policy=site.policy(), timeout=20)
    assert inner.seen == []


def test_webrtc_sends_nothing_past_the_proxy(site: Site) -> None:
    site.pages["/slow"] = lambda request: time.sleep(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        stun = f"stun:127.0.0.1:{listener.getsockname()[1]}"
        _page(
            site,
            f"<script>const call = new RTCPeerConnection({{iceServers: [{{urls: '{stun}'}}]}});"
            "call.createDataChannel('');"
            "call.createOffer().then(offer => call.setLocalDescription(offer))</script><img src=/slow>",
        )
        render(site.url(), policy=site.policy(), timeout=20)
        with pytest.raises(BlockingIOError):
            listener.recv(100)


def test_a_page_can_register_no_service_worker(site: Site) -> None:
    _page(site, "<script>navigator.serviceWorker.register('/w.js')</script>")
    site.pages["/w.js"] = answer(b"", content_type="text/javascript")
    render(site.url(host="localhost"), policy=site.policy(), timeout=20)
    assert "/w.js" not in [path for path, _ in site.seen]


def test_a_page_that_hangs_ends_at_the_deadline_and_the_next_one_works(site: Site) -> None:
    _page(site, "<script>while (true);</script>")
    _page(site, "fine", "/next")
    with pytest.raises(OutboundTimeout):
        render(site.url(), policy=site.policy(), timeout=3)
    assert "fine" in render(site.url("/next"), policy=site.policy(), timeout=20).html


def test_a_page_with_a_part_that_never_loads_is_taken_as_it_is(site: Site) -> None:
    _page(site, "<p>text</p><img src=/never>")
    _page(site, "up", "/up")
    site.pages["/never"] = _silence(site)
    render(site.url("/up"), policy=site.policy(), timeout=30)  # so that the browser is there
    assert "text" in render(site.url(), policy=site.policy(), timeout=8).html


def test_a_rendering_that_is_called_off_ends(site: Site) -> None:
    site.pages["/"] = _silence(site)
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(FetchCancelled):
        render(site.url(), policy=site.policy(), timeout=30, cancelled=cancelled)


def test_a_download_is_no_page(site: Site) -> None:
    site.pages["/"] = answer(b"PK", content_type="application/zip", content_disposition="attachment")
    with pytest.raises(BadAnswer):
        render(site.url(), policy=site.policy(), timeout=20)


def test_failures_to_connect_keep_their_kind(site: Site) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(DnsError):
        render("http://nowhere.test/", policy=site.policy(resolver=nobody), timeout=20)
    site.server.server_close()
    with pytest.raises(ConnectError):
        render(site.url(), policy=site.policy(), timeout=20)


def test_many_threads_render_at_once(site: Site) -> None:
    _page(site, "<title>one</title>")
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: render(site.url(), policy=site.policy(), timeout=60), range(8)))
    assert all("<title>one</title>" in page.html for page in pages)


def test_the_callers_thread_never_has_a_running_loop(site: Site, db: None) -> None:
    _page(site, "page")
    render(site.url(), policy=site.policy(), timeout=20)
    assert get_user_model().objects.count() == 0
