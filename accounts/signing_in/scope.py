"""Which organizations a sign-in opens: the one place where that is decided.

A sign-in by password, passkey or a provider of the installation opens all organizations of the account, with two
exceptions that an organization's owner can make:

- It asks for a second factor. Then it opens only to accounts that have one, and to who signed in by its own provider,
  whose rules are the organization's own.
- It asks for a sign-in by its own provider. Then it opens only to that; to owners also with a second factor, so that a
  provider that is down or misconfigured locks nobody out for good; guests are from elsewhere and not asked.

A sign-in by an organization's own provider opens that organization and nothing else, neither other organizations nor
the account itself: who runs the provider could otherwise become anybody who is a member.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, Q

ONLY = "opens_only"
PROVED = "opened_by"


@dataclass(frozen=True, slots=True)
class SessionScope:
    """What a session may open. `only` is the provider (its id) that alone vouched for it, None after a full sign-in;
    `proved` are providers by which the same person signed in besides."""

    only: uuid.UUID | None = None
    proved: frozenset[uuid.UUID] = frozenset()


def scope_of(session: SessionBase) -> SessionScope:
    """What the session may open."""
    only = session.get(ONLY)
    proved = frozenset(uuid.UUID(one) for one in session.get(PROVED, []))
    return SessionScope(uuid.UUID(only) if only else None, proved)


def restrict(session: SessionBase, provider: uuid.UUID) -> None:
    """From now on the session opens what this provider opens, and nothing else."""
    session[ONLY] = str(provider)


def prove(session: SessionBase, provider: uuid.UUID) -> None:
    """Remember that who is signed in also signed in by this provider."""
    session[PROVED] = sorted({*session.get(PROVED, []), str(provider)})


def session_scope(user: Any) -> SessionScope | None:
    """The scope of the session in which the user acts; None for what acts without one (keys, workers, commands)."""
    scope: SessionScope | None = getattr(user, "session_scope", None)
    return scope


def known(user: Any) -> Q:
    """Those organizations of which the session may know that the user is in them."""
    scope = session_scope(user)
    return _by(scope.only) if scope and scope.only else Q()


def opened(user: Any) -> Q:
    """Those organizations of the user that the session opens."""
    scope = session_scope(user)
    if scope is None:
        return Q()
    if scope.only:
        return _by(scope.only)
    from accounts.models import Membership, Role
    from accounts.signing_in.second_factors import second_factors_of

    places = Membership.objects.filter(user=user.pk)
    has_factor = Q(Exists(second_factors_of(user.pk)))
    proved = _by(*scope.proved) if scope.proved else Q(pk__in=())
    owned = Q(pk__in=places.filter(role=Role.OWNER).values("organization"))
    guest = ~Q(pk__in=places.values("organization"))
    own_sign_in = Q(requires_own_sign_in=False) | proved | guest | (has_factor & owned)
    return own_sign_in & (Q(requires_second_factor=False) | proved | has_factor)


def opens_freely(user: Any, *, requires_own_sign_in: bool, requires_second_factor: bool) -> bool:
    """Whether the session opens an organization of the user's that has these rules, whatever the database says.

    It holds for nearly all, and saves every request a question; where it does not, `opened` decides.
    """
    scope = session_scope(user)
    return scope is None or not (scope.only or requires_own_sign_in or requires_second_factor)


def _by(*providers: uuid.UUID) -> Q:
    return Q(identity_provider__in=providers, identity_provider__is_enabled=True)
