"""An owner asks for another plan; staff decide. There are no payments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.limits.mails import decision_mail, request_mail
from accounts.members.holding import organization_held, required_now
from accounts.models import Organization, Plan, PlanRequest, PlanRequestState, User
from accounts.permissions import require
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState
from mino.common.values.clean import clean_text

LONGEST_MESSAGE = 2000
BILLING = "accounts.manage_billing"


def plan_request_create(*, organization: Organization, plan: str, message: str, user: User) -> PlanRequest:
    """Ask for another plan: recorded, and mailed to staff.

    Raises InvalidInput (no such plan, the one it has, a message that is too long), AlreadyExists while a request is
    open, or PermissionDenied.
    """
    require(user, BILLING, organization)
    text = clean_text(message).strip()
    if plan not in Plan.values or plan == organization.plan:
        wrong = f"Choose a plan other than {organization.get_plan_display()}."
        raise InvalidInput(wrong, details=[Detail("plan", wrong)])
    if len(text) > LONGEST_MESSAGE:
        wrong = f"The message has {len(text):,} characters; {LONGEST_MESSAGE:,} are the most."
        raise InvalidInput(wrong, details=[Detail("message", wrong)])
    plan_request = PlanRequest(
        organization=organization,
        plan=plan,
        plan_before=organization.plan,
        message=text,
        requested_by=user,
        created_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            required_now(user, BILLING, organization_held(organization))
            plan_request.save(force_insert=True)
            after = {"plan": plan, "message": text}
            record("organization.plan_requested", organization, organization=organization, after=after, by=user)
            transaction.on_commit(lambda: request_mail(plan_request), robust=True)
    except IntegrityError:
        raise AlreadyExists("You have asked for a plan already. Wait for the answer, or withdraw it first.") from None
    return plan_request


def plan_request_withdraw(plan_request: PlanRequest, *, user: User) -> None:
    """Take an open request back; again changes nothing. Raises InvalidState once it is decided, or PermissionDenied."""
    with transaction.atomic():
        required_now(user, BILLING, organization_held(plan_request.organization))
        _end(plan_request, PlanRequestState.WITHDRAWN, user)


def plan_request_decide(plan_request: PlanRequest, *, is_granted: bool, user: User) -> None:
    """Give the organization the plan, or not; who asked is told by mail. For staff. Again changes nothing.

    Raises InvalidState when it is not open any more.
    """
    state = PlanRequestState.GRANTED if is_granted else PlanRequestState.DECLINED
    with transaction.atomic():
        organization = Organization.objects.select_for_update(no_key=True).get(pk=plan_request.organization_id)
        if not _end(plan_request, state, user):
            return
        if is_granted:
            before, organization.plan = organization.plan, plan_request.plan
            organization.save(update_fields=["plan", "updated_at"])
            limits_changed(organization, {"plan": before})
        transaction.on_commit(lambda: decision_mail(plan_request), robust=True)


def limits_changed(organization: Organization, before: Mapping[str, Any]) -> None:
    """Tell the audit trail that staff changed the plan, or agreed on other limits; `before` is what was."""
    for action, names in (
        ("organization.plan_changed", ["plan"]),
        ("organization.quota_changed", ["max_projects", "max_executions_a_month", "max_requests_an_hour"]),
    ):
        was = {name: before[name] for name in names if name in before}
        if was:
            now = {name: getattr(organization, name) for name in was}
            record(action, organization, organization=organization, before=was, after=now)


def _end(plan_request: PlanRequest, state: PlanRequestState, user: User) -> bool:
    """Bring an open request to its end. Answers whether that changed anything."""
    with transaction.atomic():
        is_open = PlanRequest.objects.filter(pk=plan_request.pk, state=PlanRequestState.OPEN)
        if is_open.update(state=state, decided_by=user, decided_at=timezone.now()):
            plan_request.refresh_from_db()
            if state != PlanRequestState.GRANTED:
                action = f"organization.plan_request_{state}"
                record(
                    action,
                    plan_request.organization,
                    organization=plan_request.organization,
                    after={"plan": plan_request.plan},
                    by=user,
                )
            return True
        plan_request.refresh_from_db()
        if plan_request.state == state:
            return False
        raise InvalidState(f"This request was {plan_request.get_state_display().lower()} already.")
