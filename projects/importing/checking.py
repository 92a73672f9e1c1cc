"""The second step: every row is checked under the chosen columns, and what is wrong is kept with the import."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from projects.importing.claims import ClaimLost, Progress, claim
from projects.importing.parse.check import CheckedRows
from projects.importing.parse.problems import ImportRefused, shown
from projects.importing.parse.rows import CheckedRow
from projects.importing.reports import choices_of, refusal_of, report_as_json
from projects.importing.settings import import_limits
from projects.importing.staging import staged_table
from projects.models import BatchImport, ImportStatus

logger = logging.getLogger(__name__)

FIRST_ROWS = 6
ROWS_WITH_PROBLEMS = 6
CELL_CHARACTERS = 160


def import_check(import_id: uuid.UUID) -> bool:
    """Check an uploaded import if nobody else does; answers whether it did."""
    token = claim(import_id, ImportStatus.UPLOADED, ImportStatus.CHECKING)
    if token is None:
        return False
    batch_import = BatchImport.objects.get(pk=import_id)
    progress = Progress(import_id, token, ImportStatus.CHECKING)
    try:
        report = _report(batch_import, progress)
        refusal = refusal_of(report, leave_out_errors=batch_import.leave_out_errors)
        progress.move(
            status=ImportStatus.CHECKED,
            claim=None,
            report={**report, "description": batch_import.report.get("description", "")},
            rows_done=report["rows"],
            rows_total=report["good_rows"],
            share=1.0,
            error=refusal.message if refusal else "",
        )
    except ClaimLost:
        logger.info("The check of import %s was given up: it was cancelled or changed.", import_id)
    except Exception as error:
        logger.exception("Import %s could not be checked.", import_id)
        progress.give_up(error)
    return True


def _report(batch_import: BatchImport, progress: Progress) -> dict[str, Any]:
    with staged_table(batch_import) as table:
        rows = CheckedRows(table, choices_of(batch_import.columns), import_limits(), progress)
        sample: list[Mapping[str, Any]] = []
        log = rows.report.log
        problems = with_problems = 0
        try:
            for row in rows:
                found = log.errors + log.warnings
                is_new, problems = found > problems, found
                if rows.report.rows <= FIRST_ROWS:
                    sample.append(_shown_row(row))
                elif is_new and with_problems < ROWS_WITH_PROBLEMS:
                    with_problems += 1
                    sample.append(_shown_row(row))
        except ImportRefused as refusal:
            if rows.report.fatal is None:
                rows.report.fatal = refusal.problem
                log.add(refusal.problem)
        return report_as_json(rows.report, sample)


def _shown_row(row: CheckedRow) -> dict[str, Any]:
    return {"line": row.line, "good": row.good, "cells": [shown(cell, CELL_CHARACTERS) for cell in row.cells]}
