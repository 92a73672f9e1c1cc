"""What an execution found: as one JSON object for programs, as tables for people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.template.defaultfilters import pluralize
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from executions.evaluation.verdict import Outcome
from executions.models import Execution, Job, JobStatus
from mino.common.values.clean import clean_text
from mino.common.values.share import Share

OUTCOME_HEADERS = {
    Outcome.CORRECT: "Correct",
    Outcome.CORRECTLY_EMPTY: "Empty",
    Outcome.WRONG: "Wrong",
    Outcome.MISSED: "Missed",
    Outcome.INVENTED: "Invented",
    Outcome.NOT_GRADABLE: "No truth",
}
EXAMPLE_CHARACTERS = 100


def report_as_json(execution: Execution, seconds: float) -> dict[str, Any]:
    """All figures; shares are 0..1, and null where n is 0."""
    columns = {
        statistic.column: {
            **_interval("accuracy", statistic.accuracy),
            "outcomes": {outcome.value: getattr(statistic, outcome.value) for outcome in OUTCOME_HEADERS},
        }
        for statistic in execution.column_statistics.order_by("position")
    }
    return {
        "execution": str(execution.pk),
        "jobs": {
            "total": execution.total_jobs,
            **{status.value: getattr(execution, f"{status}_jobs") for status in JobStatus},
        },
        "accuracy": _interval("value", execution.accuracy),
        "pass_rate": _interval("value", execution.pass_rate),
        "columns": columns,
        "seconds": round(seconds, 3),
    }


def _interval(name: str, share: Share) -> dict[str, float | int | None]:
    return {name: share.value, "n": share.n, "low": share.low, "high": share.high}


def is_below(execution: Execution, minimum: Decimal) -> bool:
    """Whether the accuracy is below `minimum` percent; without a single graded cell it can't be shown to reach it."""
    if not execution.gradable_fields:
        return minimum > 0
    # In whole numbers: 29 of 100 are 29 %, which 0.29 * 100 is not.
    return Decimal(execution.good_fields * 100) < minimum * execution.gradable_fields


def below_minimum(execution: Execution, minimum: Decimal) -> str:
    """A sentence for an execution that is below."""
    accuracy = execution.accuracy.value
    if accuracy is None:
        return f"Nothing could be graded, so that the minimum of {minimum} % is not reached."
    return f"The accuracy of {accuracy:.2%} is below the minimum of {minimum} %."


def print_report(execution: Execution, seconds: float, console: Console) -> None:
    """The columns with their accuracy, the whole, and the errors by code."""
    console.print(_columns_table(execution))
    if execution.error_jobs:
        console.print(_errors_table(execution))
    console.print(_summary(execution, seconds))


def _columns_table(execution: Execution) -> Table:
    statistics = list(execution.column_statistics.order_by("position"))
    # Outcomes that never occurred are left out, so that the table fits into a narrow terminal.
    occurred = [one for one in OUTCOME_HEADERS if any(getattr(statistic, one.value) for statistic in statistics)]
    table = Table("Column", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for header in ("n", "Accuracy", "95 % interval", *(OUTCOME_HEADERS[one] for one in occurred)):
        table.add_column(header, justify="right", no_wrap=True)
    for statistic in statistics:
        outcomes = [f"{getattr(statistic, one.value):,}" for one in occurred]
        table.add_row(_plain(statistic.column), *_share_cells(statistic.accuracy), *outcomes)
    table.add_section()
    table.add_row("All cells", *_share_cells(execution.accuracy))
    table.add_row("Rows that pass", *_share_cells(execution.pass_rate))
    return table


def _errors_table(execution: Execution) -> Table:
    table = Table("Error", "Rows", "For example", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    errors = Job.objects.filter(execution=execution, status=JobStatus.ERROR).values("error_code")
    for code, count, example in (
        errors.annotate(rows=Count("pk"), example=Min("error_message"))
        .order_by("-rows", "error_code")
        .values_list("error_code", "rows", "example")
    ):
        table.add_row(_plain(code or "-"), str(count), _plain(example)[:EXAMPLE_CHARACTERS])
    return table


def _summary(execution: Execution, seconds: float) -> str:
    counts = {
        "completed": execution.completed_jobs,
        "failed with an error": execution.error_jobs,
        "stopped": execution.stopped_jobs,
        "skipped": execution.skipped_jobs,
        "not run": execution.queued_jobs + execution.retrying_jobs + execution.running_jobs,
        "without truth": execution.not_gradable_jobs,
    }
    told = [f"{count:,} {what}" for what, count in counts.items() if count]
    rows = f"{execution.total_jobs:,} row{pluralize(execution.total_jobs)}"
    return ", ".join([f"{rows} in {seconds:,.1f} s", *told]) + "."


def _share_cells(share: Share) -> list[str]:
    if share.value is None or share.low is None or share.high is None:
        return ["0", "-", "-"]
    return [f"{share.n:,}", f"{share.value:.1%}", f"{share.low:.1%} - {share.high:.1%}"]


def _plain(text: str) -> Text:
    """Text from files and sites: no markup, and nothing that could steer the terminal."""
    return Text(" ".join(clean_text(text).split()))
