"""Who may do what: the one table of roles and permissions.

A check is always `user.has_perm(name, object)` with an Organization (`accounts.*`) or a Project (`projects.*`);
`require` does it and refuses in words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.models.membership import Membership, Role
from accounts.models.organization import Organization
from accounts.signing_in.scope import opens_freely

VIEWER = frozenset({"accounts.view", "projects.view", "projects.view_results", "projects.export_data"})
MEMBER = VIEWER | {
    "accounts.create_project",
    "accounts.change_tags",
    "projects.change",
    "projects.run_execution",
    "projects.change_ground_truth",
}
ADMIN = MEMBER | {
    "accounts.manage_members",
    "accounts.change_roles",
    "accounts.manage_settings",
    "accounts.manage_credentials",
    "accounts.manage_webhooks",
    "accounts.view_audit",
    "accounts.view_usage",
    "accounts.view_api_keys",
    "projects.delete",
}
OWNER = ADMIN | {
    "accounts.manage_api_keys",
    "accounts.manage_sso",
    "accounts.manage_billing",
    "accounts.delete",
}
ROLE_PERMISSIONS: Mapping[str, frozenset[str]] = {
    Role.VIEWER: VIEWER,
    Role.MEMBER: MEMBER,
    Role.ADMIN: ADMIN,
    Role.OWNER: OWNER,
}
GRANT_PERMISSIONS: Mapping[str, frozenset[str]] = {
    "view": frozenset(name for name in VIEWER if name.startswith("projects.")),
    "work": frozenset(name for name in MEMBER if name.startswith("projects.")),
}
"""What a grant on one private project gives, whatever the role."""

SEES_PRIVATE = frozenset({Role.ADMIN, Role.OWNER})
"""The roles that see every private project of their organization."""


class Principal(Protocol):
    """Somebody or something that acts: a User, or what stands in for one."""

    pk: Any

    @property
    def is_authenticated(self) -> Any:
        """Whether it is known who acts."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether it may do `perm` with `obj`."""


def roles_of(user: Principal) -> Mapping[uuid.UUID, str]:
    """The user's role in each organization that their sign-in opens, asked once per user object."""
    cached: dict[uuid.UUID, str] | None = getattr(user, "_roles", None)
    if cached is None:
        cached = {}
        if user.is_authenticated:
            cached = _open_places(user)
        user._roles = cached  # type: ignore[attr-defined]
    return cached


def _open_places(user: Principal) -> dict[uuid.UUID, str]:
    """The roles. Asks for more than the places only where an organization has rules for signing in."""
    places = Membership.objects.filter(user=user.pk, organization__deleted_at=None).order_by()
    rules = ("organization__requires_own_sign_in", "organization__requires_second_factor")
    found = list(places.values_list("organization_id", "role", *rules))
    roles = {organization: role for organization, role, *_ in found}
    if all(opens_freely(user, requires_own_sign_in=own, requires_second_factor=second) for *_, own, second in found):
        return roles
    opened = Organization.objects.visible_to(user).order_by().values_list("pk", flat=True)
    return {organization: roles[organization] for organization in opened if organization in roles}


def roles_with(permission: str) -> frozenset[str]:
    """The roles that have a permission."""
    return frozenset(role for role, names in ROLE_PERMISSIONS.items() if permission in names)


def organizations_of(user: Principal) -> list[uuid.UUID]:
    """The organizations in which the user has a role; of an API key its own."""
    return [user.organization_id] if isinstance(user, ApiKeyPrincipal) else list(roles_of(user))


def forget_roles(user: Principal) -> None:
    """Ask the database again next time; called by what changes memberships or grants."""
    for name in ("_roles", "_grants"):
        if hasattr(user, name):
            delattr(user, name)


def require(user: Principal, permission: str, subject: Model) -> None:
    """Go on only if `user` has `permission` on `subject`. Raises PermissionDenied with a sentence."""
    if not user.has_perm(permission, subject):
        raise PermissionDenied(refusal_of(user, permission))
    required = _required.get()
    if required is not None:
        required.add((permission, subject._meta.label, str(subject.pk)))


Required = tuple[str, str, str]
"""A permission that was required and given: its name, and on what, by the label of the model and the id."""

_required: ContextVar[set[Required] | None] = ContextVar("required", default=None)


@contextmanager
def noting_required() -> Iterator[set[Required]]:
    """Collects what `require` lets pass within it."""
    noted: set[Required] = set()
    token = _required.set(noted)
    try:
        yield noted
    finally:
        _required.reset(token)


def refusal_of(user: Principal, permission: str) -> str:
    """Why somebody may not do it, in a sentence: people by their role, API keys by what they were given."""
    if isinstance(user, ApiKeyPrincipal):
        return user.refusal_of(permission)
    return REFUSALS.get(permission, "Your role does not allow this. Ask an admin or an owner.")


REFUSALS: Mapping[str, str] = {
    "accounts.create_project": "Viewers can't create projects. Ask an admin to make you a member.",
    "accounts.manage_members": "Only admins and owners decide who is in, and who sees what. Ask one of them.",
    "accounts.change_roles": "Only admins and owners change roles. Ask one of them.",
    "accounts.manage_settings": "Only admins and owners change the settings. Ask one of them.",
    "accounts.delete": "Only owners hand an organization over or delete it. Ask one of them.",
    "accounts.manage_credentials": "Only admins and owners see and change agents' keys. Ask one of them.",
    "accounts.view_usage": "Only admins and owners see the usage. Ask one of them.",
    "accounts.manage_billing": "Only owners ask for another plan. Ask one of them.",
    "accounts.view_audit": "Only admins and owners read the audit trail. Ask one of them.",
    "accounts.manage_api_keys": "Only owners create and revoke API keys. Ask one of them.",
    "accounts.view_api_keys": "Only admins and owners see API keys. Ask one of them.",
    "accounts.manage_webhooks": "Only admins and owners see and change webhooks. Ask one of them.",
    "accounts.manage_sso": "Only owners decide how people sign in. Ask one of them.",
    "accounts.change_tags": "Viewers can't change tags. Ask an admin to make you a member.",
    "projects.change": "Viewers can't change a project. Ask an admin to make you a member.",
    "projects.run_execution": "Viewers can't run executions. Ask an admin to make you a member.",
    "projects.change_ground_truth": "Viewers can't change the truth. Ask an admin to make you a member.",
    "projects.delete": "Only admins and owners can delete. Ask one of them.",
}
