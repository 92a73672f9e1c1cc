"""Every error of the API has the one form, whoever raises it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone

from accounts.models import Organization, User
from mino.common.api.middleware import ApiErrorsMiddleware
from mino.common.errors import Limits, QuotaExceeded, TooManyRequests
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import MembershipFactory, UserFactory
from projects.models import Batch, Project


def details(response: Any) -> dict[str, str]:
    """The messages by their paths."""
    return {one["path"]: one["message"] for one in response.json()["details"]}


@pytest.mark.parametrize("path", ["", "nowhere", "projects/", "projects/x/y/z", "../v1/nothing", "projects/%00"])
@pytest.mark.django_db
def test_unknown_addresses(ask: Asker, path: str) -> None:
    response = ask("GET", path)
    assert (response.status_code, code_of(response)) in ((404, "NOT_FOUND"), (400, "INVALID_UUID"))
    anonymous = Asker({})("GET", path)
    assert code_of(anonymous) in ("NOT_FOUND", "UNAUTHORIZED")


def test_who_asks_is_not_said(db: None) -> None:
    response = Client().get("/api/v1/projects")
    assert (response.status_code, code_of(response)) == (401, "UNAUTHORIZED")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "INVALID_JSON"),
        (b"\xff{}", "INVALID_JSON"),
        (b'{"name": NaN}', "INVALID_JSON"),
        (b'{"name": 1e999}', "INVALID_JSON"),
        (b"[" * 100_000, "INVALID_JSON"),
        (b"[" * 101 + b"]" * 101, "INVALID_JSON"),
        (b"[" * 100 + b"]" * 100, "VALIDATION_ERROR"),
        (b"", "MISSING_FIELD"),
        (b"9" * 5000, "INVALID_JSON"),
        (b'{"name": "a", "name": "b"}', "INVALID_JSON"),
        (b'{"name": {"a": 1, "b": 2, "a": 1}}', "INVALID_JSON"),
        (b'{"name": "a"} {"name": "b"}', "INVALID_JSON"),
        (b"[]", "VALIDATION_ERROR"),
        (b"null", "VALIDATION_ERROR"),
        (b'"text"', "VALIDATION_ERROR"),
        (b"{}", "MISSING_FIELD"),
    ],
)
def test_bodies_that_cant_be_read(ask: Asker, body: bytes, code: str) -> None:
    response = ask.client.post("/api/v1/projects", body, content_type="application/json", headers=ask.headers)
    assert (response.status_code, code_of(response)) == (400, code)


def test_missing_and_unknown_fields_are_named(ask: Asker) -> None:
    response = ask("POST", "projects", {"name": "Prices"})
    assert code_of(response) == "MISSING_FIELD"
    assert list(details(response)) == ["instructions"]
    body = {"name": 5, "instructions": "short", "is_private": "yes", "owner": 1, "organization": "other"}
    response = ask("POST", "projects", body)
    assert code_of(response) == "VALIDATION_ERROR"
    assert set(details(response)) == {"name", "instructions", "is_private", "owner", "organization"}
    assert "no field of this name" in details(response)["organization"]


def test_a_body_where_none_is_taken_is_not_passed_over(ask: Asker, batch: Batch) -> None:
    path = f"batches/{batch.pk}"
    answer = ask("DELETE", path, {"only_if_empty": True})
    assert details(answer) == {"only_if_empty": "There is no field of this name. Nothing is to be sent here."}
    assert ask("DELETE", path, [1]).status_code == 400
    assert ask("DELETE", path, {}).status_code == 204


def test_a_body_in_chunks_is_not_taken_for_an_empty_one(ask: Asker, batch: Batch) -> None:
    """As gunicorn hands it on: without its length, and with what was sent still to be read."""
    chunks: Any = {"CONTENT_TYPE": "application/json", "wsgi.input": BytesIO(b'{"only_if_empty": true}')}
    headers = {**ask.headers, "Transfer-Encoding": "chunked"}
    for method, path in (("DELETE", f"batches/{batch.pk}"), ("POST", f"batches/{batch.pk}/executions")):
        answer = ask.client.generic(method, f"/api/v1/{path}", headers=headers, **chunks)
        assert (answer.status_code, code_of(answer)) == (411, "LENGTH_REQUIRED")
    assert Batch.objects.filter(pk=batch.pk).exists()
    assert not batch.executions.exists()


class BrokenOff(BytesIO):
    """The body of a client that is gone."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Fail as a socket does."""
        raise ConnectionResetError("secret detail")


