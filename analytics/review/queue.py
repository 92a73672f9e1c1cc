"""The queue of an execution's disagreements: suspects in the truth first, strongest first, then the lowest scores."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from accounts.authors import person_of
from accounts.permissions import Principal
from analytics.models import ReviewDecision, ReviewReservation, Suspect, SuspectState
from analytics.review.shapes import Shaped
from executions.models import Execution, FieldResult
from mino.common.pagination import beyond

DISAGREEMENTS = ("wrong", "missed", "invented")
REASONS = ("type_mismatch", "partial_match", "value_mismatch")
SUSPECT_KEYS = ("support", "share", "last_seen", "id")
CELL_KEYS = ("score", "id")
SALT = "mino.review"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which disagreements are asked for; an empty word asks for all."""

    column: str = ""
    outcome: str = ""
    reason: str = ""
    shaped: Shaped | None = None

    @classmethod
    def of(cls, query: QueryDict, columns: Sequence[str], shaped: Shaped | None = None) -> Filter:
        """What an address asks for; words that mean nothing, and a shape in another column, are left out."""
        column, outcome, reason = (query.get(name, "") for name in ("column", "outcome", "reason"))
        column = column if column in columns else ""
        if shaped and shaped.column and column not in ("", shaped.column):
            shaped = None
        return cls(
            shaped.column if shaped and shaped.column else column,
            outcome if outcome in DISAGREEMENTS else "",
            reason if reason in REASONS else "",
            shaped,
        )

    @property
    def words(self) -> Mapping[str, str]:
        """The filter as an address carries it."""
        pattern = self.shaped.pattern if self.shaped else ""
        given = {"column": self.column, "outcome": self.outcome, "reason": self.reason, "pattern": pattern}
        return {name: value for name, value in given.items() if value}

    @property
    def conditions(self) -> Mapping[str, Any]:
        """The fields of cells, and of decisions about them, that are narrowed."""
        fields: dict[str, Any] = {name: value for name, value in self.words.items() if name != "pattern"}
        if self.shaped is None:
            return fields
        of_column = {"column": self.shaped.column} if self.shaped.column else {}
        return {**fields, **of_column, "job__position__in": self.shaped.positions}


@dataclass(frozen=True, slots=True)
class Found:
    """A cell of the queue, and where it stands in it, as an address carries it."""

    cell: FieldResult
    place: str


class Queue:
    """The cells of an execution that wait for `user`: disagreements that nobody decided or looks at."""

    def __init__(self, execution: Execution, user: Principal, narrowed: Filter) -> None:
        self._execution = execution
        self._user = user
        self._narrowed = narrowed

    def first(self) -> Found | None:
        """The worst one."""
        return self._suspect(None, ascending=False) or self._cell(None, ascending=False)

    def after(self, place: str) -> Found | None:
        """The next one behind a place, from the beginning where nothing follows."""
        keys, bound = read_place(place)
        found = None
        if keys == SUSPECT_KEYS:
            found = self._suspect(bound, ascending=False) or self._cell(None, ascending=False)
        elif keys:
            found = self._cell(bound, ascending=False)
        return found or self.first()

    def before(self, place: str) -> Found | None:
        """The one before a place, the place's own cell left out."""
        keys, bound = read_place(place)
        if keys == SUSPECT_KEYS:
            return self._suspect(bound, ascending=True)
        if keys:
            return self._cell(bound, ascending=True) or self._suspect(None, ascending=True)
        return self.first()

    def waiting(self) -> QuerySet[FieldResult]:
        """All of them, in no order."""
        cells: QuerySet[FieldResult] = FieldResult.objects.current().filter(
            execution=self._execution, outcome__in=DISAGREEMENTS, score__isnull=False, **self._narrowed.conditions
        )
        return cells.filter(~Exists(_decided()), ~Exists(self._reserved()))

    def _suspect(self, bound: Sequence[Any] | None, *, ascending: bool) -> Found | None:
        """From the suspects of the batch in their order: each is looked for among this execution's cells."""
        cell = self.waiting().filter(job__row=OuterRef("row"), column=OuterRef("column"))
        suspects = Suspect.objects.filter(batch=self._execution.batch_id, state=SuspectState.OPEN)
        found = suspects.annotate(cell=Subquery(cell.values("pk")[:1])).filter(cell__isnull=False)
        if bound:
            found = found.filter(beyond(SUSPECT_KEYS, bound, ascending=ascending))
        suspect = found.order_by(*_order(SUSPECT_KEYS, ascending=ascending)).first()
        return Found(_loaded(getattr(suspect, "cell")), place_of(SUSPECT_KEYS, suspect)) if suspect else None  # noqa: B009

    def _cell(self, bound: Sequence[Any] | None, *, ascending: bool) -> Found | None:
        """From the cells that are no suspects, by the index on their score: lowest first, so the other way round."""
        cells = self.waiting().filter(~Exists(_suspects()))
        if bound:
            cells = cells.filter(beyond(CELL_KEYS, bound, ascending=not ascending))
        cell = cells.order_by(*_order(CELL_KEYS, ascending=not ascending)).only("pk", "score").first()
        return Found(_loaded(cell.pk), place_of(CELL_KEYS, cell)) if cell else None

    def _reserved(self) -> QuerySet[ReviewReservation]:
        same = ReviewReservation.objects.filter(row=OuterRef("job__row"), column=OuterRef("column"))
        held = same.filter(expires_at__gt=timezone.now())
        person = person_of(self._user)
        return held.exclude(user=person) if person else held


