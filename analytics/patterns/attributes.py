"""Where it fails: the share that fails inside a group against the share outside, for every group that is large enough.

docs/patterns.md says what is tested and how chance is kept out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.models.failure_pattern import PatternKind
from analytics.patterns.findings import CELL, LEAST_JOBS, ROW, Count, Finding, Identity, Q
from analytics.patterns.table import FAILED, PASSED, UNKNOWN, Attribute, Codes, Marks, Table
from analytics.statistics.benjamini_hochberg import benjamini_hochberg
from analytics.statistics.fisher import fisher_more
from analytics.statistics.lift import Clusters, Lift, lift_of

LEAST_SITES = 10
"""With fewer sites in all, rows count as independent."""
LEAST_SITES_INSIDE = 3
"""A group of fewer sites is no group of sites: the sites themselves are the pattern."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What may fail: `marks` says of each job whether it does (1), does not (0), or does not count (-1)."""

    kind: PatternKind
    failing: str
    column: str
    marks: Marks
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A value of an attribute whose failing share is to be compared."""

    measure: Measure
    attribute: Attribute
    value: int
    count: Count


ALL = (Attribute.DOMAIN, Attribute.STEPS, Attribute.LANGUAGE, Attribute.METADATA)
OF_ERRORS = (Attribute.DOMAIN, Attribute.STEPS)
"""Whoever ends in an error tells nothing of the page."""


def measures(table: Table) -> Iterator[Measure]:
    """Rows that fail, cells of each column, and each error that is frequent enough."""
    states = np.asarray(table.states, dtype=np.int8)
    rows = np.select([states == FAILED, states == PASSED], [1, 0], default=UNKNOWN).astype(np.int8)
    yield Measure(PatternKind.ATTRIBUTE, ROW, "", rows, ALL)
    for place, column in enumerate(table.columns):
        yield Measure(PatternKind.ATTRIBUTE, CELL, column, table.cells[:, place], ALL)
    codes = table.errors.array
    for number, code in enumerate(table.errors.values):
        marks = (codes == number).astype(np.int8)
        if marks.sum() >= LEAST_JOBS:
            yield Measure(PatternKind.ERROR, code, "", marks, OF_ERRORS)


def attribute_findings(table: Table) -> tuple[list[Finding], int]:
    """The groups that fail more often than chance explains, and how many were compared."""
    if not len(table.positions):
        return [], 0
    sites = table.attributes[Attribute.DOMAIN].array
    tested, found = 0, list[tuple[Group, Lift, float]]()
    for measure in measures(table):
        for attribute in measure.attributes:
            groups, compared = _groups(table, measure, attribute, sites)
            tested += compared
            found += [(group, *_compared(table, group, sites)) for group in groups]
    columns, compared = _columns(table)
    tested += compared
    adjusted = benjamini_hochberg([p for _, _, p in found] + [p for _, _, p in columns], tests=tested)
    of_jobs = [
        _finding(table, group, lift, q)
        for (group, lift, _), q in zip(found, adjusted, strict=False)
        if q <= Q and lift.low > 1
    ]
    of_columns = [
        _column_finding(table, place, lift, q)
        for (place, lift, _), q in zip(columns, adjusted[len(found) :], strict=True)
        if q <= Q and lift.low > 1
    ]
    return of_jobs + of_columns, tested


def _groups(table: Table, measure: Measure, attribute: Attribute, sites: Codes) -> tuple[list[Group], int]:
    """The groups that fail more often than the rest, and how many are large enough to be compared at all."""
    codes = table.attributes[attribute].array
    counted = (codes != UNKNOWN) & (measure.marks != UNKNOWN)
    if not counted.any():
        return [], 0
    size = int(codes.max()) + 1
    inside = np.bincount(codes[counted], minlength=size)
    failing = np.bincount(codes[counted & (measure.marks == 1)], minlength=size)
    total, all_failing = int(inside.sum()), int(failing.sum())
    large = (inside >= LEAST_JOBS) & (total - inside >= LEAST_JOBS)
    if attribute is not Attribute.DOMAIN and _by_site(sites):
        pairs = np.unique(np.stack((codes[counted], sites[counted])), axis=1)
        large &= np.bincount(pairs[0], minlength=size) >= LEAST_SITES_INSIDE
    more = large & (failing >= LEAST_JOBS) & (failing * (total - inside) > (all_failing - failing) * inside)
    groups = [
        Group(measure, attribute, int(value), _count(failing[value], inside[value], all_failing, total))
        for value in np.flatnonzero(more)
    ]
    return groups, int(large.sum())


def _count(failing: np.int64, inside: np.int64, all_failing: int, total: int) -> Count:
    return Count(int(failing), int(inside), all_failing - int(failing), total - int(inside))


def _by_site(sites: Codes) -> bool:
    return int(sites.max()) + 1 >= LEAST_SITES


def _compared(table: Table, group: Group, sites: Codes) -> tuple[Lift, float]:
    """The lift of a group, and the larger of two p values: Fisher's, and that of the interval."""
    clusters = None
    if group.attribute is not Attribute.DOMAIN and _by_site(sites):
        codes, marks = table.attributes[group.attribute].array, group.measure.marks
        counted = (codes != UNKNOWN) & (marks != UNKNOWN)
        clusters = _clusters(sites, counted & (codes == group.value), counted & (codes != group.value), marks == 1)
    return _judged(group.count, clusters)