def test_an_upload_that_is_broken_off_is_no_fault_of_the_storage(ask: Asker, project: Project, caplog: Any) -> None:
    for path, kind in (("projects", "application/json"), (f"projects/{project.pk}/imports", MULTIPART_CONTENT)):
        body: Any = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": "100", "wsgi.input": BrokenOff()}
        answer = ask.client.generic("POST", f"/api/v1/{path}", headers=ask.headers, **body)
        assert (answer.status_code, code_of(answer)) == (400, "VALIDATION_ERROR")
        assert answer.json()["error"] == "The body broke off before its end. Send it again."
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("method", "body", "words"),
    [
        ("GET", None, "There is no such project, or you can't see it."),
        ("PATCH", {"name": "Prices"}, "There is no such project, or you can't see it."),
        ("DELETE", None, "What this is about was deleted a moment ago."),
    ],
)
def test_what_is_deleted_while_it_is_answered_is_not_there(
    ask: Asker, project: Project, caplog: Any, method: str, body: Any, words: str
) -> None:
    reads: list[str] = []

    def lose_what_is_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if sql.startswith('SELECT "projects_project"') and not reads:
            reads.append(sql)
            Project.objects.filter(pk=project.pk).delete()
        return found

    condition = {"If_Match": ask("GET", f"projects/{project.pk}")["ETag"]} if method == "DELETE" else {}
    with connection.execute_wrapper(lose_what_is_read):
        answer = ask(method, f"projects/{project.pk}", body, **condition)
    assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")
    assert answer.json()["error"] == words
    told = [one for one in caplog.records if one.exc_info and "is gone" in one.message]
    assert len(told) == (method == "DELETE"), "A fault of a view's would look the same: its trace is kept."


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 101])
def test_texts_that_no_database_takes(ask: Asker, value: str) -> None:
    response = ask("POST", "projects", {"name": value, "instructions": "Return the price of the product."})
    assert code_of(response) == "VALIDATION_ERROR"
    assert set(details(response)) == {"name"}


def test_errors_may_quote_what_no_answer_can_hold(ask: Asker, batch: Batch) -> None:
    response = ask("POST", "projects", {"\ud800": 1})
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")
    assert "\\ud800" in details(response)
    response = ask("POST", f"batches/{batch.pk}/executions", {"agent": "\udfff"})
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")


def test_what_a_service_refuses_keeps_its_code_and_place(ask: Asker, project: Project) -> None:
    response = ask("POST", "projects", {"name": project.name, "instructions": "Return the price of the product."})
    assert (response.status_code, code_of(response)) == (409, "ALREADY_EXISTS")
    assert set(details(response)) == {"name"}


def test_the_method_and_the_type_of_the_body(ask: Asker) -> None:
    response = ask("PUT", "projects", {})
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, HEAD, POST"
    assert response.json()["error"] == "This address takes GET, HEAD, POST, not PUT."
    assert ask("OPTIONS", "projects").status_code == 405
    response = ask.client.post("/api/v1/projects", "name=x", content_type="text/plain", headers=ask.headers)
    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert response.json()["error"].startswith("The body came as text/plain. Send it as application/json,")


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"null", "application/json", "Give an object"),
        (b'{"name": ' + b"9" * 5_000 + b"}", "application/json", "99999999999999999999… is too long a number"),
        (b"--x--", "multipart/form-data", "Content-Type, with its boundary"),
        (b"{}", "", "came without its type"),
    ],
)
def test_why_a_body_cant_be_read_is_said(
    ask: Asker, project: Project, body: bytes, content_type: str, words: str
) -> None:
    place = f"projects/{project.pk}/imports" if content_type.startswith("multipart") else "projects"
    response = ask.client.post(f"/api/v1/{place}", body, content_type=content_type, headers=ask.headers)
    assert code_of(response) in {"INVALID_JSON", "VALIDATION_ERROR", "UNSUPPORTED_MEDIA_TYPE"}
    assert words in response.json()["error"]


