"""Two reviewers at the same moment: they never meet at a cell, and a cell is decided once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create
from accounts.models import Organization, User
from accounts.permissions import Principal
from analytics.models import Decision, ReviewDecision, ReviewReservation
from analytics.review.deciding import Said, cell_decide
from analytics.review.queue import Filter, Queue
from analytics.review.reserving import cell_reserve, next_reserved
from executions.models import Execution
from executions.tests.pictures.test_limits_in_parallel import at_once
from mino.common.errors import InvalidState
from mino.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
ALL = Filter()


@pytest.fixture
def people(organization: Organization) -> list[User]:
    return [MembershipFactory(organization=organization).user for _ in range(3)]


def each(people: Sequence[User], act: Callable[[User], object]) -> None:
    """Let everybody do something at the same moment, each on a connection of their own."""
    at_once([lambda person=person: act(person) for person in people])  # type: ignore[misc]


def test_reviewers_who_start_at_once_get_different_cells(execution: Execution, people: list[User]) -> None:
    got: list[tuple[object, str]] = []
    guard = threading.Lock()

    def start(person: User) -> None:
        found = next_reserved(Queue(execution, person, ALL), execution, person)
        assert found is not None
        with guard:
            got.append((found.cell.job.row_id, found.cell.column))

    each(people, start)
    assert len(set(got)) == len(people)
    assert ReviewReservation.objects.count() == len(people)


def test_one_cell_goes_to_one_of_those_who_ask_at_once(execution: Execution, people: list[User]) -> None:
    first = Queue(execution, people[0], ALL).first()
    assert first is not None
    held: list[User] = []

    def ask(person: User) -> None:
        if cell_reserve(first.cell, person):
            held.append(person)

    each(people, ask)
    assert [one.user for one in ReviewReservation.objects.all()] == held
    assert len(held) == 1


def test_a_cell_that_two_decide_at_once_is_decided_once(execution: Execution, people: list[User]) -> None:
    first = Queue(execution, people[0], ALL).first()
    assert first is not None
    refused: list[str] = []

    def decide(person: User) -> None:
        try:
            cell_decide(cell=first.cell, said=Said(Decision.TRUTH_WRONG, seen="3.50"), user=person)
        except InvalidState as error:
            refused.append(error.message)

    each(people, decide)
    assert ReviewDecision.objects.count() == 1
    assert len(refused) == len(people) - 1


def test_programs_and_people_who_decide_at_once_decide_once(
    execution: Execution, people: list[User], organization: Organization
) -> None:
    first = Queue(execution, people[0], ALL).first()
    assert first is not None
    keys = [
        ApiKeyPrincipal(api_key_create(organization=organization, user=None, name="CI", scopes=list(Scope)).api_key)
        for _ in range(3)
    ]
    refused: list[str] = []

    def decide(who: Principal) -> None:
        try:
            cell_decide(cell=first.cell, said=Said(Decision.AGENT_WRONG, seen="3.50"), user=who)
        except InvalidState as error:
            refused.append(error.message)

    at_once([lambda who=who: decide(who) for who in (*keys, people[0])])  # type: ignore[misc]
    assert ReviewDecision.objects.count() == 1
    assert len(refused) == len(keys)
