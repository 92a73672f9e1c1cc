"""The staged copy of an uploaded file, in the storage until its import is over."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from mino.common.errors import InvalidInput
from mino.common.models import new_id
from projects.importing.parse.limits import MEBIBYTE
from projects.importing.parse.opening import open_pasted, open_table
from projects.importing.parse.table import Table
from projects.importing.settings import import_limits
from projects.models import BatchImport

FOLDER = "imports"
READ_BYTES = 1024 * 1024


@dataclass(slots=True)
class StagedFile:
    """Where the copy lies, how large it is, and the SHA-256 of its content in hexadecimal. `import_id` has taken it."""

    name: str
    size: int
    content_hash: str
    import_id: uuid.UUID | None = None


def content_hash(file: BinaryIO) -> str:
    """The SHA-256 of a seekable file, which is left at its start."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(READ_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@contextmanager
def staged_upload(file: File[bytes]) -> Iterator[StagedFile]:
    """A copy of an uploaded file under a name that tells nothing, made while no transaction holds locks.

    It is removed again when no import has taken it, or none is left of it after an error. Raises InvalidInput for a
    file that is too large, before a copy of it is made.
    """
    _check_size(file)
    digest = content_hash(cast(BinaryIO, file))
    staged = StagedFile(default_storage.save(f"{FOLDER}/{new_id().hex}", file), file.size, digest)
    try:
        yield staged
    except BaseException:
        if staged.import_id is None or not BatchImport.objects.filter(pk=staged.import_id).exists():
            unstage(staged.name)
        raise
    if staged.import_id is None:
        unstage(staged.name)


def _check_size(file: File[bytes]) -> None:
    limit = import_limits().file_bytes
    if file.size > limit:
        raise InvalidInput(
            f"The file has {file.size / MEBIBYTE:,.0f} MB; at most {limit / MEBIBYTE:,.0f} MB can be imported. "
            "Split it into several files.",
            code="PAYLOAD_TOO_LARGE",
        )


def staged_text(text: str) -> AbstractContextManager[StagedFile]:
    """Pasted text like an uploaded file."""
    return staged_upload(ContentFile(text.encode("utf-8", "surrogatepass")))


def unstage(name: str) -> None:
    """Delete the copy. Again does nothing."""
    if name:
        default_storage.delete(name)


def unstage_on_commit(name: str) -> None:
    """Delete the copy once it is certain that it is not needed; what can't be deleted then is logged."""
    transaction.on_commit(partial(unstage, name), robust=True)


@contextmanager
def staged_table(batch_import: BatchImport, reading: dict[str, Any] | None = None) -> Iterator[Table]:
    """The table in the staged file, read as `reading` (or the import's own) says. Raises ImportRefused."""
    options = batch_import.reading if reading is None else reading
    with default_storage.open(batch_import.file, "rb") as file:
        if batch_import.is_pasted:
            yield open_pasted(file.read().decode("utf-8", "surrogatepass"), limits=import_limits())
        else:
            binary = cast(BinaryIO, file if isinstance(file, io.IOBase) else file.file)
            yield open_table(binary, limits=import_limits(), **options)
