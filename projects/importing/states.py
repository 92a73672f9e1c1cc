"""Why something can't be done with an import in the state in which it is, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

from mino.common.errors import InvalidState
from projects.models import BatchImport, ImportStatus

CHANGEABLE = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.CHECKED})
"""Columns, and how the file is read, can be chosen."""
_BEGUN = "The import has begun already. Wait until it is ready."
_NOT_CHECKED = "The file is not checked yet. Wait until the import is checked, then start it."
_WORDS: Mapping[str, str] = {
    ImportStatus.UPLOADED: _NOT_CHECKED,
    ImportStatus.CHECKING: _NOT_CHECKED,
    ImportStatus.QUEUED: _BEGUN,
    ImportStatus.IMPORTING: _BEGUN,
    ImportStatus.READY: "The import is over: its batch is ready. Upload the file again for another one.",
    ImportStatus.FAILED: "The import has failed; it says why. Upload the file again.",
    ImportStatus.CANCELLED: "The import was cancelled. Upload the file again.",
}


def refuse_unless_checked(batch_import: BatchImport) -> None:
    """Raise InvalidState unless it can be started."""
    if batch_import.status != ImportStatus.CHECKED:
        raise InvalidState(_WORDS[batch_import.status])


def refuse_unless_changeable(batch_import: BatchImport) -> None:
    """Raise InvalidState once its columns can't be changed any more."""
    if batch_import.status not in CHANGEABLE:
        raise InvalidState(_WORDS[batch_import.status])


def refuse_unless_cancelled(batch_import: BatchImport) -> None:
    """Raise InvalidState for one that was over before it could be cancelled."""
    if batch_import.status == ImportStatus.READY:
        raise InvalidState("The import is over already. Delete the batch instead.")
    if batch_import.status != ImportStatus.CANCELLED:
        raise InvalidState(_WORDS[batch_import.status])
