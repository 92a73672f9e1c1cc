"""A shop on this machine that the built-in agent visits while the load test runs executions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!doctype html>
<html lang="en"><head><title>Oak lamp {number}</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product", "name": "Oak lamp {number}",
"brand": {{"@type": "Brand", "name": "Nord"}}, "offers": {{"@type": "Offer", "price": "{price}",
"priceCurrency": "NOK", "availability": "https://schema.org/InStock"}}}}</script></head>
<body><h1>Oak lamp {number}</h1><p>NOK {price}, in stock.</p></body></html>
"""


def price_of(number: int) -> str:
    """What a product costs."""
    return f"{number % 900}.50"


@contextmanager
def shop() -> Iterator[int]:
    """Serve `/products/NUMBER`. Gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            digits = "".join(letter for letter in self.path if letter.isdigit()) or "0"
            page = PAGE.format(number=digits, price=price_of(int(digits))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
