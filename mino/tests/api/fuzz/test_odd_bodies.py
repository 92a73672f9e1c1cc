"""Every body with values that no generator of JSON makes: each field in turn is refused in words, or taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from accounts.models import Organization, Role
from mino.common.api.codes import CODES
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.api.fuzz.document import documented_codes, operations
from mino.tests.api.places import ALL, Place
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import undone

ODD: Final[tuple[Any, ...]] = (
    *("a\x00b", "\ud800", "\udfff\ud800", "\u202e\ufeff", "", " ", "9" * 5000, "{{x}}" * 30_000),
    *(-1, 0, 1.5, 2**31, 2**63, 10**400, 1e308, True, None, [], {}, [[]], {"": ""}, {"a": "\ud800"}),
)
DEEP: Final = "[" * 900 + "]" * 900
MARK: Final = "the odd value"
BODIES = [place for place in ALL if place.operation.takes and not place.operation.multipart]


@pytest.mark.parametrize("place", BODIES, ids=lambda place: place.operation.name)
@pytest.mark.django_db
def test_odd_bodies(place: Place, subjects: Subjects, organization: Organization, examples: int | None) -> None:
    if examples is None:
        pytest.skip("For long runs: make fuzz.")
    ask, url = browser(subjects.people[Role.OWNER], organization), place.url(subjects)
    texts = [json.dumps(value) for value in ODD]
    takes = place.operation.takes
    assert takes is not None
    for field in takes().fields:
        for text in (*texts, DEEP):
            body = json.dumps({**takes.example, field: MARK}).replace(f'"{MARK}"', text)
            check(ask, place, url, body)
    for example in with_odd_leaves(takes.example):
        for text in texts:
            check(ask, place, url, json.dumps(example).replace(f'"{MARK}"', text))


def check(ask: Asker, place: Place, url: str, body: str) -> None:
    """Send the body, look at the answer, and undo what it did."""
    with undone():
        response = getattr(ask.client, place.method.lower())(
            url, body, content_type="application/json", headers=ask.headers
        )
    if response.status_code >= 400:
        code = code_of(response)
        assert response.status_code < 500, body[:500]
        assert CODES[code].status == response.status_code
        assert code in documented_codes(operations()[place.operation.name], response.status_code), (code, body[:500])


def with_odd_leaves(example: Any) -> Iterator[Any]:
    """The example again and again, each time with another value deep in it marked."""
    for name, value in example.items() if isinstance(example, dict) else enumerate(example):
        if not isinstance(value, dict | list):
            continue
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in inner:
            changed = value.copy()
            changed[key] = MARK
            yield {**example, name: changed}
            if isinstance(below, dict):
                for last in below:
                    changed = value.copy()
                    changed[key] = {**below, last: MARK}
                    yield {**example, name: changed}
