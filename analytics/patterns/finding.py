"""Finds the patterns of an execution in the table of its results."""

from __future__ import annotations

import numpy as np

from analytics.models.failure_pattern import PatternKind
from analytics.patterns.attributes import attribute_findings, column_count, measures
from analytics.patterns.findings import LEAST_JOBS, Count, Finding, Findings, Identity
from analytics.patterns.table import UNKNOWN, Attribute, FailureKey, Table

MOST_PATTERNS = 300
"""Only the heaviest patterns of an execution are kept."""


def find_patterns(table: Table) -> Findings:
    """All patterns, the heaviest first."""
    compared, tests = attribute_findings(table)
    found = [*_failures(table), *_errors(table), *compared]
    found.sort(key=lambda one: (-one.weight, one.identity))
    return Findings(found[:MOST_PATTERNS], tests)


def _failures(table: Table) -> list[Finding]:
    """How cells fail, and what wrong values look like."""
    graded = (table.cells != UNKNOWN).sum(axis=0) if len(table.positions) else []
    return [
        Finding(
            _identity(table, key),
            Count(len(places), int(graded[key.column])),
            np.asarray(places, dtype=np.int32),
            len(places),
            details=table.common_details(key),
        )
        for key, places in table.failures.items()
        if len(places) >= LEAST_JOBS
    ]


def _identity(table: Table, key: FailureKey) -> Identity:
    kind = PatternKind.SHAPE if key.shape else PatternKind.TYPE
    return Identity(kind, table.columns[key.column], key.type, key.shape or "", key.value)


def _errors(table: Table) -> list[Finding]:
    """Errors that are frequent."""
    codes = table.errors.array
    found = []
    for number, code in enumerate(table.errors.values):
        places = np.flatnonzero(codes == number).astype(np.int32)
        if len(places) >= LEAST_JOBS:
            identity = Identity(PatternKind.ERROR, "", code, "", "")
            found.append(Finding(identity, Count(len(places), len(codes)), places, len(places)))
    return found


def count_of(table: Table, identity: Identity) -> Count:
    """How often a pattern of another execution occurs in this one; nothing of nothing where it can't."""
    if identity.kind == PatternKind.ERROR and not identity.key:
        codes = table.errors.array
        number = table.errors.known.get(identity.failing, UNKNOWN - 1)
        return Count(int((codes == number).sum()), len(codes))
    if identity.column and identity.column not in table.columns:
        return Count(0, 0)
    if identity.kind in (PatternKind.TYPE, PatternKind.SHAPE):
        place = table.columns.index(identity.column)
        places = next((ids for key, ids in table.failures.items() if _identity(table, key) == identity), ())
        return Count(len(places), int((table.cells[:, place] != UNKNOWN).sum()))
    if identity.key == Attribute.COLUMN:
        return column_count(table, table.columns.index(identity.column))
    return _count_inside(table, identity)


def _count_inside(table: Table, identity: Identity) -> Count:
    names = table.attributes[Attribute(identity.key)]
    codes, number = names.array, names.known.get(identity.value)
    if number is None:
        return Count(0, 0)
    if identity.kind == PatternKind.ERROR:
        known = table.errors.known.get(identity.failing, UNKNOWN - 1)
        marks = (table.errors.array == known).astype(np.int8)
    else:
        same = (one for one in measures(table) if (one.failing, one.column) == (identity.failing, identity.column))
        marks = next(same).marks
    inside, outside = (codes == number) & (marks >= 0), (codes >= 0) & (codes != number) & (marks >= 0)
    failing = marks == 1
    return Count(*(int(part.sum()) for part in (inside & failing, inside, outside & failing, outside)))
