"""What stands in for a user where a program asks."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from accounts.api_keys.scopes import OPEN_TO_ALL, PERMISSIONS, WHOLE_ORGANIZATION

if TYPE_CHECKING:
    from accounts.models import ApiKey

NO_KEY = "No API key may do this: it is for people who are signed in."


class ApiKeyPrincipal:
    """`request.user` behind an API key. It may what its scopes say, in its own organization, whoever created it.

    It is no User: what is kept about who did something has a place of its own for it (`accounts.authors`).
    """

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False

    def __init__(self, key: ApiKey) -> None:
        self.api_key = key
        self.pk = self.id = key.pk
        self.organization_id: uuid.UUID = key.organization_id
        self.scopes = frozenset(key.scopes)
        self._roles: dict[uuid.UUID, str] = {}  # it has none: see `accounts.permissions.roles_of`
        self._grants: dict[uuid.UUID, str] = {}
        self.project_ids: frozenset[uuid.UUID] | None = None  # all of them
        if key.project_ids is not None:
            self.project_ids = frozenset(uuid.UUID(one) for one in key.project_ids)

    def __str__(self) -> str:
        return f"API key {self.api_key.name}"

    @property
    def display_name(self) -> str:
        """What pages call it."""
        return str(self)

    def has_scope(self, scope: str) -> bool:
        """Whether it was given the scope."""
        return scope in self.scopes

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether scopes, organization and projects of the key give it `perm` on an Organization or a Project."""
        kind = obj._meta.label if obj is not None else ""
        if kind == "accounts.Organization" and perm.startswith("accounts."):
            if obj.pk != self.organization_id:
                return False
            return perm in OPEN_TO_ALL or (self.project_ids is None and self._has_any(WHOLE_ORGANIZATION.get(perm, ())))
        if kind == "projects.Project" and perm.startswith("projects."):
            if obj.organization_id != self.organization_id or not self.reaches(obj.pk):
                return False
            return perm in OPEN_TO_ALL or self._has_any(PERMISSIONS.get(perm, ()))
        return False

    def refusal_of(self, perm: str) -> str:
        """What the key lacks for `perm`, in a sentence: a scope, or the reach beyond its projects."""
        scopes = {**PERMISSIONS, **WHOLE_ORGANIZATION}.get(perm)
        if scopes is None:
            return NO_KEY
        if not self._has_any(scopes):
            return f"This API key does not have the scope {' or '.join(scopes)}. Ask an owner for one that has."
        if perm in WHOLE_ORGANIZATION:
            return "This API key is limited to projects: ask an owner for one that reaches the whole organization."
        return "This API key is limited to other projects. Ask an owner for one that reaches this one."

    def reaches(self, project_id: uuid.UUID) -> bool:
        """Whether a project of its organization is among those that it is limited to, if it is."""
        return self.project_ids is None or project_id in self.project_ids

    def _has_any(self, scopes: Any) -> bool:
        return not self.scopes.isdisjoint(scopes)
