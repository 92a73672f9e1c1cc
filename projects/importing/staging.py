"""The staged copy of an uploaded file, in the storage until its import is over."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from mino.common.models import new_id
from projects.importing.parse.opening import open_pasted, open_table
from projects.importing.parse.table import Table
from projects.importing.settings import import_limits
from projects.models import BatchImport

FOLDER = "imports"
READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StagedFile:
    """Where the copy lies, how large it is, and the SHA-256 of its content in hexadecimal."""

    name: str
    size: int
    content_hash: str


def content_hash(file: BinaryIO) -> str:
    """The SHA-256 of a seekable file, which is left at its start."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(READ_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def stage(file: File[bytes]) -> StagedFile:
    """Keep a copy of an uploaded file under a name that tells nothing."""
    digest = content_hash(cast(BinaryIO, file))
    name = default_storage.save(f"{FOLDER}/{new_id().hex}", file)
    return StagedFile(name, file.size, digest)


def stage_text(text: str) -> StagedFile:
    """Keep pasted text like an uploaded file."""
    return stage(ContentFile(text.encode("utf-8", "surrogatepass")))


def unstage(name: str) -> None:
    """Delete the copy. Again does nothing."""
    if name:
        default_storage.delete(name)


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
