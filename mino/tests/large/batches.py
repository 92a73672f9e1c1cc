"""Many projects and batches, one of them with very many rows."""

from __future__ import annotations

from accounts.models import Invitation
from mino.tests.large.multiplying import ELSEWHERE, ago, id_of, multiply
from mino.tests.large.people import MANY, SOME
from mino.tests.large.place import Places
from projects.models import (
    Batch,
    BatchImport,
    Column,
    Folder,
    InvitedGrant,
    Row,
    Tag,
    TaggedBatch,
    TaggedRow,
    TruthNote,
    TruthRevision,
)

ROWS = 30_000
TRUTH = "jsonb_build_object('title', 'Kettle ' || n, 'price', mod(n, 900) || '.50')"
URL = "'https://shop-' || mod(n, 997) || '.example/products/' || n"


def fill_batches(places: Places) -> None:
    """Everything from projects to notes about the truth."""
    _projects(places)
    _batches(places)
    _rows(places)
    _truth(places)


def _projects(places: Places) -> None:
    values = {
        "name": "'Large project ' || n",
        "is_private": "mod(n, 5) = 0",
        "is_deleted": "n < 60 AND mod(n, 20) = 2",
        "created_at": ago("created_at"),
    }
    multiply(places.project, SOME, **values, **places.few("organization"))
    version = places.project.production_version
    assert version is not None
    multiply(version, SOME, number="(origin).number + n", **places.few("project"))
    folder = places.subject(Folder, "folder_id")
    multiply(folder, 200, name="'Folder ' || n")
    values = {"id": id_of(Folder, "n + 1000"), "name": "'Folder ' || n"}
    multiply(
        folder, f"SELECT generate_series(1, {2 * SOME}, 2) AS n", **values, **places.owners("project", "organization")
    )
    tag = places.subject(Tag, "tag_id")
    multiply(tag, SOME, name="'Tag ' || n", folded="'tag ' || n", **places.few("organization"))
    grant = places.subject(InvitedGrant, "grant_id")
    multiply(grant, SOME, invitation=id_of(Invitation), **places.few("project"))


def _batches(places: Places) -> None:
    values = {
        "name": "'Batch ' || n",
        "folder": f"CASE WHEN mod(n, 8) = 0 THEN {id_of(Folder, '1 + mod(n / 8, 200)')} END",
        "status": "CASE mod(n, 100) WHEN 2 THEN 'failed' ELSE 'ready' END",
        "content_hash": "md5(n::text)",
        "row_count": "mod(n, 5000)",
        "truth_row_count": "mod(n, 3) * mod(n, 1000)",
        "created_at": ago("created_at"),
    }
    multiply(places.batch, MANY, **values, **places.owners("organization", "project"))
    column = Column.objects.get(batch=places.batch, name="price")
    multiply(column, SOME, batch=id_of(Batch))
    tagged = TaggedBatch.objects.create(batch=places.batch, tag=places.subject(Tag, "tag_id"))
    multiply(tagged, MANY, batch=id_of(Batch), tag=id_of(Tag, "1 + mod(n - 1, 400)"))
    of_subject = {"id": id_of(TaggedBatch, "n + 1000000"), "batch": id_of(Batch, "4 * n")}
    multiply(tagged, 2000, **of_subject)
    values = {
        "batch": "NULL",
        "status": "(ARRAY['ready', 'ready', 'ready', 'failed', 'cancelled', 'checked'])[1 + mod(n / 4, 6)]",
        "starts_by_itself": "false",
        "created_at": ago("created_at"),
    }
    multiply(places.subject(BatchImport, "import_id"), MANY, **values, **places.owners("organization", "project"))


def _rows(places: Places) -> None:
    first = Row.objects.get(batch=places.batch, position=1)
    values = {
        "position": "n + 3",
        "line": "n + 4",
        "url": URL,
        "key": "'SKU-' || n",
        "truth": f"CASE WHEN mod(n, 4) = 0 THEN '{{}}'::jsonb ELSE {TRUTH} END",
        "has_truth": "mod(n, 4) > 0",
    }
    multiply(first, ROWS, **values)
    Batch.objects.filter(pk=places.batch.pk).update(row_count=ROWS + 3, truth_row_count=ROWS * 3 // 4 + 3)
    elsewhere = {"id": id_of(Row, "n + 1000000"), "batch": places.of("batch")}
    multiply(first, ELSEWHERE, **values | elsewhere)
    Batch.objects.filter(pk__in=[one.batch.pk for one in places.neighbours]).update(row_count=ROWS)
    tagged = TaggedRow.objects.create(row=first, batch=places.batch, tag=places.subject(Tag, "tag_id"))
    multiply(tagged, 2000, row=id_of(Row, "10 * n"))
    values = {"id": id_of(TaggedRow, "n + 1000000"), "tag": id_of(Tag, "1 + mod(n, 400)"), "row": id_of(Row, "2 * n")}
    multiply(tagged, MANY, **values)


def _truth(places: Places) -> None:
    here, there = id_of(Row, "1 + mod(n, 1000)"), id_of(Row, "n + 1000000")
    row = f"CASE WHEN mod(n, 4) = 0 THEN {here} ELSE {there} END"
    values = {"batch": places.of("batch"), "row": row, "created_at": ago("created_at")}
    revision = places.subject(TruthRevision, "revision_id")
    values_of_revision = {
        "change": id_of(TruthRevision, "1000000 + n / 50"),
        "column": "(ARRAY['price', 'title'])[1 + mod(n / 4, 2)]",
    }
    multiply(revision, MANY, **values, **values_of_revision)
    at_once = {"id": id_of(TruthRevision, "n + 3000000"), "row": id_of(Row)}
    multiply(revision, 2000, **at_once)  # the change of the address, and the first row's
    multiply(revision, 500, id=id_of(TruthRevision, "n + 4000000"), created_at=ago("created_at"))
    multiply(places.subject(TruthNote, "note_id"), SOME, **values)
