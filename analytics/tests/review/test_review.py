"""Review mode: the queue, what the keys do, and what they leave behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create
from accounts.models import User
from analytics.models import Decision, ReviewDecision, ReviewReservation, Suspect
from analytics.review.deciding import Said, cell_decide
from analytics.review.queue import Filter, Found, Queue
from analytics.review.reserving import HELD
from analytics.review.shapes import Shaped, shaped_cells
from analytics.tests.patterns.making import analysed, play
from analytics.tests.suspects.making import make_answer, make_execution
from executions.models import Execution, FieldResult, Job
from mino.common.errors import InvalidState
from mino.tests.factories import BatchFactory, MembershipFactory
from projects.models import Batch, Project, Row, TruthNote, TruthRevision
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db
ALL = Filter()


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def colleague(member: User) -> User:
    organization = member.memberships.get().organization
    found: User = MembershipFactory(organization=organization).user
    return found


def address(name: str, execution: Execution) -> str:
    return reverse(name, args=[execution.organization.slug, execution.pk])


def cells(execution: Execution, user: User, narrowed: Filter = ALL) -> list[tuple[int, str]]:
    """The queue from its beginning, as rows and columns."""
    queue = Queue(execution, user, narrowed)
    found, seen = queue.first(), []
    while found and named(found) not in seen:
        seen.append(named(found))
        found = queue.after(found.place)
    return seen


def named(found: Found) -> tuple[int, str]:
    return (found.cell.job.row_position, found.cell.column)


def start(client: Client, execution: Execution, **narrowed: str) -> dict[str, str]:
    """Open the first cell; answers the fields of its form."""
    page = client.post(address("review_go", execution), narrowed, follow=True).text
    return fields(page)


def fields(page: str) -> dict[str, str]:
    form = page.partition('id="review-form"')[2]
    return dict(
        re.findall(r'<input type="hidden" name="(cell|place|seen|column|outcome|pattern)" value="([^"]*)"', form)
    )


def press(client: Client, execution: Execution, form: dict[str, str], key: str, **more: str) -> Any:
    return client.post(address("review_decide", execution), {**form, "key": key, **more}, follow=True)


def decision() -> ReviewDecision:
    return ReviewDecision.objects.get()


def test_suspects_come_first_then_the_lowest_score(execution: Execution, member: User) -> None:
    queue = cells(execution, member)
    assert queue[0] == (3, "price")
    assert queue[-1] == (2, "title")
    assert set(queue[1:3]) == {(1, "price"), (1, "title")}


def test_the_queue_goes_back_the_way_it_came(execution: Execution, member: User) -> None:
    queue = Queue(execution, member, ALL)
    places = [queue.first()]
    for _ in range(3):
        places.append(queue.after(places[-1].place))  # type: ignore[union-attr]
    for one, other in pairwise(places):
        assert one is not None
        assert other is not None
        back = queue.before(other.place)
        assert back is not None
        assert named(back) == named(one)
    assert queue.before(places[0].place) is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (Filter(column="title"), {(1, "title"), (2, "title")}),
        (Filter(outcome="missed"), {(1, "title")}),
        (Filter(reason="partial_match"), {(2, "title")}),
        (Filter(column="price", outcome="missed"), set()),
    ],
)
def test_the_queue_is_narrowed(execution: Execution, member: User, narrowed: Filter, expected: set[Any]) -> None:
    assert set(cells(execution, member, narrowed)) == expected


def test_the_queue_is_narrowed_to_a_shape_of_error(project: Project, client: Client, member: User) -> None:
    made = BatchFactory(project=project, rows=7)
    answers: list[Any] = [{"price": f"{n}5.00"} for n in range(1, 6)] + [{"price": "9"}, {"title": None}]
    execution = analysed(play(made, answers))
    Batch.objects.update(truth_row_count=7)
    shape = client.get(address("execution_review", execution)).context["shapes"][0]
    assert (shape.column, shape.title, shape.count) == ("price", "Off by a factor of 10", 5)
    narrowed = Filter.of(QueryDict(), ["price"], shaped_cells(execution, shape.pattern))
    assert set(cells(execution, member, narrowed)) == {(n, "price") for n in range(1, 6)}
    page = press(client, execution, start(client, execution, pattern=shape.pattern), "x")
    assert page.context["narrowed"].shaped.pattern == shape.pattern
    assert page.context["progress"].reviewed == 1
    assert len(cells(execution, member, narrowed)) == 4


def test_a_shape_that_means_nothing_here_is_left_out(execution: Execution) -> None:
    assert [shaped_cells(execution, text) for text in ("x", str(execution.pk))] == [None, None]
    elsewhere = Shaped("a", "price", [1])
    assert Filter.of(QueryDict("column=title"), ["title", "price"], elsewhere) == Filter(column="title")


def test_a_takes_the_agents_value_and_scores_anew(execution: Execution, client: Client, member: User) -> None:
    form = start(client, execution)
    page = press(client, execution, form, "a", note="Seen on the page").text
    row = execution.batch.rows.get(position=3)
    assert row.truth["price"] == "129"
    assert Job.objects.get(execution=execution, row=row).outcomes["price"] == "correct"
    one = decision()
    assert (one.decision, one.before, one.after, one.is_settled, one.user) == (
        "truth_wrong",
        "3.50",
        "129",
        True,
        member,
    )
    assert one.revision == TruthRevision.objects.get(reason="Seen on the page")
    assert Suspect.objects.get().state == "corrected"
    assert fields(page)["cell"] != form["cell"]
    assert "<b>1</b> of 4 reviewed" in page


def test_x_keeps_the_truth_and_the_cell_does_not_come_back(execution: Execution, client: Client, member: User) -> None:
    press(client, execution, start(client, execution), "x")
    assert not TruthRevision.objects.exists()
    assert (3, "price") not in cells(execution, member)
    assert Suspect.objects.get().state == "dismissed"
    row = execution.batch.rows.get(position=3)
    truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "140")], user=None)
    assert (3, "price") in cells(execution, member)


def test_x_about_another_answer_leaves_the_suspect_open(batch: Batch, execution: Execution, client: Client) -> None:
    other = make_execution(batch)
    make_answer(other, batch.rows.get(position=3), price=77)
    form = start(client, other, column="price")
    press(client, other, form, "x")
    assert decision().decision == "agent_wrong"
    assert Suspect.objects.get().state == "open"


def test_b_accepts_both(execution: Execution, client: Client) -> None:
    press(client, execution, start(client, execution), "b")
    assert execution.batch.rows.get(position=3).truth["price"] == "3.50|129"
    assert decision().is_settled


def test_c_marks_the_cell_and_leaves_the_truth(execution: Execution, client: Client, member: User) -> None:
    page = press(client, execution, start(client, execution), "c").text
    assert execution.batch.rows.get(position=3).truth["price"] == "3.50"
    assert (3, "price") not in cells(execution, member)
    assert "Site has changed: price of row 3." in page


def test_f_forgets_the_truth_of_a_changed_site(execution: Execution, client: Client) -> None:
    press(client, execution, start(client, execution), "f")
    assert "price" not in execution.batch.rows.get(position=3).truth
    assert decision().decision == "site_changed"


def test_e_saves_what_was_typed(execution: Execution, client: Client) -> None:
    press(client, execution, start(client, execution), "e", value=" 130 ")
    assert execution.batch.rows.get(position=3).truth["price"] == "130"
    assert (decision().after, decision().is_settled) == ("130", False)


def test_u_undoes_the_last_decisions_one_after_the_other(execution: Execution, client: Client, member: User) -> None:
    first = start(client, execution)
    second = fields(press(client, execution, first, "a").text)
    third = fields(press(client, execution, second, "x").text)
    page = client.post(address("review_undo", execution), third, follow=True).text
    assert fields(page)["cell"] == second["cell"]
    page = client.post(address("review_undo", execution), third, follow=True).text
    assert fields(page)["cell"] == first["cell"]
    assert execution.batch.rows.get(position=3).truth["price"] == "3.50"
    assert Suspect.objects.get().state == "open"
    assert len(cells(execution, member)) == 4
    assert "nothing here that could be undone" in client.post(address("review_undo", execution), follow=True).text


def test_an_undone_x_opens_the_suspect_again(execution: Execution, client: Client) -> None:
    press(client, execution, start(client, execution), "x")
    client.post(address("review_undo", execution))
    assert Suspect.objects.get().state == "open"


def test_skipping_goes_on_and_back_returns(execution: Execution, client: Client) -> None:
    first = start(client, execution)
    second = fields(client.post(address("review_go", execution), {**first, "to": "next"}, follow=True).text)
    assert second["cell"] != first["cell"]
    back = fields(client.post(address("review_go", execution), {**second, "to": "previous"}, follow=True).text)
    assert back["cell"] == first["cell"]


def test_deciding_all_ends_the_review(execution: Execution, client: Client) -> None:
    form = start(client, execution)
    for _ in range(4):
        page = press(client, execution, form, "x").text
        form = fields(page)
    assert form == {}
    assert "Nothing waits here." in page
    assert "<b>4</b> of 4 reviewed" in page


def test_a_colleague_is_given_another_cell(
    execution: Execution, client: Client, client_for: ClientFor, colleague: User
) -> None:
    mine = start(client, execution)
    theirs = start(client_for(colleague), execution)
    assert mine["cell"] != theirs["cell"]
    assert ReviewReservation.objects.count() == 2


def test_a_cell_that_a_colleague_looks_at_can_be_seen_but_not_decided(
    execution: Execution, client: Client, client_for: ClientFor, colleague: User
) -> None:
    form = start(client, execution)
    other = client_for(colleague)
    page = press(other, execution, form, "a").text
    assert "looks at this cell now" in page
    assert not ReviewDecision.objects.exists()
    ReviewReservation.objects.update(expires_at=timezone.now())
    press(other, execution, form, "a")
    assert decision().user == colleague


def test_looking_on_renews_the_reservation(execution: Execution, client: Client) -> None:
    form = start(client, execution)
    ReviewReservation.objects.update(expires_at=timezone.now() + HELD / 10)
    assert "reserved for you until" in client.post(address("review_hold", execution), form).text
    assert ReviewReservation.objects.get().expires_at > timezone.now() + HELD / 2


def test_a_cell_whose_truth_changed_meanwhile_is_not_decided(execution: Execution, client: Client) -> None:
    form = start(client, execution)
    row: Row = execution.batch.rows.get(position=3)
    truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "140")], user=None)
    for key in "axbcfe":
        page = press(client, execution, form, key, value="1").text
        assert "meanwhile" in page, key
    assert not ReviewDecision.objects.exists()


def test_a_cell_is_decided_once(execution: Execution, client: Client) -> None:
    form = start(client, execution)
    press(client, execution, form, "x")
    assert "settled a moment ago" in press(client, execution, form, "a").text
    assert ReviewDecision.objects.count() == 1


@pytest.mark.parametrize(
    "spoilt", [{"cell": "x"}, {"cell": ""}, {"key": "z"}, {"place": "x" * 50}, {"cell": "\x00"}, {"note": "x" * 501}]
)
def test_odd_fields_do_no_harm(execution: Execution, client: Client, spoilt: dict[str, str]) -> None:
    form = start(client, execution) | {"key": "x"} | spoilt
    for name in ("review_decide", "review_go", "review_undo", "review_hold"):
        assert client.post(address(name, execution), form).status_code in (200, 302)


def test_the_page_of_a_cell_shows_what_helps_and_escapes_it(execution: Execution, client: Client) -> None:
    FieldResult.objects.filter(execution=execution, column="price").update(explanation="<b>Another</b> number")
    Job.objects.filter(execution=execution).update(sources={"price": "<i>meta</i>"})
    page = client.post(address("review_go", execution), follow=True).text
    assert "&lt;b&gt;Another&lt;/b&gt; number" in page
    assert "&lt;i&gt;meta&lt;/i&gt;" in page
    assert "2 independent results agree" in page
    assert 'rel="noopener noreferrer nofollow"' in page


def test_viewers_review_nothing(execution: Execution, viewer: User, client_for: ClientFor) -> None:
    assert client_for(viewer).get(address("execution_review", execution)).status_code == 403


def test_a_batch_without_truth_says_what_to_do(batch: Batch, client: Client) -> None:
    execution = make_execution(batch)
    Batch.objects.filter(pk=batch.pk).update(truth_row_count=0)
    page = client.get(address("execution_review", execution)).text
    assert "NO_GROUND_TRUTH" in page


def test_the_project_lists_what_can_be_reviewed(execution: Execution, client: Client) -> None:
    page = client.get(reverse("project_review", args=[execution.organization.slug, execution.project_id])).text
    assert address("execution_review", execution) in page
    assert "1 cell" in page


def test_the_page_of_a_batch_leads_to_the_review_of_what_it_shows(
    execution: Execution, client: Client, viewer: User, client_for: ClientFor
) -> None:
    here = reverse("batch", args=[execution.organization.slug, execution.batch_id])
    shown = client.get(here).context["execution"]
    link = f'href="{address("execution_review", shown)}"'
    assert link in client.get(here).text
    assert link not in client_for(viewer).get(here).text


def test_notes_of_programs_say_which_key_wrote_them(execution: Execution, client: Client) -> None:
    row = execution.batch.rows.get(position=3)
    made: dict[str, Any] = {"batch": execution.batch, "row": row, "column": "price", "created_at": timezone.now()}
    TruthNote.objects.create(**made, text="Nobody knows")
    shown = client.post(address("review_go", execution)).headers["Location"]
    queries = []
    for number in (1, 2, 3):
        key = api_key_create(
            organization=execution.organization, user=None, name=f"Feed {number}", scopes=[Scope.WRITE_GROUND_TRUTH]
        )
        TruthNote.objects.create(**made, text="Called the shop", api_key=key.api_key)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(shown).text
        queries.append(len(asked))
    notes = re.findall(r'<div class="mn-meta">([^<]*), <time', page.partition("mn-review-notes")[2])
    assert notes == ["API key Feed 3", "API key Feed 2", "API key Feed 1", "Somebody who left"]
    assert queries[1] == queries[2], "as many for any number of notes"


def test_the_pages_ask_a_fixed_number_of_questions(
    execution: Execution, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    start(client, execution)
    shown = client.post(address("review_go", execution)).headers["Location"]
    for row in execution.batch.rows.all():
        make_answer(make_execution(execution.batch), row, price=5)
    with django_assert_max_num_queries(28):
        client.get(shown)
    with django_assert_max_num_queries(20):
        client.get(address("execution_review", execution))


@pytest.mark.parametrize("decision", list(Decision))
def test_truth_that_changed_after_the_cell_was_read_is_noticed(
    execution: Execution, member: User, decision: Decision
) -> None:
    found = Queue(execution, member, ALL).first()
    assert found is not None
    cell = found.cell
    assert named(found) == (3, "price"), "the suspect"
    seen = str(cell.job.row.truth["price"])
    change = CellChange(cell.job.row_id, "price", "77", seen)
    truth_set(batch=execution.batch, changes=[change], user=member)
    Suspect.objects.update(state="open")
    with pytest.raises(InvalidState, match="Look at it again"):
        cell_decide(cell=cell, said=Said(decision, seen, value="8"), user=member)
    assert not ReviewDecision.objects.exists()
    assert Suspect.objects.get().state == "open"
    assert Row.objects.get(position=3).truth["price"] == "77"


def test_truth_that_somebody_else_edited_the_same_way_is_what_a_decision_keeps(
    execution: Execution, member: User
) -> None:
    cell = FieldResult.objects.select_related("job__row", "job__batch").get(
        execution=execution, job__row__position=1, column="price"
    )
    truth_set(batch=execution.batch, changes=[CellChange(cell.job.row_id, "price", "77")], user=member)
    kept = cell_decide(cell=cell, said=Said(Decision.EDITED, "1.50", value="77"), user=member)
    assert (kept.before, kept.after, kept.revision) == ("1.50", "77", None)
