"""The first step: a file or pasted text is staged, looked at, and its columns are guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields
from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput
from mino.common.values.clean import clean_text
from mino.common.waking import wake
from projects.importing.checking import import_check
from projects.importing.choosing import with_choices
from projects.importing.parse.delimited_table import DelimitedTable
from projects.importing.parse.dialect import ONE_COLUMN
from projects.importing.parse.guess import guess_columns
from projects.importing.parse.problems import ImportRefused
from projects.importing.parse.table import Table
from projects.importing.parse.workbook import WorkbookTable
from projects.importing.reports import code_of, column_as_json
from projects.importing.settings import is_long
from projects.importing.staging import StagedFile, staged_table, staged_text, staged_upload
from projects.importing.states import refuse_unless_changeable
from projects.models import BatchImport, ImportStatus, Project

RUN_TASK = "projects.tasks.run_import"


def import_upload(*, project: Project, user: Principal | None, file: File[bytes], name: str) -> BatchImport:
    """Stage an uploaded file, guess its columns, and check it: at once, or in the background when it is long.

    Raises PermissionDenied, or InvalidInput with the reason when the file can't be read.
    """
    if user is not None:
        require(user, "projects.change", project)
    with staged_upload(file) as staged:
        return import_add(project=project, user=user, staged=staged, name=name)


def import_paste(*, project: Project, user: Principal | None, text: str) -> BatchImport:
    """The same for pasted addresses, or a pasted table."""
    if user is not None:
        require(user, "projects.change", project)
    with staged_text(text) as staged:
        return _begin(project, user, staged, is_pasted=True)


def import_add(
    *,
    project: Project,
    user: Principal | None,
    staged: StagedFile,
    name: str,
    said: Mapping[str, Any] | None = None,
) -> BatchImport:
    """What `import_upload` does, for a file that is staged already.

    `said` is what the import knows already of its batch and its start, by the names of its fields.
    """
    if user is not None:
        require(user, "projects.change", project)
    return _begin(project, user, staged, source_name=name[-255:], **said or {})


def import_read_again(*, batch_import: BatchImport, user: Principal | None, reading: dict[str, Any]) -> None:
    """Read the staged file in another way (encoding, delimiter, quote, header, sheet), guess and check again.

    What `reading` leaves out is found out from the file. Raises PermissionDenied, InvalidState after the import has
    begun, or InvalidInput when it can't be read that way.
    """
    if user is not None:
        require(user, "projects.change", batch_import.project)
    refuse_unless_changeable(batch_import)  # the file may be gone
    _look(batch_import, reading)
    with transaction.atomic():
        _lock(batch_import)
        _uncheck(batch_import, columns=batch_import.columns, reading=batch_import.reading)
    _check(batch_import)


def import_choose(
    *,
    batch_import: BatchImport,
    user: Principal | None,
    columns: list[dict[str, Any]],
    name: str | None = None,
    description: str | None = None,
) -> None:
    """Set name, role and type of each column and check again; keep what was typed for the batch meanwhile.

    What is left out stays. Raises PermissionDenied, InvalidInput for columns that the file doesn't have, or
    InvalidState.
    """
    if user is not None:
        require(user, "projects.change", batch_import.project)
    typed = {} if name is None else {"name": clean_text(name)[:100]}
    if description is not None:
        typed["description"] = clean_text(description)[:500]
    with transaction.atomic():
        current = _lock(batch_import)
        batch_import.report = current.report
        _uncheck(batch_import, columns=with_choices(current.columns, columns), **typed)
    _check(batch_import)


def _begin(project: Project, user: Principal | None, staged: StagedFile, **said: Any) -> BatchImport:
    batch_import = BatchImport(
        organization=project.organization,
        project=project,
        **author_fields(user),
        file=staged.name,
        size=staged.size,
        content_hash=staged.content_hash,
        heartbeat=timezone.now(),
        **said,
    )
    _look(batch_import, {})
    staged.import_id = batch_import.pk
    with transaction.atomic():
        batch_import.save()
        after = {"file": batch_import.source_name or "pasted text", "bytes": staged.size}
        record("import.uploaded", project, organization=project.organization_id, after=after, by=user)
    _check(batch_import)
    return batch_import


def _look(batch_import: BatchImport, reading: dict[str, Any]) -> None:
    try:
        with staged_table(batch_import, reading) as table:
            found = _reading_of(table, reading)
            _refuse_unheeded(reading, {} if batch_import.is_pasted else found)
            batch_import.columns = [column_as_json(guess) for guess in guess_columns(table)]
            batch_import.reading = found
            batch_import.report = {"description": table.description}
    except ImportRefused as refusal:
        problem = refusal.problem
        raise InvalidInput(f"{problem.message} {problem.remedy}", code=code_of(problem)) from refusal


def _refuse_unheeded(reading: dict[str, Any], heeded: dict[str, Any]) -> None:
    """Raise InvalidInput for what says nothing about such a file, as a sheet says nothing about a text file."""
    which = f"It is read by: {', '.join(sorted(heeded))}." if heeded else "It is read in one way only."
    details = [Detail(name, f"The file has no such thing as {name}. {which}") for name in reading if name not in heeded]
    if details:
        raise InvalidInput(details[0].message, details=details)


def _reading_of(table: Table, reading: dict[str, Any]) -> dict[str, Any]:
    """What was detected, so that the file is read in exactly this way from now on."""
    header = {"header": table.header_line > 0}
    if isinstance(table, WorkbookTable):
        return {**header, "sheet": table.sheet}
    if not isinstance(table, DelimitedTable):
        return {}
    dialect = table.dialect
    delimiter = "" if dialect.delimiter == ONE_COLUMN else dialect.delimiter
    plain = {"encoding": dialect.encoding, "delimiter": delimiter, "quote": dialect.quote or "", **header}
    return {name: reading.get(name, value) for name, value in plain.items()}


def _lock(batch_import: BatchImport) -> BatchImport:
    """The import as it is now; nobody else changes it until the transaction ends. Raises InvalidState once begun."""
    current: BatchImport = BatchImport.objects.select_for_update(no_key=True).get(pk=batch_import.pk)
    refuse_unless_changeable(current)
    return current


def _uncheck(batch_import: BatchImport, **values: Any) -> None:
    """Change it, and have it checked again; a check that is under way is given up."""
    BatchImport.objects.filter(pk=batch_import.pk).update(
        status=ImportStatus.UPLOADED,
        claim=None,
        heartbeat=timezone.now(),
        report={"description": batch_import.report.get("description", "")},
        **values,
    )


def _check(batch_import: BatchImport) -> None:
    if is_long(batch_import.size, 0, batch_import.source_name):
        wake(RUN_TASK, str(batch_import.pk))
    else:
        import_check(batch_import.pk)
    batch_import.refresh_from_db()