def _judged(count: Count, clusters: Clusters | None) -> tuple[Lift, float]:
    lift = lift_of(*count, clusters)
    return lift, max(lift.p, min(1.0, 2 * fisher_more(*count)))


def _clusters(
    sites: Codes, inside: NDArray[np.bool_], outside: NDArray[np.bool_], failing: NDArray[np.bool_]
) -> Clusters:
    size = int(sites.max()) + 1
    parts = (inside & failing, inside, outside & failing, outside)
    return Clusters(*(np.bincount(sites[part], minlength=size) for part in parts))


def _finding(table: Table, group: Group, lift: Lift, q: float) -> Finding:
    names = table.attributes[group.attribute]
    measure = group.measure
    identity = Identity(measure.kind, measure.column, measure.failing, group.attribute, names.values[group.value])
    places = np.flatnonzero((names.array == group.value) & (measure.marks == 1)).astype(np.int32)
    return Finding(identity, group.count, places, excess(group.count), lift, q)


def excess(count: Count) -> int:
    """How many fail beyond the share that is usual outside; at least one."""
    usual = count.n * count.other_frequency / count.other_n if count.other_n else 0
    return max(1, round(count.frequency - usual))


def column_count(table: Table, place: int) -> Count:
    """How many cells of a column fail, and how many of all others."""
    cells = table.cells
    n, failing = (cells != UNKNOWN).sum(axis=0), (cells == 1).sum(axis=0)
    return _count(failing[place], n[place], int(failing.sum()), int(n.sum()))


def _columns(table: Table) -> tuple[list[tuple[int, Lift, float]], int]:
    """The columns whose cells fail more often than those of all other columns."""
    found: list[tuple[int, Lift, float]] = []
    tested = 0
    for place in range(len(table.columns)) if len(table.columns) > 1 else ():
        count = column_count(table, place)
        if min(count.n, count.other_n) < LEAST_JOBS:
            continue
        tested += 1
        if count.frequency >= LEAST_JOBS and count.frequency * count.other_n > count.other_frequency * count.n:
            found.append((place, *_judged(count, _column_clusters(table, place))))
    return found, tested


def _column_clusters(table: Table, place: int) -> Clusters:
    """Cells of one site fail together, or, where there are few sites, those of one row."""
    sites = table.attributes[Attribute.DOMAIN].array
    of = sites if _by_site(sites) else np.arange(len(sites), dtype=np.int32)
    size = int(of.max()) + 1
    cells = table.cells
    known, bad = (cells != UNKNOWN).sum(axis=1), (cells == 1).sum(axis=1)
    own_known, own_bad = cells[:, place] != UNKNOWN, cells[:, place] == 1
    parts = (own_bad, own_known, bad - own_bad, known - own_known)
    return Clusters(*(np.bincount(of, weights=part, minlength=size).astype(np.int64) for part in parts))


def _column_finding(table: Table, place: int, lift: Lift, q: float) -> Finding:
    count, name = column_count(table, place), table.columns[place]
    identity = Identity(PatternKind.ATTRIBUTE, name, CELL, Attribute.COLUMN, "")
    places = np.flatnonzero(table.cells[:, place] == 1).astype(np.int32)
    return Finding(identity, count, places, excess(count), lift, q)
