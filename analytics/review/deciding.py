"""Decisions of reviewers: each is kept, and those that concern the truth change it, so that results are scored anew."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields, person_of
from accounts.permissions import Principal, require
from analytics.models import Decision, ReviewDecision, Suspect, SuspectState
from analytics.review.queue import DISAGREEMENTS, find_cell, is_decided
from analytics.review.reserving import cell_reserve, holder_of
from analytics.suspects.agreeing import says_the_same
from executions.evaluation.accepting import truth_of_answer
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.values import as_text
from executions.models import Execution, FieldResult
from executions.services.accepting import answer_accept
from mino.common.errors import InvalidInput, InvalidState
from mino.common.values.columns import ColumnRole, ColumnType
from projects.models import TruthRevision
from projects.services.alternatives import alternative_add
from projects.services.truth import TruthSet, lock_batch, truth_restore, truth_set
from projects.services.truth_cells import CellChange

CHANGE = "projects.change_ground_truth"
MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer says: the truth that they saw, the new one where it is edited, a note, whether to forget it."""

    decision: Decision
    seen: str
    value: str = ""
    note: str = ""
    forget: bool = False


def cell_decide(*, cell: FieldResult, said: Said, user: Principal) -> ReviewDecision:
    """Decide about a cell; its reservation is taken, or kept. Programs reserve nothing.

    Raises InvalidState where somebody else looks at it, has decided about it, or changed its truth meanwhile,
    InvalidInput for a value or note that can't be used, or PermissionDenied.
    """
    require(user, CHANGE, cell.job.project)
    if len(said.note) > MAX_NOTE:
        raise InvalidInput(f"Write at most {MAX_NOTE} characters as the reason: there are {len(said.note)}.")
    with transaction.atomic():
        lock_batch(cell.job.batch)  # of two who decide at once, the second sees what the first said
        if not _is_free(cell, user):
            holder = holder_of(cell)
            raise InvalidState(f"{holder.user.display_name if holder else 'Somebody else'} looks at this cell now.")
        current = find_cell(cell.execution, cell.pk)  # as it is now: its truth may have changed before the lock
        if current is None or current.outcome not in DISAGREEMENTS or is_decided(current):
            raise InvalidState("This cell was settled a moment ago. Go on to the next one.")
        done = _change(current, said, user)
        kept = _keep(current, said, user, done.revisions[0] if done and done.revisions else None)
        _record("review.decided", kept, current.execution, user)
        return kept


def _is_free(cell: FieldResult, user: Principal) -> bool:
    """Whether nobody else looks at the cell; a person reserves it thereby."""
    person = person_of(user)
    return holder_of(cell) is None if person is None else cell_reserve(cell, person) is not None


def decision_undo(*, execution: Execution, user: Principal) -> ReviewDecision:
    """Take back what the user decided last in an execution, with the change of the truth that it made.

    Raises InvalidState where there is nothing to undo, or the truth was changed again since, or PermissionDenied.
    """
    require(user, CHANGE, execution.project)
    mine = ReviewDecision.objects.filter(execution=execution, **author_fields(user, "user"), undone_at__isnull=True)
    with transaction.atomic():
        last = mine.select_related("revision__batch__project", "job").order_by("-created_at", "-id").first()
        if last is None or not mine.filter(pk=last.pk).update(undone_at=timezone.now()):
            raise InvalidState("You have decided nothing here that could be undone.")
        if last.revision is not None:
            truth_restore(revision=last.revision, user=user, reason="Undone in review", seen=last.revision.after)
        elif last.decision == Decision.AGENT_WRONG:
            dismissed = Suspect.objects.filter(row=last.row_id, column=last.column, state=SuspectState.DISMISSED)
            dismissed.filter(**author_fields(user, "decided_by"), decided_at=last.created_at).update(
                state=SuspectState.OPEN, decided_by=None, api_key=None, decided_at=None
            )
        _record("review.undone", last, execution, user)
    return last


