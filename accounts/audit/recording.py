"""Writes entries of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.audit.acting import acting
from accounts.audit.actions import ACTIONS
from accounts.audit.values import differences, text
from accounts.models import Act, AuditEntry, Channel, Organization, User
from accounts.permissions import Principal
from mino.common.tracing import bound_ids

LONGEST_NAME = 200


def record(
    action: str,
    subject: Model | None,
    *,
    organization: Organization | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: Principal | None = None,
    count: int | None = None,
) -> None:
    """Add an entry: to be called by a service, inside its transaction.

    `action` is one of `ACTIONS` (KeyError otherwise). `before` and `after` are values by their names; only what differs
    is kept, and an update of which nothing differs leaves no entry. `by` is who acts, if that is somebody else than who
    the request or task is from. `count` says how many objects a bulk operation was about. An id or a text that is
    secret by its name or its form is replaced, but hand none over.
    """
    _add(action, subject, organization, before, after, by, count)


def record_of_person(
    action: str,
    user: User,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: Principal | None = None,
) -> None:
    """Add an entry about a person's account (sign-ins, password, second factor) for each organization they are in."""
    organizations: list[Organization | None] = list(Organization.objects.visible_to(user))
    for organization in organizations or [None]:
        _add(action, user, organization, before, after, by, None)


def _add(
    action: str,
    subject: Model | None,
    organization: Organization | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    by: Principal | None,
    count: int | None,
) -> None:
    act = ACTIONS[action].act
    changes = differences(before, after)
    if act is Act.UPDATE and before and after and not changes:
        return
    now = acting()
    AuditEntry.objects.create(
        organization=organization,
        event=action,
        action=act,
        subject_kind=action.partition(".")[0],
        object_pk="" if subject is None else str(subject.pk),
        object_repr="" if subject is None else text(str(subject), LONGEST_NAME),
        changes=changes,
        count=count,
        remote_addr=now.address or None,
        user_agent=now.user_agent,
        timestamp=timezone.now(),
        **_ids(),
        **_who(by if by is not None else now.who(), now.channel),
    )


def _ids() -> dict[str, str]:
    ids = bound_ids()
    return {"cid": ids.get("request") or ids.get("task", "")}


def _who(principal: Principal | None, channel: Channel) -> dict[str, Any]:
    """The columns that say who acts: a person, or what has an `api_key`."""
    key = getattr(principal, "api_key", None)
    if key is not None:
        by_key = Channel.API if channel is Channel.PAGE else channel
        return {"channel": by_key, "api_key_id": key.pk, "api_key_text": text(str(key), LONGEST_NAME)}
    if isinstance(principal, User) and principal.pk:
        return {"channel": channel, "actor_id": principal.pk, "actor_email": principal.email}
    return {"channel": channel}
