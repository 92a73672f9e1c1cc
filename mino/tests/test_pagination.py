"""Paging through lists by keyset."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from accounts.models import Organization
from mino.common.pagination import Page, keyset_page
from mino.tests.factories import OrganizationFactory


@pytest.fixture
def seven(db: None) -> list[Organization]:
    """Seven organizations, newest first; three of them made at the same moment."""
    made = [OrganizationFactory() for _ in range(7)]
    for one, day in zip(made, (1, 2, 2, 2, 3, 4, 5), strict=True):
        Organization.objects.filter(pk=one.pk).update(created_at=datetime(2026, 1, day, tzinfo=UTC))
    return list(Organization.objects.order_by("-created_at", "-id"))


def page(address: str, size: int = 2) -> Page[Organization]:
    return keyset_page(Organization.objects.all(), QueryDict(address.removeprefix("?")), size=size)


def test_every_object_is_on_exactly_one_page_in_order(seven: list[Organization]) -> None:
    seen, address, pages = [], "", 0
    while True:
        one = page(address)
        seen.extend(one.items)
        pages += 1
        if not (address := one.older):
            break
    assert (seen, pages) == (seven, 4)


def test_the_way_back_shows_the_same_pages(seven: list[Organization]) -> None:
    first = page("")
    second = page(first.older)
    third = page(second.older)
    assert page(third.newer).items == second.items
    assert page(page(third.newer).newer).items == first.items
    assert first.newer == page(page(third.newer).newer).newer == ""


def test_links_keep_the_filters_of_the_address(seven: list[Organization]) -> None:
    assert "search=shop" in page("search=shop").older


def test_new_objects_shift_nothing(seven: list[Organization]) -> None:
    first = page("")
    OrganizationFactory()
    assert page(first.older).items == seven[2:4]


@pytest.mark.parametrize("cursor", ["nonsense", "x:y:z", "%00", "W10:1tA:abc"])
def test_a_broken_cursor_gives_the_first_page(seven: list[Organization], cursor: str) -> None:
    assert page(f"cursor={cursor}").items == seven[:2]
