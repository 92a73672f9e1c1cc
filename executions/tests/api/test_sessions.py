"""Attempts and their pictures over the API."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization
from executions.models import Execution, ExecutionStatus, Screenshot, Session
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import JOINED, ExecutionFactory, JobFactory, SessionFactory
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """A running execution without jobs."""
    made: Execution = ExecutionFactory(batch=batch, status=ExecutionStatus.RUNNING)
    return made


@pytest.fixture
def session(execution: Execution) -> Session:
    """The first attempt at a job."""
    made: Session = SessionFactory(
        job=JobFactory(execution=execution),
        steps=[{"at": 0, "description": "Opened", "url": "https://shop.example/"}],
        raw_result={"title": "Kettle"},
        status="error",
        error_code="TIMEOUT",
    )
    return made


def picture(session: Session, kind: str = "png") -> Screenshot:
    """A stored picture of the attempt."""
    image = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(image, kind)
    file = ContentFile(image.getvalue(), f"picture.{kind}")
    made: Screenshot = session.screenshots.create(image=file, thumbnail=file, taken_at=JOINED, bytes=9, caption="Shop")
    return made


def test_one_attempt_with_what_it_did_and_saw(ask: Asker, session: Session) -> None:
    shot = picture(session)
    usual = ask.get(f"sessions/{session.pk}")
    assert (usual["job_id"], usual["execution_id"]) == (str(session.job_id), str(session.job.execution_id))
    assert "steps" not in usual
    shown = ask.get(f"sessions/{session.pk}?include=steps,raw_result,extracted_data,screenshots")
    assert shown["steps"][0]["description"] == "Opened"
    assert shown["raw_result"] == {"title": "Kettle"}
    assert [one["id"] for one in shown["screenshots"]] == [str(shot.pk)]


@pytest.mark.parametrize(
    ("url", "expires", "shown"),
    [
        ("https://agent.example/live/1", None, "https://agent.example/live/1"),
        ("https://agent.example/live/1", JOINED, ""),
        ("javascript:alert(1)", None, ""),
    ],
)
def test_only_a_live_view_that_can_be_opened_is_told(
    ask: Asker, session: Session, url: str, expires: object, shown: str
) -> None:
    Session.objects.update(live_view_url=url, live_view_expires_at=expires)
    assert ask.get(f"sessions/{session.pk}")["live_view_url"] == shown


@pytest.mark.parametrize(("kind", "content_type"), [("png", "image/png"), ("jpeg", "image/jpeg")])
def test_a_picture_is_given_as_what_it_is_and_does_nothing(
    ask: Asker, session: Session, kind: str, content_type: str
) -> None:
    shot = picture(session, kind)
    [listed] = ask.get(f"sessions/{session.pk}/screenshots")["data"]
    assert (listed["caption"], listed["bytes"]) == ("Shop", 9)
    for address, file in ((listed["image"], shot.image), (listed["thumbnail"], shot.thumbnail)):
        answer = ask("GET", address)
        assert answer.status_code == 200
        assert answer["Content-Type"] == content_type
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=300"
        assert answer["Content-Security-Policy"].startswith("sandbox;")
        with file.open() as kept:
            assert b"".join(answer.streaming_content) == kept.read()
    shot.image.storage.delete(str(shot.image.name))
    assert code_of(ask("GET", listed["image"])) == "NOT_FOUND"


def test_a_missing_picture_says_why(ask: Asker, session: Session) -> None:
    note = session.screenshots.create(taken_at=JOINED, caption="A picture was left out.")
    [listed] = ask.get(f"sessions/{session.pk}/screenshots")["data"]
    assert (listed["image"], listed["thumbnail"], listed["caption"]) == (None, None, "A picture was left out.")
    assert code_of(ask("GET", f"screenshots/{note.pk}")) == "NOT_FOUND"


def test_pictures_of_others_are_not_there(session: Session, organization: Organization) -> None:
    shot, elsewhere = picture(session), program(SessionFactory().organization)
    for path in (f"sessions/{session.pk}", f"sessions/{session.pk}/screenshots", f"screenshots/{shot.pk}"):
        assert code_of(elsewhere("GET", path)) == "NOT_FOUND"
        assert code_of(program(organization, "read:batches")("GET", path)) == "FORBIDDEN"
    assert code_of(elsewhere("GET", f"screenshots/{shot.pk}/thumbnail")) == "NOT_FOUND"


def test_all_attempts_of_an_execution_are_one_list(
    ask: Asker, execution: Execution, session: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"executions/{execution.pk}/sessions"
    SessionFactory()  # of another organization
    ask.get(path)
    again = SessionFactory(job=session.job)
    other = SessionFactory(job=JobFactory(execution=execution))
    for _ in range(2):
        picture(other)
        with django_assert_num_queries(4):  # key, execution, page, pictures
            shown = ask.get(f"{path}?include=steps,screenshots,raw_result,extracted_data")
        SessionFactory(job=other.job)
    order = [one["id"] for one in shown["data"]][:3]
    assert order == [str(one.pk) for one in (session, again, other)]
    first = ask.get(f"{path}?limit=2")
    rest = ask.get(f"{path}?limit=2&cursor={first['pagination']['next_cursor']}")
    assert [one["id"] for one in first["data"] + rest["data"]][:3] == order
    assert [one["id"] for one in ask.get(f"{path}?status=error&error_code=TIMEOUT")["data"]] == [str(session.pk)]
    assert code_of(ask("GET", f"{path}?status=done")) == "VALIDATION_ERROR"
