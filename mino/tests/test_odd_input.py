"""Every address with input that no form would send: refused in words or ignored, never a broken page."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from lxml.html import fromstring

from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ALL, Address, undone, url_of

ODD = ("a\x00b", "9" * 40, "-1", "nan", "٣²", "\\ud800", "<script>'\"]]>", "00000000-0000-0000-0000-000000000000")
LONG = "{{x}} é\n" * 20_000
IN_ADDRESSES = (
    *("search", "cursor", "status", "evaluation_result", "error_code", "column", "outcome", "truth", "after", "before"),
    *("execution", "number", "from", "to", "like", "format", "severity", "running", "shown", "seen", "view"),
    *("project", "type", "next"),
)


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
@pytest.mark.django_db
def test_odd_input_breaks_no_page(address: Address, subjects: Subjects) -> None:
    browser, url = Client(), url_of(address, subjects)
    browser.force_login(subjects.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    browser.cookies["organization"] = browser.cookies["time_zone"] = "a\x00b"
    usual = filled_in(browser.get(url))
    for odd in ODD:
        with undone():
            assert browser.get(url, dict.fromkeys(IN_ADDRESSES, odd)).status_code < 500
    changed = [dict.fromkeys(usual, odd) for odd in (*ODD, LONG)]
    for values in [*changed, *({name: odd} for name in usual for odd in ODD[:2])]:
        with undone():
            assert browser.post(url, {**usual, **values}).status_code < 500


def filled_in(page: HttpResponseBase) -> dict[str, str]:
    """The fields of the page's forms with what stands in them."""
    if not isinstance(page, HttpResponse) or not page.content.strip() or "html" not in page["Content-Type"]:
        return {}
    fields: Any = fromstring(page.content).xpath("//input[@name] | //select[@name] | //textarea[@name]")
    return {"action": "", **{field.name: str(field.value or "") for field in fields}}