@pytest.mark.parametrize("depth", [98, 99, 856, 900])
def test_how_deep_a_body_may_be_nested(ask: Asker, batch: Batch, depth: int) -> None:
    """At hundreds of levels, what keeps values as JSON fails. The body and the settings are two more."""
    body = '{"agent": "local", "agent_settings": {"a": ' + "[" * depth + "]" * depth + "}}"
    response = ask.client.post(
        f"/api/v1/batches/{batch.pk}/executions", body, content_type="application/json", headers=ask.headers
    )
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR" if depth == 98 else "INVALID_JSON")
    if depth > 98:
        assert "at most 100 lists and objects within each other" in response.json()["error"]


def test_a_name_that_stands_twice_is_named(ask: Asker) -> None:
    body = b'{"name": "a", "instructions": "Return the price.", "name": "b"}'
    response = ask.client.post("/api/v1/projects", body, content_type="application/json", headers=ask.headers)
    assert response.json()["error"] == "“name” stands twice in one object. Give each name once."


def test_a_parameter_that_cant_be_used_is_named_in_the_sentence(ask: Asker) -> None:
    assert ask("GET", "projects?limit=1000").json()["error"] == "limit: Give a whole number from 1 to 100."


def test_whatever_the_client_accepts_it_gets_json(ask: Asker) -> None:
    assert ask("GET", "projects", Accept="text/html")["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["SCHEMA", "REQUEST", "HTTP_METHOD_NOT_ALLOWED", "OPTIONS"])
def test_what_is_no_method_here_is_refused(ask: Asker, method: str) -> None:
    """Views have attributes of such names; that of the schema is there once the document was made."""
    ask.client.get("/api/v1/openapi.json")
    response = ask.client.generic(method, "/api/v1/projects", headers=ask.headers)
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("header", "value"), [("If-Match", '"x"'), ("If-Unmodified-Since", "Mon, 05 Jan 1998 09:00:00 GMT")]
)
def test_the_document_on_a_condition_that_does_not_hold(header: str, value: str) -> None:
    response = Client().get("/api/v1/openapi.json", headers={header: value})
    assert (response.status_code, code_of(response)) == (412, "PRECONDITION_FAILED")


@pytest.mark.parametrize(("status", "told"), [(406, 400), (418, 400), (507, 500), (404, 404)])
def test_what_others_refuse_stays_a_refusal(rf: RequestFactory, status: int, told: int) -> None:
    middleware = ApiErrorsMiddleware(lambda request: HttpResponse("a page", status=status))
    assert middleware(rf.get("/api/v1/projects")).status_code == told


@pytest.mark.parametrize("accepted", ["application/json", "text/html", "image/png", "nonsense"])
def test_the_documentation_is_a_page_whatever_the_client_accepts(accepted: str) -> None:
    response = Client().get("/api/v1/docs", headers={"Accept": accepted})
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("written", ["1", "x" * 36, "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1g", "{" + "0" * 34 + "}"])
def test_ids_that_are_none(ask: Asker, written: str) -> None:
    response = ask("GET", f"projects/{written}")
    assert (response.status_code, code_of(response)) == (400, "INVALID_UUID")
    assert set(details(response)) == {"project_id"}


