"""Sets the truth by a file: kept and looked at first, then set with what was looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from mino.common.errors import InvalidInput, InvalidState
from mino.common.models import new_id
from projects.importing.parse.limits import MEBIBYTE
from projects.importing.parse.opening import open_table
from projects.importing.parse.problems import ImportRefused
from projects.importing.settings import import_limits
from projects.models import Batch, BatchStatus
from projects.services.truth import truth_set_many
from projects.services.truth_cells import CellChange, Doubter
from projects.truth_files.reading import TruthFile

FOLDER = "truth-files"
KEPT = timedelta(days=1)
SALT = "mino.truth_files"
SHOWN_CELLS = 50
SHOWN_DOUBTS = 20


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """One change as the preview shows it."""

    position: int
    url: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would change. `token` stands for the file, its options, and all that was seen."""

    name: str
    description: str
    way: str
    lines: int
    cells: int
    by_column: Mapping[str, int]
    first: Sequence[PlannedCell]
    problems: Sequence[tuple[int, str]]
    problem_count: int
    doubts: Sequence[str]
    doubt_count: int
    blank_clears: bool
    token: str


def truth_file_preview(*, batch: Batch, user: User, file: File[bytes], name: str, blank_clears: bool) -> Preview:
    """Keep an uploaded file and tell what it would change. Raises InvalidInput, PermissionDenied."""
    require(user, "projects.change_ground_truth", batch.project)
    limit = import_limits().file_bytes
    if file.size > limit:
        message = f"The file has {file.size / MEBIBYTE:,.0f} MB; at most {limit / MEBIBYTE:,.0f} MB are read. Split it."
        raise InvalidInput(message, code="PAYLOAD_TOO_LARGE")
    kept = default_storage.save(f"{FOLDER}/{timezone.now():%Y%m%d}/{new_id().hex}", file)
    try:
        return _preview(batch, user, {"file": kept, "name": name[-255:], "clear": blank_clears})
    except InvalidInput:
        default_storage.delete(kept)
        raise


def truth_file_look_again(*, batch: Batch, user: User, token: str) -> Preview:
    """The preview of a file that was kept before, as things are now. Raises InvalidState, InvalidInput."""
    require(user, "projects.change_ground_truth", batch.project)
    return _preview(batch, user, _asked(batch, user, token))


def truth_file_apply(*, batch: Batch, user: User, token: str, reason: str = "", leave_out: bool = False) -> int:
    """Set what the preview behind the token showed, all or nothing; answers how many cells have another value now.

    Raises InvalidState where the truth or the rows changed since, InvalidInput while lines without a row are not to be
    left out, or PermissionDenied.
    """
    require(user, "projects.change_ground_truth", batch.project)
    asked = _asked(batch, user, token)
    with _opened(batch, asked) as file:
        done = truth_set_many(
            batch=batch,
            changes=_as_seen(file, asked["digest"], leave_out=leave_out),
            user=user,
            reason=reason.strip() or f"From {asked['name']}"[:500],
        )
    default_storage.delete(asked["file"])
    return done.cells


def truth_files_sweep() -> None:
    """Delete files that nobody confirmed within a day or two."""
    if not default_storage.exists(FOLDER):
        return
    oldest = f"{timezone.now() - KEPT:%Y%m%d}"
    for day in default_storage.listdir(FOLDER)[0]:
        if day < oldest:
            for name in default_storage.listdir(f"{FOLDER}/{day}")[1]:
                default_storage.delete(f"{FOLDER}/{day}/{name}")
            default_storage.delete(f"{FOLDER}/{day}")


def _as_seen(file: TruthFile, digest: str, *, leave_out: bool) -> Iterator[CellChange]:
    """The changes; raises at their end, which undoes them, unless they are those of the preview."""
    for _, change in file.changes():
        yield change
    if file.digest != digest:
        raise InvalidState("The truth or the rows have changed since you looked at this. Look again, then set it.")
    if file.problem_count and not leave_out:
        raise InvalidInput(f"{file.problem_count:,} lines can't be used. Say that they are left out, or mend the file.")


def _preview(batch: Batch, user: User, asked: dict[str, Any]) -> Preview:
    with _opened(batch, asked) as file:
        doubter = Doubter(column for _, column in file.heads.truth)
        first: list[PlannedCell] = []
        doubts: list[str] = []
        count = 0
        for row, change in file.changes():
            if len(first) < SHOWN_CELLS:
                before = str(row.truth.get(change.column) or "")
                first.append(PlannedCell(row.position, row.url, change.column, before, change.value or ""))
            if doubt := doubter(change.column, change.value):
                count += 1
                if len(doubts) < SHOWN_DOUBTS:
                    doubts.append(f"Row {row.position:,}: {doubt}")
        token = {**asked, "digest": file.digest, "batch": str(batch.pk), "user": str(user.pk)}
        return Preview(
            name=asked["name"],
            description=file.table.description,
            way=file.heads.way,
            lines=file.lines,
            cells=file.cells,
            by_column={column.name: file.by_column[column.name] for _, column in file.heads.truth},
            first=first,
            problems=sorted(file.problems),
            problem_count=file.problem_count,
            doubts=[*(f"Line {line:,}: {sentence}" for line, sentence in file.warnings[:SHOWN_DOUBTS]), *doubts],
            doubt_count=count + file.warning_count,
            blank_clears=asked["clear"],
            token=signing.dumps(token, salt=SALT, compress=True),
        )


def _asked(batch: Batch, user: User, token: str) -> dict[str, Any]:
    gone = InvalidState("This file is not kept any more. Upload it again.")
    try:
        asked: dict[str, Any] = signing.loads(token, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        raise gone from None
    if (asked["batch"], asked["user"]) != (str(batch.pk), str(user.pk)) or not default_storage.exists(asked["file"]):
        raise gone
    return asked


@contextmanager
def _opened(batch: Batch, asked: Mapping[str, Any]) -> Iterator[TruthFile]:
    if batch.status != BatchStatus.READY:
        raise InvalidState("This batch is not ready, or was deleted a moment ago.")
    with default_storage.open(asked["file"], "rb") as file:
        binary = cast(BinaryIO, file if isinstance(file, io.IOBase) else file.file)
        try:
            table = open_table(binary, limits=import_limits())
        except ImportRefused as refusal:
            message = f"{refusal.problem.message} {refusal.problem.remedy}"
            raise InvalidInput(message) from refusal
        yield TruthFile(batch, table, blank_clears=asked["clear"])
