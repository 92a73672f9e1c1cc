"""Lists: pages that neither repeat nor leave out, cursors that can't be misused, fields and includes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Organization, User
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.serializers import Given
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import JOINED, MembershipFactory, ProjectFactory
from projects.models import Project


def pages(ask: Asker, path: str) -> list[list[dict[str, Any]]]:
    """All pages of a list, to its end."""
    found, cursor = [], ""
    while True:
        page = ask.get(f"{path}{'&' if '?' in path else '?'}{f'cursor={cursor}' if cursor else ''}".rstrip("?&"))
        found.append(page["data"])
        assert page["pagination"]["has_more"] is (page["pagination"]["next_cursor"] is not None)
        if not page["pagination"]["has_more"]:
            return found
        cursor = page["pagination"]["next_cursor"]


@pytest.fixture
def projects(organization: Organization) -> list[Project]:
    """Seven projects, three of them made at the same moment."""
    made: list[Project] = [ProjectFactory(organization=organization, name=f"Project {n}") for n in "cabgfed"]
    Project.objects.filter(pk__in=[one.pk for one in made[:3]]).update(created_at=JOINED)
    return made


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "name", "-name", "updated_at"])
def test_pages_hold_everything_once(ask: Asker, projects: list[Project], sort: str) -> None:
    found = pages(ask, f"projects?limit=2&sort={sort}&fields=id,name")
    assert [len(page) for page in found] == [2, 2, 2, 1]
    shown = [one["id"] for page in found for one in page]
    sign = "-" if sort.startswith("-") else ""
    assert shown == [str(pk) for pk in Project.objects.order_by(sort, f"{sign}id").values_list("pk", flat=True)]


def test_lists_in_the_address_may_come_in_pieces(ask: Asker, projects: list[Project]) -> None:
    pieces = ask.get("projects?limit=2&fields=id&fields=name&include=total&include=instructions")
    assert pieces == ask.get("projects?limit=2&fields=id,name&include=total,instructions")
    following = f"projects?limit=2&fields=name&fields=id&cursor={pieces['pagination']['next_cursor']}"
    assert len(ask.get(following)["data"]) == 2
    one = f"projects/{projects[0].pk}?fields=id&fields="
    assert set(ask.get(f"{one}name")) == {"id", "name"}
    for wrong in ("projects?sort=name&sort=created_at", "projects?cursor=a&cursor=b", f"{one}nothing"):
        assert code_of(ask("GET", wrong)) == "VALIDATION_ERROR"


def test_pages_stay_whole_while_objects_come_and_go(ask: Asker, projects: list[Project]) -> None:
    first = ask.get("projects?limit=3")
    Project.objects.get(pk=first["data"][0]["id"]).delete()
    ProjectFactory(organization=projects[0].organization, name="New")
    rest = ask.get(f"projects?limit=50&cursor={first['pagination']['next_cursor']}")
    assert len(rest["data"]) == 4
    assert not {one["id"] for one in first["data"]} & {one["id"] for one in rest["data"]}


@pytest.mark.parametrize("sort", ["joined_at", "-joined_at"])
def test_empty_values_come_last(owner: User, organization: Organization, sort: str) -> None:
    for days in (3, None, 1, None, 2):
        MembershipFactory(organization=organization, joined_at=days and JOINED + timedelta(days=days))
    found = pages(browser(owner), f"members?limit=2&sort={sort}")
    shown = [one["id"] for page in found for one in page]
    field = F("joined_at")
    order = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    ids = Membership.objects.order_by(order, "-id" if sort.startswith("-") else "id").values_list("pk", flat=True)
    assert shown == [str(pk) for pk in ids]
    assert len(set(shown)) == 6


@pytest.mark.parametrize(
    "change",
    ["sort=name", "sort=created_at", "search=Project", "cursor=x", "cursor=a:b:c"],
)
def test_a_cursor_is_good_for_its_own_list_alone(ask: Asker, projects: list[Project], change: str) -> None:
    cursor = ask.get("projects?limit=2")["pagination"]["next_cursor"]
    query = change if "cursor" in change else f"{change}&cursor={cursor}"
    assert code_of(ask("GET", f"projects?limit=2&{query}")) == "VALIDATION_ERROR"


def test_a_cursor_of_another_organization_is_refused(ask: Asker, projects: list[Project], stranger: User) -> None:
    cursor = ask.get("projects?limit=2")["pagination"]["next_cursor"]
    assert code_of(browser(stranger)("GET", f"projects?limit=2&cursor={cursor}")) == "VALIDATION_ERROR"
    versions = ask.get(f"projects/{projects[0].pk}/versions?limit=1")
    assert versions["pagination"] == {"next_cursor": None, "has_more": False}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=٣", "limit"),
        ("sort=secret", "sort"),
        ("fields=password", "fields"),
        ("include=everything", "include"),
        ("search=" + "x" * 201, "search"),
        ("search=%00", "search"),
        ("statsu=failed", "statsu"),
        ("limit=2&limit=3", "limit"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_by_name(ask: Asker, query: str, path: str) -> None:
    response = ask("GET", f"projects?{query}")
    assert code_of(response) == "VALIDATION_ERROR"
    assert [one["path"] for one in response.json()["details"]] == [path]


def test_fields_includes_and_the_total(ask: Asker, projects: list[Project]) -> None:
    page = ask.get("projects?include=total,instructions&fields=name&limit=1&search=PROJECT")
    assert set(page["data"][0]) == {"id", "name", "instructions"}
    assert page["pagination"]["total"] == 7
    assert "instructions" not in ask.get("projects")["data"][0]
    assert set(ask.get(f"projects/{projects[0].pk}?fields=name")) == {"id", "name"}
    assert code_of(ask("GET", f"projects/{projects[0].pk}?limit=2")) == "VALIDATION_ERROR"


@pytest.mark.parametrize("path", ["projects", "projects?include=instructions", "organizations"])
def test_a_page_costs_the_same_whatever_its_length(
    ask: Asker, organization: Organization, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get(path)  # notes the use of the key
    for _ in range(2):
        with django_assert_num_queries(2):  # the key with its organization, and the page
            ask.get(path)
        ProjectFactory.create_batch(5, organization=organization)


def test_members_cost_the_same_whatever_their_number(
    owner: User, organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asker = browser(owner, organization)
    for _ in range(2):
        with django_assert_num_queries(6):  # session, user, organization, role, members with and without a date
            page = asker.get("members")
        MembershipFactory.create_batch(3, organization=organization)
    assert page["data"][0]["user"] == {"id": str(owner.pk), "name": owner.display_name}


def test_a_listing_sorts_by_what_it_names() -> None:
    listing = Listing(Given, {"name": Key("name")}, default="name")
    assert listing.sort_names() == ["name", "-name"]
