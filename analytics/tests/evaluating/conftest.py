"""A small shop on this machine, and files that name its pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PAGE = """<!doctype html><html><head><title>Kettle {number}</title><script type="application/ld+json">
{{"@context": "https://schema.org", "@type": "Product", "name": "Kettle {number}", "sku": "K-{number}",
"offers": {{"@type": "Offer", "price": "{number}.50", "priceCurrency": "EUR"}}}}</script></head>
<body><h1>Kettle {number}</h1><p>A kettle for every kitchen.</p></body></html>"""


class ShopHandler(BaseHTTPRequestHandler):
    """/kettle/N is a product, /slow says nothing until the test is over, everything else is missing."""

    over = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.over.wait(60)
            return
        number = self.path.removeprefix("/kettle/")
        body = PAGE.format(number=number).encode()
        self.send_response(200 if self.path.startswith("/kettle/") else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of the shop."""
    ShopHandler.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), ShopHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    ShopHandler.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of that name and text, and answers its path."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def sites(shop: str, write: Write) -> Path:
    """Two products, the second with a wrong truth, and a page that is missing."""
    lines = ["site_url,expected_price,expected_sku", f"{shop}/kettle/1,1.50,K-1"]
    lines += [f"{shop}/kettle/2,99,K-2", f"{shop}/gone,3.50,K-3"]
    return write("kettles.csv", "\n".join(lines) + "\n")
