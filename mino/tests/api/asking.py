"""Asks the API in tests, as a program with a key or as a signed-in browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.test import Client

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create
from accounts.models import Organization, User
from projects.models import Project

PREFIX = "/api/v1/"


class Asker:
    """Sends requests; bodies and answers are JSON."""

    def __init__(self, headers: dict[str, str], client: Client | None = None) -> None:
        self.headers = headers
        self.client = client or Client()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a request below /api/v1/."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        if self.is_form(body):
            content = {"data": body}
        send = getattr(self.client, method.lower())
        return send(PREFIX + path.removeprefix(PREFIX), headers={**self.headers, **given}, **content)

    @staticmethod
    def is_form(body: Any) -> bool:
        """Whether a body holds a file, so that it is sent as a form."""
        values = body.values() if isinstance(body, dict) else ()
        return any(isinstance(one, File) for value in values for one in (value if isinstance(value, list) else [value]))

    def get(self, path: str, **headers: str) -> Any:
        """What a GET answers. Fails unless it is 200."""
        response = self("GET", path, **headers)
        assert response.status_code == 200, response.content
        return response.json()


def new_key(
    organization: Organization, scopes: Iterable[str] = Scope.values, projects: list[Project] | None = None
) -> str:
    """The text of a new key of the organization."""
    project_ids = None if projects is None else [one.pk for one in projects]
    made = api_key_create(organization=organization, user=None, name="CI", scopes=list(scopes), project_ids=project_ids)
    return made.text


def program(organization: Organization, *scopes: str, projects: list[Project] | None = None) -> Asker:
    """A program with a key of these scopes (all of them if none is named)."""
    return Asker({"Authorization": f"Bearer {new_key(organization, scopes or Scope.values, projects)}"})


def browser(user: User, organization: Organization | None = None) -> Asker:
    """A browser in which the user is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Asker({"X-Mino-Organization": organization.slug} if organization else {}, client)


def code_of(response: Any) -> str:
    """The code of an error, whose form is checked besides."""
    body = response.json()
    assert response.status_code >= 400
    assert set(body) - {"limits"} == {"error", "code", "details", "documentation_url", "request_id"}, body
    assert body["error"]
    assert body["request_id"] == response["X-Request-ID"]
    assert body["documentation_url"].endswith(f"/help/errors/#api-{body['code'].lower()}")
    assert all(set(one) == {"path", "message"} for one in body["details"])
    return str(body["code"])