def _record(action: str, kept: ReviewDecision, execution: Execution, user: Principal) -> None:
    shown = {"row": kept.job.row_position, "column": kept.column, "decision": kept.decision, "note": kept.note or None}
    before, after = (shown, None) if action == "review.undone" else (None, shown)
    record(action, execution, organization=execution.organization_id, before=before, after=after, by=user)


def _change(cell: FieldResult, said: Said, user: Principal) -> TruthSet | None:
    """Change the truth as the decision says; None where it says that the truth stays."""
    job, note = cell.job, said.note
    if said.decision is Decision.TRUTH_WRONG:
        return answer_accept(job=job, column=cell.column, user=user, reason=note, seen=said.seen)
    if said.decision is Decision.BOTH:
        reason = note or f"Also right: the answer of execution {cell.execution.number}"
        value = _answer(cell)
        return alternative_add(
            batch=job.batch,
            row_id=job.row_id,
            column=cell.column,
            value=value,
            user=user,
            reason=reason,
            seen=said.seen or None,
        )
    if said.decision is Decision.AGENT_WRONG or not (said.decision is Decision.EDITED or said.forget):
        _refuse_outdated(cell, said)
        return None
    value = said.value if said.decision is Decision.EDITED else ""
    reason = note or ("Edited in review" if said.decision is Decision.EDITED else "The site has changed")
    change = CellChange(job.row_id, cell.column, value, said.seen)
    return truth_set(batch=job.batch, changes=[change], user=user, reason=reason)


def _answer(cell: FieldResult) -> str:
    """The answer as one accepted value. Raises InvalidInput where it can't be written as one."""
    value = as_text((cell.job.result or {}).get(cell.column))
    if not value or not value.strip():
        raise InvalidInput(f"The answer in {cell.column} is no single value. Edit the truth by hand.")
    return value


def _refuse_outdated(cell: FieldResult, said: Said) -> None:
    if _truth(cell) != said.seen:
        raise InvalidState("Somebody changed this truth meanwhile. Look at it again, then decide.")


def _truth(cell: FieldResult) -> str:
    """What the cell of truth held when the cell was read; empty: not known."""
    return str(cell.job.row.truth.get(cell.column) or "")


def _keep(cell: FieldResult, said: Said, user: Principal, revision: TruthRevision | None) -> ReviewDecision:
    """Keep the decision about a cell, given as it was before. Settles what results say against it, too."""
    after = (revision.after or "") if revision else _truth(cell)
    verdict = (
        FieldResult.objects.current().filter(job=cell.job_id, column=cell.column).values_list("outcome", flat=True)
    )
    now = timezone.now()
    if said.decision is Decision.AGENT_WRONG:
        Suspect.objects.filter(pk__in=_refuted(cell)).update(
            state=SuspectState.DISMISSED, **author_fields(user, "decided_by"), decided_at=now
        )
    return ReviewDecision.objects.create(
        execution_id=cell.execution_id,
        job=cell.job,
        row_id=cell.job.row_id,
        column=cell.column,
        decision=said.decision,
        outcome=cell.outcome,
        reason=cell.reason,
        before=said.seen,
        after=after,
        note=said.note,
        is_settled=not set(verdict) & set(DISAGREEMENTS),
        revision=revision,
        **author_fields(user, "user"),
        created_at=now,
    )


def _refuted(cell: FieldResult) -> list[uuid.UUID]:
    """The open suspect of the cell, if the results that agree say what this answer says; of others nothing was said."""
    column = cell.job.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=cell.column).first()
    if column is None:
        return []
    spec = ColumnSpec(column.name, ColumnType(column.type), column.matching)
    answered = truth_of_answer(spec, (cell.job.result or {}).get(cell.column))
    suspects = Suspect.objects.filter(row=cell.job.row_id, column=cell.column, state=SuspectState.OPEN)
    return [one.pk for one in suspects if answered and says_the_same(spec, one.value, answered)]