def test_a_body_that_is_too_large(ask: Asker, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = ask("POST", "projects", {"name": "x" * 200})
    assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_browser_without_its_csrf_token(member: User, organization: Organization) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    response = Asker({}, client)("POST", "projects", {})
    assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
    assert response.json()["error"].startswith("The CSRF token is missing or wrong")
    assert Asker({}, client)("GET", "projects").status_code == 200, "what changes nothing needs none"


def test_what_is_not_there_is_said(ask: Asker, project: Project, batch: Batch) -> None:
    unknown = batch.pk
    assert ask("GET", f"projects/{unknown}").json()["error"] == "There is no such project, or you can't see it."
    assert ask("GET", f"projects/{project.pk}/versions/9").json()["error"] == "The project has no version 9."
    answer = ask("PUT", f"projects/{project.pk}/production-version", {"number": 9})
    assert (code_of(answer), details(answer)) == ("VALIDATION_ERROR", {"number": "The project has no version 9."})
    assert ask("GET", "nowhere").json()["error"] == "There is nothing at this address, or you can't see it."


def test_an_organization_that_cant_be_seen_is_named(ask: Asker, member: User) -> None:
    seen = browser(member)("GET", "projects", **{"X-Mino-Organization": "nowhere"})
    assert (seen.status_code, list(details(seen))) == (404, ["X-Mino-Organization"])
    assert "“nowhere”" in seen.json()["error"]
    other = ask("GET", "projects", **{"X-Mino-Organization": "nowhere"})
    assert other.status_code == 404
    assert "write “northlight” into it" in other.json()["error"]


def test_a_host_that_is_not_ours(ask: Asker) -> None:
    response = ask("GET", "projects", Host="evil.example")
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")


def raising(error: Exception) -> Callable[..., Any]:
    """A service that fails."""

    def fail(**values: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ZeroDivisionError("secret detail"), 500, "UNKNOWN_ERROR"),
        (OperationalError("secret detail"), 503, "DATABASE_ERROR"),
        (OSError("secret detail"), 503, "STORAGE_ERROR"),
    ],
)
def test_what_nobody_foresaw_shows_no_trace_and_is_logged(
    ask: Asker, monkeypatch: Any, caplog: Any, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr("projects.api.projects.project_create", raising(error))
    ask.client.raise_request_exception = False
    response = ask("POST", "projects", {"name": "Prices", "instructions": "Return the price of the product."})
    assert (response.status_code, code_of(response)) == (status, code)
    assert b"secret detail" not in response.content
    assert b"Traceback" not in response.content
    assert any(one.exc_info and "secret detail" in str(one.exc_info[1]) for one in caplog.records)


def test_limits_are_told(ask: Asker, monkeypatch: Any) -> None:
    full = QuotaExceeded("No more.", limits=Limits(3, 3))
    monkeypatch.setattr("projects.api.projects.project_create", raising(full))
    body = {"name": "Prices", "instructions": "Return the price of the product."}
    response = ask("POST", "projects", body)
    assert (response.status_code, code_of(response)) == (403, "QUOTA_EXCEEDED")
    assert response.json()["limits"] == {"current": 3, "maximum": 3, "reset": None}
    soon = timezone.now() + timedelta(seconds=30)
    busy = TooManyRequests("Too many.", limits=Limits(100, 100, soon), headers={"Retry-After": "30"})
    monkeypatch.setattr("projects.api.projects.project_create", raising(busy))
    response = ask("POST", "projects", body)
    assert (response.status_code, code_of(response)) == (429, "RATE_LIMIT_EXCEEDED")
    assert response["Retry-After"] == "30"


def test_which_organization_is_meant(member: User, organization: Organization, stranger: User) -> None:
    assert browser(member).get("projects")["data"] == []
    MembershipFactory(organization=Organization.objects.get(slug="elsewhere"), user=member)
    response = browser(member)("GET", "projects")
    assert code_of(response) == "MISSING_FIELD"
    assert set(details(response)) == {"X-Mino-Organization"}
    response = browser(member)("GET", "projects", X_Mino_Organization="nowhere")
    assert code_of(response) == "NOT_FOUND"


@pytest.mark.django_db
def test_who_is_in_no_organization_is_told_so() -> None:
    response = browser(UserFactory())("GET", "projects")
    assert (code_of(response), details(response)) == ("NOT_FOUND", {})
    assert "You are in no organization." in response.json()["error"]


@pytest.mark.parametrize("rule", ["requires_second_factor", "requires_own_sign_in"])
def test_an_organization_that_asks_for_more_says_so(member: User, organization: Organization, rule: str) -> None:
    Organization.objects.filter(pk=organization.pk).update(**{rule: True})
    for asker in (browser(member), browser(member, organization)):
        response = asker("GET", "projects")
        assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
        assert f"{organization.name} asks for" in response.json()["error"]
        assert "/sign-in/northlight/" in response.json()["error"]
    other = MembershipFactory(user=member).organization
    assert browser(member)("GET", "projects").status_code == 200
    assert browser(member, other)("GET", "projects").status_code == 200
    assert code_of(browser(member, organization)("GET", "projects")) == "FORBIDDEN"
    stranger = UserFactory()
    assert code_of(browser(stranger, organization)("GET", "projects")) == "NOT_FOUND"


def test_a_key_belongs_to_one_organization(ask: Asker, stranger: User) -> None:
    assert code_of(ask("GET", "projects", X_Mino_Organization="elsewhere")) == "NOT_FOUND"
    assert ask("GET", "projects", X_Mino_Organization="northlight").status_code == 200
