"""Narrows the list of a project's patterns by what the address asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict

from analytics.models import FailurePattern, PatternKind, PatternOccurrence, PatternState
from mino.common.values.clean import clean_text
from projects.models import InstructionVersion, Project

MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class PatternAsk:
    """What is asked for; empty is all, but of states the open ones."""

    state: str = PatternState.OPEN
    kind: str = ""
    column: str = ""
    version: int | None = None

    @classmethod
    def of_query(cls, query: QueryDict) -> PatternAsk:
        """Read an address; what can't be meant is left out."""
        state, kind = query.get("state", ""), query.get("kind", "")
        version = query.get("version", "")
        is_number = version.isascii() and version.isdecimal() and len(version) < 10
        return cls(
            state=state if state in PatternState.values else PatternState.OPEN,
            kind=kind if kind in PatternKind.values else "",
            column=clean_text(query.get("column", ""))[:200],
            version=int(version) if is_number else None,
        )

    def filter(self, patterns: QuerySet[FailurePattern]) -> QuerySet[FailurePattern]:
        """The patterns that are asked for."""
        found = patterns.filter(state=self.state)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.column:
            found = found.filter(column=self.column)
        if self.version is not None:
            found = seen_with(found, self.version)
        return found


def seen_with(patterns: QuerySet[FailurePattern], version: int) -> QuerySet[FailurePattern]:
    """Those of the patterns of one project that an execution of an instruction version, by its number, showed.

    The version is looked up first: PostgreSQL knows how many executions one has, but not how many a number has.
    """
    project = patterns.order_by().values("project")[:1]
    versions = list(InstructionVersion.objects.filter(project__in=project, number=version).values_list("pk", flat=True))
    seen = PatternOccurrence.objects.filter(pattern=OuterRef("pk"), is_found=True)
    return patterns.filter(Exists(seen.filter(execution__instruction_version__in=versions)))


def choices_of(project: Project) -> dict[str, Any]:
    """What the list can be narrowed to."""
    columns = FailurePattern.objects.filter(project=project).exclude(column="").values_list("column", flat=True)
    return {
        "states": PatternState.choices,
        "kinds": PatternKind.choices,
        "columns": list(columns.distinct().order_by("column")[:MOST_CHOICES]),
        "versions": range(project.last_version_number, max(0, project.last_version_number - MOST_CHOICES), -1),
    }
