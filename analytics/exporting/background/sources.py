"""What an export in the background is of."""

from __future__ import annotations

from django.conf import settings
from django.utils.text import slugify

from analytics.exporting.batch import BatchRows
from analytics.exporting.choosing import Wanted
from analytics.exporting.forms import rows_wanted_of, wanted_of
from analytics.exporting.results import Results
from analytics.exporting.table import Progress, unwatched
from analytics.models import Export, ExportKind
from executions.models import Execution
from projects.models import Batch, BatchStatus

Source = Results | BatchRows


class SourceGone(Exception):
    """The execution or the batch was deleted."""


def source_of(export: Export, progress: Progress = unwatched) -> Source:
    """What the export is of, with its choices. Raises SourceGone."""
    if export.kind == ExportKind.BATCH:
        batch = Batch.objects.filter(pk=export.batch_id, status=BatchStatus.READY).first()
        if batch is None:
            raise SourceGone
        return BatchRows(batch, progress, rows_wanted_of(export.parameters))
    executions = Execution.objects.filter(pk=export.execution_id, batch__status=BatchStatus.READY)
    execution = executions.select_related("project", "batch", "instruction_version").first()
    if execution is None:
        raise SourceGone
    return Results(execution, wanted_of(export.parameters), progress)


def is_large(source: Source) -> bool:
    """Whether there are too many rows for a request."""
    most: int = settings.EXPORT_BACKGROUND_ROWS
    return source.count(most + 1) > most


def stem_of(source: Source) -> str:
    """The name of the file, without its ending."""
    if isinstance(source, BatchRows):
        stem = slugify(source.batch.name) or "batch"
        return f"{stem}-chosen" if source.wanted.condition() else stem
    stem = f"{slugify(source.execution.project.name) or 'project'}-execution-{source.execution.number}"
    return stem if source.wanted == Wanted() else f"{stem}-chosen"


def title_of(source: Source) -> str:
    """What is exported, in a few words."""
    return str(source.batch if isinstance(source, BatchRows) else source.execution)
