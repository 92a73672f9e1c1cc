"""Imports a file in one go, for the command line and other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from django.db import transaction

from accounts.authors import author_fields
from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions, OptionError
from projects.importing.loading import batch_record, bury, create_columns, load_rows
from projects.importing.parse.check import CheckedRows, Progress, Report
from projects.importing.parse.choices import ColumnChoice, choices_from_guesses
from projects.importing.parse.dialect import Dialect
from projects.importing.parse.guess import guess_columns
from projects.importing.parse.opening import open_table
from projects.importing.parse.problems import ImportRefused, Problem, Severity
from projects.importing.parse.rows import CheckedRow
from projects.importing.parse.table import Table
from projects.importing.reports import code_of
from projects.importing.settings import import_limits
from projects.importing.staging import content_hash
from projects.models import Batch, BatchStatus, Project
from projects.services.checks import checked_description, checked_name
from projects.telling import batch_tell

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The batch, what the check found (empty for a reused batch), and whether the batch was there before."""

    batch: Batch
    report: Report
    reused: bool = False


class FileRefused(InvalidInput):
    """The file has errors. `report` has them all; `errors` are the first ones, `details` the same as sentences."""

    def __init__(self, report: Report) -> None:
        errors = [problem for problem in report.problems if problem.severity is Severity.ERROR]
        if report.fatal is not None and report.fatal not in errors:
            errors.insert(0, report.fatal)
        shown = errors[:SHOWN_PROBLEMS]
        details = [Detail(f"line {one.line}" if one.line else "file", sentence(one)) for one in shown]
        count = max(report.log.errors, len(errors))
        what = f"The file has {count:,} {'error' if count == 1 else 'errors'}; nothing was imported."
        fatal = report.fatal
        super().__init__(sentence(fatal) if fatal else what, code=code_of(fatal) if fatal else "", details=details)
        self.report, self.errors = report, shown


def sentence(problem: Problem) -> str:
    """A problem in one line: what is wrong, what was found, what to do."""
    found = f" Found: {problem.found}." if problem.found else ""
    column = f"{problem.column}: " if problem.column else ""
    return f"{column}{problem.message}{found} {problem.remedy}".strip()


def import_file(
    *,
    project: Project,
    user: Principal | None,
    file: BinaryIO,
    filename: str,
    name: str = "",
    description: str = "",
    url_column: str | None = None,
    key_column: str | None = None,
    types: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    leave_out_errors: bool = False,
    reuse: bool = False,
    progress: Progress | None = None,
    dialect: Dialect | None = None,
) -> ImportedFile:
    """Import a seekable binary file into a new batch of the project, and return when it is ready.

    Ground truth are the columns whose headers say so (`expected_price`, called `price` from then on). `url_column` and
    `key_column` (a header or a name; for the key "" says none), `types` and `options` (by name) replace what was
    guessed. With `reuse`, a ready batch of the project that came from the same content with the same columns is
    returned instead. Without `leave_out_errors`, nothing is imported if any line has an error. `progress` gets the rows
    done and the share of the file. `dialect` says how the file is written, where that needs no detection.
    Raises FileRefused (with the report), InvalidInput for unknown columns, types or options, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", project)
    asked: dict[str, Any] = {"url_column": url_column, "key_column": key_column, "types": types, "options": options}
    table, choices = open_file(file, dialect=dialect, **asked)
    digest = content_hash(file)
    if reuse and (same := same_batch(project, digest, choices)):
        return ImportedFile(same, Report(), reused=True)
    batch = _create(
        project,
        user,
        choices,
        name=checked_name(name or filename[:100], "the batch a name"),
        description=checked_description(description),
        source_name=filename[-255:],
        content_hash=digest,
    )
    rows = CheckedRows(table, choices, import_limits(), progress)
    _load(batch, rows, choices, leave_out_errors=leave_out_errors)
    return ImportedFile(batch, rows.report)


def open_file(
    file: BinaryIO,
    *,
    url_column: str | None = None,
    key_column: str | None = None,
    types: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    dialect: Dialect | None = None,
) -> tuple[Table, list[ColumnChoice]]:
    """The table in a seekable binary file, and its columns as `import_file` takes them. Raises what that raises."""
    try:
        table = open_table(file, dialect=dialect, limits=import_limits())
        return table, chosen(table, url_column=url_column, key_column=key_column, types=types, options=options)
    except ImportRefused as refusal:
        raise FileRefused(Report(fatal=refusal.problem)) from refusal


def good_rows(rows: CheckedRows) -> Iterator[CheckedRow]:
    """The rows as an import takes them, without importing them. Raises FileRefused, at the end if a row has errors."""
    try:
        yield from (row for row in rows if row.good)
    except ImportRefused as refusal:
        raise FileRefused(replace(rows.report, fatal=refusal.problem)) from refusal
    if not rows.report.good_rows or rows.report.bad_rows:
        raise FileRefused(rows.report)


def chosen(
    table: Table,
    *,
    url_column: str | None = None,
    key_column: str | None = None,
    types: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[ColumnChoice]:
    """The guessed choices with what was asked for instead. Raises InvalidInput for what the table doesn't have."""
    choices = choices_from_guesses(guess_columns(table))
    if url_column is not None:
        choices = _with_url_column(choices, url_column)
    if key_column is not None:
        choices = _with_key_column(choices, key_column)
    wrong: list[Detail] = []
    for name, change in [
        *((name, partial(_with_type, kind=kind)) for name, kind in (types or {}).items()),
        *((name, partial(_with_options, values=values)) for name, values in (options or {}).items()),
    ]:
        try:
            choices = change(choices, name)
        except InvalidInput as error:
            wrong += error.details
    if wrong:
        raise InvalidInput("The columns can't be read as asked.", details=wrong)
    return choices


