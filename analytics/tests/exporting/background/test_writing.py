"""Writing in the background, and all that may come in between."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from analytics.exporting.background import claims, running, sweeping
from analytics.exporting.background.claims import ClaimLost, Watch, claim
from analytics.exporting.background.ordering import export_cancel, export_order, export_retry
from analytics.exporting.background.running import export_run
from analytics.exporting.background.sweeping import exports_expire, exports_remove, exports_sweep
from analytics.exporting.batch import BatchRows
from analytics.exporting.csv_file import csv_chunks
from analytics.exporting.formats import ExportFormat
from analytics.exporting.forms import wanted_of
from analytics.exporting.results import Results
from analytics.models import Export, ExportStatus
from analytics.tests.exporting.background.conftest import Files
from executions.models import Execution
from mino.common.errors import Forbidden, InvalidState
from mino.common.hooks import batch_purging
from projects.models import Batch, BatchStatus

pytestmark = pytest.mark.django_db


def content(export: Export) -> bytes:
    with default_storage.open(export.file, "rb") as file:
        return bytes(file.read())


def aged(export: Export, **values: Any) -> None:
    Export.objects.filter(pk=export.pk).update(**values)


def long_ago() -> Any:
    return timezone.now() - claims.STALE_AFTER - timedelta(seconds=1)


def test_the_file_is_what_a_download_would_be(waiting: Export, mixed: Execution) -> None:
    assert export_run(waiting.pk)
    waiting.refresh_from_db()
    assert content(waiting) == b"".join(csv_chunks(Results(mixed).table()))
    assert (waiting.status, waiting.rows_done, waiting.rows_total) == (ExportStatus.READY, 4, 4)
    assert waiting.bytes == len(content(waiting))
    assert waiting.expires_at is not None
    assert timedelta(days=6.9) < waiting.expires_at - timezone.now() < timedelta(days=7)


@pytest.mark.parametrize("export_format", ExportFormat)
def test_the_choices_are_kept(mixed: Execution, viewer: User, export_format: ExportFormat) -> None:
    chosen = {"columns": ["errors"], "status": ["error"], "accuracy_min": None}
    source = Results(mixed, wanted_of(chosen))
    export = export_order(source=source, export_format=export_format, user=viewer, parameters=chosen)
    assert (export.rows_total, export.name) == (1, "shop-prices-execution-7-chosen")
    export_run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.rows_done) == (ExportStatus.READY, 1)


def test_a_batch_is_written_too(batch: Batch, viewer: User) -> None:
    export = export_order(source=BatchRows(batch), export_format=ExportFormat.JSONL, user=viewer)
    export_run(export.pk)
    export.refresh_from_db()
    assert content(export) == b"".join(BatchRows(batch).lines())


def test_it_is_written_once(waiting: Export, files: Files) -> None:
    assert export_run(waiting.pk)
    assert not export_run(waiting.pk)
    assert len(files()) == 1


def test_a_cancelled_export_stops_and_leaves_nothing(waiting: Export, viewer: User, files: Files) -> None:
    token = claim(waiting.pk)
    assert token
    watch = Watch(waiting.pk, token)
    watch(1)
    export_cancel(export=waiting, user=viewer)
    with pytest.raises(ClaimLost):
        watch(2)
    assert not export_run(waiting.pk)
    export_cancel(export=waiting, user=viewer)
    waiting.refresh_from_db()
    assert (waiting.status, files()) == (ExportStatus.CANCELLED, set())


def test_a_file_that_is_stored_too_late_is_removed(
    waiting: Export, viewer: User, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = default_storage.save

    def slow(name: str, file: Any) -> str:
        stored: str = save(name, file)
        export_cancel(export=waiting, user=viewer)
        return stored

    monkeypatch.setattr(default_storage, "save", slow)
    assert export_run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.file, files()) == (ExportStatus.CANCELLED, "", set())


def test_only_an_export_without_a_sign_of_life_is_taken_over(waiting: Export) -> None:
    first = claim(waiting.pk)
    assert first
    assert claim(waiting.pk) is None
    aged(waiting, heartbeat=long_ago())
    assert claim(waiting.pk)
    with pytest.raises(ClaimLost):
        Watch(waiting.pk, first)(1)


def test_lost_calls_and_dead_workers_are_found(waiting: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(sweeping, "wake", lambda task, export_id: woken.append(export_id))
    assert exports_sweep() == 0
    aged(waiting, heartbeat=timezone.now() - timedelta(seconds=11))
    assert exports_sweep() == 1
    claim(waiting.pk)
    assert exports_sweep() == 0
    aged(waiting, heartbeat=long_ago())
    assert exports_sweep() == 1
    assert woken == [str(waiting.pk)] * 2


def test_what_kills_its_workers_ends_as_failed(waiting: Export) -> None:
    for _ in range(claims.MOST_CLAIMS):
        assert claim(waiting.pk)
        aged(waiting, heartbeat=long_ago())
    assert claim(waiting.pk) is None
    assert exports_sweep() == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (ExportStatus.FAILED, sweeping.TIRED)


def test_a_worker_that_ends_hands_it_back(waiting: Export, monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    claims.shutting_down.set()
    try:
        assert export_run(waiting.pk)
    finally:
        claims.shutting_down.clear()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.claims, files()) == (ExportStatus.QUEUED, 0, set())
    assert export_run(waiting.pk)


def test_a_failure_is_told_and_can_be_repeated(
    waiting: Export, viewer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(default_storage, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        export_run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (ExportStatus.FAILED, running.UNWRITTEN)
    assert "No space left" in caplog.text
    export_retry(export=waiting, user=viewer)
    export_run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (ExportStatus.READY, "")
    with pytest.raises(InvalidState):
        export_retry(export=waiting, user=viewer)


def test_files_are_removed_when_their_time_is_over(waiting: Export, files: Files) -> None:
    export_run(waiting.pk)
    assert exports_expire() == 0
    aged(waiting, expires_at=timezone.now() - timedelta(seconds=1))
    assert exports_expire() == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.file, files()) == (ExportStatus.EXPIRED, "", set())
    aged(waiting, updated_at=timezone.now() - timedelta(days=31))
    exports_expire()
    assert not Export.objects.filter(pk=waiting.pk).exists()


def test_a_deleted_batch_takes_its_exports_with_it(waiting: Export, mixed: Execution, files: Files) -> None:
    export_run(waiting.pk)
    exports_remove(uuid.uuid4())
    assert len(files()) == 1
    batch_purging.call(mixed.batch_id)
    assert (files(), Export.objects.count()) == (set(), 0)


def test_nothing_is_written_of_what_was_deleted(waiting: Export, mixed: Execution, viewer: User) -> None:
    Batch.objects.filter(pk=mixed.batch_id).update(status=BatchStatus.DELETING)
    export_run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (ExportStatus.FAILED, running.GONE)
    with pytest.raises(InvalidState):
        export_retry(export=waiting, user=viewer)


def test_nobody_cancels_the_export_of_somebody_else(waiting: Export, owner: User) -> None:
    with pytest.raises(Forbidden):
        export_cancel(export=waiting, user=owner)
    waiting.refresh_from_db()
    assert waiting.status == ExportStatus.QUEUED


def test_nobody_has_more_than_five_under_way(waiting: Export, mixed: Execution, viewer: User, owner: User) -> None:
    def order(user: User) -> Export:
        return export_order(source=Results(mixed), export_format=ExportFormat.CSV, user=user)

    for _ in range(4):
        order(viewer)
    with pytest.raises(InvalidState, match="You have 5 exports under way"):
        order(viewer)
    order(owner)
    export_run(waiting.pk)
    order(viewer)
