"""Lists are narrowed to what was made after a moment, and before another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.authors import author_fields
from accounts.models import ApiKey
from analytics.models import Export
from mino.tests.api.asking import Asker
from mino.tests.factories import BatchFactory
from projects.models import Batch, BatchImport, TruthNote, TruthRevision

DAYS = [datetime(2026, 1, day, tzinfo=UTC) for day in (5, 6, 7)]


def made_import(batch: Batch, **values: Any) -> BatchImport:
    """An import of a file into the project of the batch."""
    parents = {"organization": batch.organization, "project": batch.project}
    return BatchImport.objects.create(**parents, source_name="sites.csv", **values)


def made_export(batch: Batch, **values: Any) -> Export:
    """An export of the batch that the only key ordered."""
    parents = {"organization": batch.organization, "project": batch.project, "batch_id": batch.pk}
    who = {**author_fields(None), "api_key": ApiKey.objects.get()}
    return Export.objects.create(**parents, **who, kind="batch", format="csv", title="Sites", name="sites", **values)


def made_revision(batch: Batch, **values: Any) -> TruthRevision:
    """A change of the first row's price."""
    return TruthRevision.objects.create(batch=batch, row=batch.rows.get(position=1), column="price", **values)


def made_note(batch: Batch, **values: Any) -> TruthNote:
    """A note on the first row's price."""
    cell = {"row": batch.rows.get(position=1), "column": "price"}
    return TruthNote.objects.create(batch=batch, **cell, text="Called them", **values)


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("batches", lambda batch, **values: BatchFactory(project=batch.project, **values)),
        ("exports/lists/batches", lambda batch, **values: BatchFactory(project=batch.project, **values)),
        ("imports", made_import),
        ("exports", made_export),
        ("batches/{batch}/ground-truth/revisions", made_revision),
        ("batches/{batch}/ground-truth/notes", made_note),
    ],
)
def test_what_was_made_between_two_moments(ask: Asker, batch: Batch, path: str, make: Callable[..., Any]) -> None:
    made = []
    for day in DAYS:
        made.append(make(batch, created_at=day))
        type(made[-1]).objects.filter(pk=made[-1].pk).update(created_at=day)
    first, _, last = (f"{day:%Y-%m-%dT%H:%M:%SZ}" for day in DAYS)
    path = path.format(batch=batch.pk)
    if path.startswith("exports/lists"):
        lines = ask("GET", f"{path}?created_after={first}&created_before={last}").getvalue().decode().splitlines()
        assert len(lines) == 2, "names and one batch"
        return
    assert [one["id"] for one in ask.get(f"{path}?created_after={first}&created_before={last}")["data"]] == [
        str(made[1].pk)
    ]
    before = ask.get(f"{path}?created_before={last}")["data"]
    assert [one["id"] for one in before] == [str(made[1].pk), str(made[0].pk)]
