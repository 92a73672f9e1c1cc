"""A short way to read a page in a test."""

from __future__ import annotations

import json
from typing import Any

from executions.agents.local.extract import Answers, read_html

URL = "https://shop.example/p/teapot"


def json_ld(data: Any) -> str:
    """Embed data in a page as JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def read(html: str, *fields: str, instructions: str = "", url: str = URL) -> Answers:
    """Read fields written as `name` (text) or `name=type` from a page."""
    wanted = [(name, kind or "text") for name, _, kind in (field.partition("=") for field in fields)]
    return read_html(html, url, wanted, instructions)


def value(html: str, field: str, **options: Any) -> Any:
    """Read one field."""
    return read(html, field, **options).data[field.partition("=")[0]]