def same_batch(project: Project, digest: str, choices: list[ColumnChoice]) -> Batch | None:
    """The newest ready batch of the project that has the same content and the same columns, if there is one."""
    wanted = [(choice.name, choice.role.value, choice.type.value, dict(choice.options)) for choice in choices]
    for batch in Batch.objects.filter(project=project, content_hash=digest, status=BatchStatus.READY):
        columns = batch.columns.order_by("position").values_list("name", "role", "type", "options")
        if list(columns) == wanted:
            found: Batch = batch
            return found
    return None


def _with_url_column(choices: list[ColumnChoice], wanted: str) -> list[ColumnChoice]:
    url = _named(choices, wanted)
    moved = []
    for choice in choices:
        if choice is url:
            moved.append(
                replace(choice, role=ColumnRole.SITE_URL, type=ColumnType.URL, name=choice.header or choice.name)
            )
        elif choice.role == ColumnRole.SITE_URL:
            moved.append(replace(choice, role=ColumnRole.INPUT))
        else:
            moved.append(choice)
    return moved


def _with_key_column(choices: list[ColumnChoice], wanted: str) -> list[ColumnChoice]:
    key = _named(choices, wanted) if wanted else None
    others = [replace(c, role=ColumnRole.INPUT) if c.role == ColumnRole.KEY else c for c in choices]
    return [replace(c, role=ColumnRole.KEY) if key is not None and c.index == key.index else c for c in others]


def _named(choices: list[ColumnChoice], wanted: str) -> ColumnChoice:
    """The column with a name (ground truth first, if an input has the same) or a header."""
    by_truth = sorted(choices, key=lambda choice: choice.role != ColumnRole.GROUND_TRUTH)
    for choice in by_truth:
        if wanted in (choice.name, choice.header):
            return choice
    known = ", ".join(choice.name for choice in choices)
    raise _wrong(wanted, f"There is no column “{wanted}”. There are: {known}.")


def _with_type(choices: list[ColumnChoice], name: str, kind: str) -> list[ColumnChoice]:
    column = _named(choices, name)
    if kind not in tuple(ColumnType):
        raise _wrong(name, f"“{kind}” is not a type. Choose one of: {', '.join(ColumnType)}.")
    return [replace(c, type=ColumnType(kind)) if c is column else c for c in choices]


def _with_options(choices: list[ColumnChoice], name: str, values: Mapping[str, Any]) -> list[ColumnChoice]:
    column = _named(choices, name)
    try:
        kept = MatchingOptions.from_mapping(column.type, values).to_mapping(column.type)
    except OptionError as error:
        raise _wrong(name, str(error)) from error
    return [replace(c, options=kept) if c is column else c for c in choices]


def _wrong(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, details=[Detail(path, message)])


def _create(project: Project, user: Principal | None, choices: list[ColumnChoice], **values: str) -> Batch:
    with transaction.atomic():
        batch = Batch(organization=project.organization, project=project, **author_fields(user), **values)
        batch.save()
        create_columns(batch, choices)
    return batch


def _load(batch: Batch, rows: CheckedRows, choices: list[ColumnChoice], *, leave_out_errors: bool) -> None:
    try:
        complete = load_rows(batch, rows, choices, leave_out_errors=leave_out_errors, progress=lambda done: None)
        if not complete:
            raise FileRefused(rows.report)
        batch.status = BatchStatus.READY
        with transaction.atomic():
            batch.save(update_fields=["status", "row_count", "truth_row_count", "updated_at"])
            batch_record(batch)
            batch_tell(batch)
    except ImportRefused as refusal:
        bury(batch)
        raise FileRefused(replace(rows.report, fatal=refusal.problem)) from refusal
    except BaseException:  # also when it is interrupted from the keyboard, no half batch may stay
        bury(batch)
        raise
