"""`If-Match`: heeded by what changes or deletes an object that has an ETag, refused by everything else."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organization, Role
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.api.places import ALL, Place
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import undone
from projects.models import Batch

STALE = '"0123456789abcdef0123456789abcdef"'
DELETED = {place.operation.name: place for place in ALL if place.method == "DELETE" and place.operation.conditional}


def details(response: Any) -> dict[str, str]:
    """The messages by their paths."""
    return {one["path"]: one["message"] for one in response.json()["details"]}


def has_etag(place: Place) -> bool:
    """Whether what the operation answers has an ETag."""
    return place.operation.answers_object and bool(place.operation.answers.edited)


@pytest.fixture
def owner(subjects: Subjects, organization: Organization) -> Asker:
    """An owner of the organization in a browser."""
    return browser(subjects.people[Role.OWNER], organization)


def test_what_changes_or_deletes_something_with_an_etag_heeds_it() -> None:
    read = {one.name for one in ALL if one.method == "GET" and has_etag(one)}
    wanted = {
        place.operation.name
        for place in ALL
        if (place.method == "DELETE" and place.name in read) or (place.method in ("PUT", "PATCH") and has_etag(place))
    }
    assert {place.operation.name for place in ALL if place.operation.conditional} == wanted


def test_it_is_heeded_or_refused_everywhere(owner: Asker, subjects: Subjects) -> None:
    wrong = []
    for place in ALL:
        url = place.url(subjects)
        with undone():
            answer = owner(place.method, url, place.body, If_Match=STALE)
            empty = owner(place.method, url, place.body, If_Match=" ")
        found = (answer.status_code, code_of(answer), list(details(answer)))
        expected = (412, "PRECONDITION_FAILED") if place.operation.conditional else (400, "VALIDATION_ERROR")
        if found != (*expected, ["If-Match"]) or list(details(empty)) != ["If-Match"]:
            wrong.append((place.operation.name, found, empty.status_code))
    assert wrong == []


@pytest.mark.parametrize("place", DELETED.values(), ids=DELETED)
@pytest.mark.django_db
def test_what_was_read_is_deleted_only_as_it_was_read(place: Place, owner: Asker, subjects: Subjects) -> None:
    url = place.url(subjects)
    read = owner("GET", url)
    for header in (read["ETag"], f"{STALE}, {read['ETag']}", "*"):
        with undone():
            assert owner("DELETE", url, If_Match=header).status_code in (204, 409)  # an execution may be under way
    assert owner("DELETE", url, If_Match=STALE).status_code == 412
    assert owner("GET", url).json() == read.json()


def test_a_batch_goes_only_as_it_was_read(ask: Asker, batch: Batch) -> None:
    path = f"batches/{batch.pk}"
    read = ask("GET", path)["ETag"]
    changed = ask("PATCH", path, {"name": "Another name"}, If_Match=read)["ETag"]
    assert ask("DELETE", path, If_Match=read).status_code == 412
    assert ask("DELETE", path, If_Match=changed).status_code == 204
    assert ask("GET", path).status_code == 404


def test_why_it_is_refused_is_said(ask: Asker, batch: Batch) -> None:
    answer = ask("GET", f"batches/{batch.pk}", If_Match='"x"')
    assert answer.json()["error"] == "If-Match: This operation does not heed it. Leave it out."
    answer = ask("DELETE", f"batches/{batch.pk}", If_Match="")
    assert answer.json()["error"] == "If-Match: Give the ETag that was read, or leave the header out."
    assert ask("GET", f"batches/{batch.pk}", If_None_Match='"x"').status_code == 200
