"""Who asks: people of every role that matters here, a program, and nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.test import Client

from accounts.models import Organization, Role, User
from mino.tests.api.asking import new_key
from mino.tests.subjects import Subjects

MEMBER, VIEWER, STRANGER, OWNER, PROGRAM, NOBODY = "member", "viewer", "stranger", "owner", "program", "nobody"
ALL: Final = (OWNER, MEMBER, VIEWER, STRANGER, PROGRAM, NOBODY)
"""The owner is the one who reaches every operation for people; the program has a key with all scopes."""
OUTSIDERS: Final = (STRANGER, NOBODY)
TOKEN: Final = "c" * 32


@dataclass(frozen=True)
class Asker:
    """What a request carries that says who asks."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_outside(self) -> bool:
        """Whether nothing of the organization may reach them."""
        return self.name in OUTSIDERS


def asker(name: str, subjects: Subjects, organization: Organization) -> Asker:
    """The asker of this name, as one of the organization of the subjects or outside of it."""
    if name == NOBODY:
        return Asker(name)
    if name == PROGRAM:
        return Asker(name, {"Authorization": f"Bearer {new_key(organization)}"})
    return _signed_in(name, subjects.stranger if name == STRANGER else subjects.people[Role(name)])


def _signed_in(name: str, user: User) -> Asker:
    """A browser with its CSRF token. The header says again what the cookies say, where the library looks for it."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: TOKEN}
    header = "; ".join(f"{one}={value}" for one, value in cookies.items())
    return Asker(name, {"Cookie": header, "X-CSRFToken": TOKEN}, cookies)