def place_of_cell(cell: FieldResult) -> str:
    """Where a cell stands in the queue."""
    suspect = Suspect.objects.filter(row=cell.job.row_id, column=cell.column, state=SuspectState.OPEN).first()
    return place_of(SUSPECT_KEYS, suspect) if suspect else place_of(CELL_KEYS, cell)


def place_of(keys: Sequence[str], item: Suspect | FieldResult) -> str:
    """The place of something in the order of `keys`, signed."""
    place: str = signing.dumps([str(getattr(item, key)) for key in keys], salt=SALT, compress=True)
    return place


def read_place(place: str) -> tuple[Sequence[str], Sequence[str]]:
    """The keys of a place and their values, none for what is no place."""
    try:
        values = signing.loads(place, salt=SALT)
    except signing.BadSignature:
        return (), ()
    return (SUSPECT_KEYS if len(values) == len(SUSPECT_KEYS) else CELL_KEYS), values


def is_decided(cell: FieldResult) -> bool:
    """Whether somebody has decided about the cell as it is: the same answer, the same truth."""
    same = ReviewDecision.objects.filter(job=cell.job_id, column=cell.column, undone_at__isnull=True)
    return same.filter(after=cell.expected or "").exists()


def _decided() -> QuerySet[ReviewDecision]:
    same = ReviewDecision.objects.filter(job=OuterRef("job"), column=OuterRef("column"), undone_at__isnull=True)
    return same.filter(after=Coalesce(OuterRef("expected"), Value("")))


def _suspects() -> QuerySet[Suspect]:
    return Suspect.objects.filter(row=OuterRef("job__row"), column=OuterRef("column"), state=SuspectState.OPEN)


def _order(keys: Sequence[str], *, ascending: bool) -> list[str]:
    return [key if ascending else f"-{key}" for key in keys]


def _loaded(cell_id: uuid.UUID) -> FieldResult:
    related = ("execution", "execution__instruction_version", "job__row", "job__batch__project", "job__project")
    found: FieldResult = FieldResult.objects.select_related(*related).get(pk=cell_id)
    return found


def find_cell(execution: Execution, cell_id: uuid.UUID) -> FieldResult | None:
    """A cell of the execution that is shown today."""
    shown = FieldResult.objects.current().filter(Q(pk=cell_id), execution=execution)
    return _loaded(cell_id) if shown.exists() else None
