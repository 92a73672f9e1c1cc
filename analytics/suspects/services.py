"""What people do about suspects: correct the truth, dismiss them, or take that back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields
from accounts.permissions import Principal, require
from analytics.models import Suspect, SuspectState
from mino.common.errors import InvalidState
from projects.services.truth import TruthSet, truth_set
from projects.services.truth_cells import CellChange

CHANGE = "projects.change_ground_truth"


def suspect_correct(*, suspect: Suspect, user: Principal, seen: str) -> TruthSet:
    """Make what the results agree on the truth; stored results are scored anew.

    Raises InvalidState where the suspect or its truth is not as it was seen any more, or PermissionDenied.
    """
    require(user, CHANGE, suspect.project)
    with transaction.atomic():
        # The change judges the row anew, and thereby closes the suspect.
        reason = f"{suspect.support} independent results agree"
        change = CellChange(suspect.row_id, suspect.column, _value_seen(suspect, seen), suspect.truth)
        done = truth_set(batch=suspect.batch, changes=[change], user=user, reason=reason)
        Suspect.objects.filter(pk=suspect.pk).update(
            state=SuspectState.CORRECTED, **author_fields(user, "decided_by"), decided_at=timezone.now()
        )
        _record(suspect, SuspectState.CORRECTED, user)
    return done


def suspect_dismiss(*, suspect: Suspect, user: Principal, seen: str) -> None:
    """Say that the truth is right; it is suspect again only when other results agree. Again changes nothing."""
    require(user, CHANGE, suspect.project)
    _value_seen(suspect, seen)
    found = Suspect.objects.filter(pk=suspect.pk, value=suspect.value, truth=suspect.truth)
    with transaction.atomic():
        moved = found.filter(state=SuspectState.OPEN).update(
            state=SuspectState.DISMISSED, **author_fields(user, "decided_by"), decided_at=timezone.now()
        )
        if moved:
            _record(suspect, SuspectState.DISMISSED, user)
    if not moved and not found.filter(state=SuspectState.DISMISSED).exists():
        raise InvalidState("This suspect was settled a moment ago.")


def suspect_reopen(*, suspect: Suspect, user: Principal) -> None:
    """Take a dismissal back. Again changes nothing. Raises InvalidState where the truth was corrected."""
    require(user, CHANGE, suspect.project)
    found = Suspect.objects.filter(pk=suspect.pk)
    dismissed = found.filter(state=SuspectState.DISMISSED)
    with transaction.atomic():
        moved = dismissed.update(state=SuspectState.OPEN, decided_by=None, api_key=None, decided_at=None)
        if moved:
            _record(suspect, SuspectState.OPEN, user)
    if not moved and not found.filter(state=SuspectState.OPEN).exists():
        raise InvalidState("This truth was corrected. Take the change back on the page of its row.")


def _record(suspect: Suspect, state: SuspectState, user: Principal) -> None:
    action = "reopened" if state is SuspectState.OPEN else state.value
    cell = f"{suspect.column}, row {suspect.row.position}"
    record(
        f"suspect.{action}",
        suspect.batch,
        organization=suspect.organization_id,
        after={cell: state, "truth": suspect.truth, "results_say": suspect.value},
        by=user,
    )


def _value_seen(suspect: Suspect, seen: str) -> str:
    if suspect.value != seen:
        raise InvalidState("Other results came meanwhile. Look at the suspect again, then decide.")
    return suspect.value
