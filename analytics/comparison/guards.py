"""What differs between two executions besides their results, and which conclusions that forbids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize

from analytics.comparison.checks import DOUBT, FINE, NOTE, Check
from analytics.comparison.figures import Figures
from analytics.comparison.truth_checks import truth_checks
from analytics.comparison.words import left_out_words
from executions.models import Execution
from mino.common.ui.formats import DAY, HOUR, number, roughly
from mino.common.values.columns import ColumnRole
from projects.instruction_diff import instruction_diff

LONG_APART = DAY


def checks(first: Execution, second: Execution, figures: Figures) -> list[Check]:
    """All that was looked at, what forbids something first."""
    found = [
        *_state(first, second),
        *_rows(first, second, figures),
        *truth_checks(first, second, figures),
        *_options(first, second),
        *_causes(first, second, figures),
        *_time(first, second),
    ]
    order = (DOUBT, NOTE, FINE)
    return sorted(found, key=lambda one: order.index(one.kind))


def _state(first: Execution, second: Execution) -> Iterator[Check]:
    going = [str(one.number) for one in (first, second) if not one.is_finished]
    if going:
        text = f"Execution {' and '.join(going)} {'is' if len(going) == 1 else 'are'} still under way."
        yield Check(DOUBT, text, "The figures will change; no verdict is final.")


def _rows(first: Execution, second: Execution, figures: Figures) -> Iterator[Check]:
    if first.batch_id != second.batch_id:
        text = f"Different batches ({first.batch.name}, {second.batch.name}), paired by their keys."
        yield Check(NOTE, text)
    alone = figures.left_out["missing_first"] + figures.left_out["missing_second"]
    if alone:
        both = number(figures.rows - alone)
        text = f"Other rows: only {both} of {number(figures.rows)} are in both."
        yield Check(DOUBT, text, "Nothing is said about the rows that only one of them ran.")
    else:
        yield Check(FINE, f"Same rows: {number(figures.rows)} in both.")
    if first.repeats != second.repeats:
        text = f"Rows were run {_times(first)} in one and {_times(second)} in the other."
        yield Check(NOTE, f"{text} Only the repeats that both have are paired.")
    if left := left_out_words(figures):
        count = sum(figures.left_out.values())
        yield Check(NOTE, f"{number(count)} row{pluralize(count)} left out: {', '.join(left)}.")


def _times(execution: Execution) -> str:
    return "once" if execution.repeats == 1 else f"{execution.repeats} times"


def _options(first: Execution, second: Execution) -> Iterator[Check]:
    one, other = _matching(first), _matching(second)
    changed = [name for name in one if name in other and one[name] != other[name]]
    alone = [name for name in {**one, **other} if name not in one or name not in other]
    if changed:
        text = f"Other types or matching options: {', '.join(changed)}."
        yield Check(DOUBT, text, "A change in these columns may come from the matching alone.")
    if alone:
        yield Check(
            DOUBT, f"Only one of them has {', '.join(alone)}.", "Whether a row passes is decided by other columns."
        )
    if not changed and not alone:
        yield Check(FINE, "Same columns and matching options.")


def _matching(execution: Execution) -> Mapping[str, tuple[Any, Any]]:
    fields = (column for column in execution.scored_columns if column["role"] == ColumnRole.GROUND_TRUTH)
    return {str(column["name"]): (column["type"], column.get("options") or {}) for column in fields}


def _causes(first: Execution, second: Execution, figures: Figures) -> Iterator[Check]:
    """What may have made the difference; if it is several things, none of them is shown to."""
    found = []
    if first.agent != second.agent:
        found.append("agent")
        yield Check(NOTE, f"Another agent: {first.agent} against {second.agent}.")
    if told := _settings(first, second):
        found.append("settings")
        yield Check(NOTE, f"Other settings: {told}.")
    if first.instructions != second.instructions:
        found.append("instructions")
        diff = instruction_diff(first.instructions, second.instructions)
        numbers = f"version {first.instruction_version.number} against {second.instruction_version.number}"
        yield Check(NOTE, f"Other instructions: {numbers}.", diff=diff)
        if count := figures.own_instructions:
            text = f"{number(count)} row{pluralize(count)} ran by instructions of their own in both."
            yield Check(NOTE, f"{text} The version makes no difference there.")
    if count := figures.other_instructions:
        found.append("instructions of single rows")
        yield Check(NOTE, f"{number(count)} row{pluralize(count)} had other instructions of their own, or in one only.")
    if first.mino_version != second.mino_version:
        versions = f"{first.mino_version or 'an unknown one'} against {second.mino_version or 'an unknown one'}"
        yield Check(NOTE, f"Run by another version of MINO: {versions}.")
    if len(found) > 1:
        names = f"{', '.join(found[:-1])} and {found[-1]}"
        yield Check(
            DOUBT, f"Several things differ at once: {names}.", "Which of them made the difference can’t be told."
        )
    if not found:
        yield Check(FINE, "Same agent, settings and instructions: what differs is chance, time or the sites.")


def _settings(first: Execution, second: Execution) -> str:
    one, other = _all_settings(first), _all_settings(second)
    if first.agent != second.agent:  # their own settings can't be compared
        one, other = ({name: kept[name] for name in ("time-out", "retries")} for kept in (one, other))
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return ", ".join(f"{name} {one.get(name, 'not set')} against {other.get(name, 'not set')}" for name in names)


def _all_settings(execution: Execution) -> dict[str, Any]:
    return {"time-out": f"{execution.timeout} s", "retries": execution.max_retries, **execution.agent_settings}


def _time(first: Execution, second: Execution) -> Iterator[Check]:
    if first.pair_id is not None and first.pair_id == second.pair_id:
        yield Check(FINE, "A paired run: the two runs of each row were taken close together, in random order.")
        return
    if first.started_at is None or second.started_at is None:
        return
    apart = abs((second.started_at - first.started_at).total_seconds())
    if apart >= LONG_APART:
        text = f"Run {roughly(apart)} apart."
        yield Check(DOUBT, text, "Sites may have changed in between: not every flip is the agent’s doing.")
    else:
        yield Check(FINE, f"Run {roughly(apart)} apart." if apart >= HOUR else "Run within the same hour.")
