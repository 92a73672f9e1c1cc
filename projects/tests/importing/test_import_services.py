from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import User
from mino.common.errors import InvalidInput, InvalidState
from mino.tests.factories import ProjectFactory
from mino.tests.races import overtaken
from projects.importing.checking import import_check
from projects.importing.claims import ClaimLost, claim
from projects.importing.loading import import_load
from projects.importing.starting import import_cancel, import_run, import_start, imports_sweep
from projects.importing.uploading import import_choose, import_paste, import_read_again, import_upload
from projects.models import Batch, BatchImport, BatchStatus, ImportStatus, Project, Row

GOOD = "site_url;id;expected_price;expected_title\n" + "".join(
    f"https://shop.example/{n};L-{n};{n},50;Lamp \\ {n} “Arkö”\t\n" for n in range(1, 31)
)
BAD = GOOD + "http//broken.example;L-99;1;x\nhttps://shop.example/1;L-98;call us;\n"


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(project: Project, user: User | None, content: str, name: str = "shop.csv") -> BatchImport:
    return import_upload(project=project, user=user, file=ContentFile(content.encode()), name=name)


def start(batch_import: BatchImport, user: User, **options: object) -> None:
    import_start(batch_import=batch_import, user=user, name="Spring", **options)  # type: ignore[arg-type]


def statuses() -> set[str]:
    return set(Batch.objects.values_list("status", flat=True))


def test_an_upload_is_checked_and_becomes_a_batch(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD)
    assert (batch_import.status, batch_import.report["good_rows"]) == (ImportStatus.CHECKED, 30)
    start(batch_import, member, description="From the shop")
    batch = batch_import.batch
    assert batch is not None
    assert (batch_import.status, batch.status, batch.row_count, batch.truth_row_count) == ("ready", "ready", 30, 30)
    assert (batch.name, batch.description, batch.source_name) == ("Spring", "From the shop", "shop.csv")
    assert batch.organization == project.organization
    assert list(batch.columns.values_list("position", "name", "header", "role", "type"))[2] == (
        3, "price", "expected_price", "ground_truth", "number",
    )  # fmt: skip


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_choose_columns_at_once_none_is_passed_over(tmp_path: Path) -> None:
    batch_import = upload(ProjectFactory(), None, GOOD)
    other = BatchImport.objects.get(pk=batch_import.pk)

    def choose(found: BatchImport, index: int) -> None:
        import_choose(batch_import=found, user=None, columns=[{"index": index, "name": f"chosen {index}"}])

    overtaken(change=lambda: choose(batch_import, 1), act=lambda: choose(other, 2))
    names = [column["name"] for column in BatchImport.objects.get().columns]
    assert names[1:3] == ["chosen 1", "chosen 2"]


def test_rows_hold_inputs_and_truth_as_they_stand_in_the_file(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD + "shop.example/31;L-31;;\n")
    start(batch_import, member)
    rows = list(Row.objects.filter(batch=batch_import.batch))
    assert [row.position for row in rows] == list(range(1, 32))
    assert (rows[2].line, rows[2].url, rows[2].key) == (4, "https://shop.example/3", "L-3")
    assert rows[2].truth == {"price": "3,50", "title": "Lamp \\ 3 “Arkö”\t"}
    assert (rows[30].url, rows[30].truth, rows[30].has_truth) == ("https://shop.example/31", {}, False)


def test_errors_block_the_import_until_they_are_left_out(project: Project, member: User) -> None:
    batch_import = upload(project, member, BAD)
    with pytest.raises(InvalidInput, match="1 line has errors"):
        start(batch_import, member)
    assert not Batch.objects.exists()
    start(batch_import, member, leave_out_errors=True)
    assert batch_import.batch is not None
    assert batch_import.batch.row_count == 31
    assert default_storage.exists(batch_import.file)


def test_the_report_is_kept_with_line_and_column(project: Project, member: User) -> None:
    report = upload(project, member, BAD).report
    found = [(problem["line"], problem["column"], problem["code"]) for problem in report["problems"]]
    assert found == [
        (32, "site_url", "INVALID_URL"),
        (33, "site_url", "DUPLICATE_URL"),
        (33, "expected_price", "UNREADABLE_TRUTH"),
    ] or found == [
        (32, "site_url", "INVALID_URL"),
        (33, "expected_price", "UNREADABLE_TRUTH"),
        (33, "site_url", "DUPLICATE_URL"),
    ]
    assert [row["line"] for row in report["sample"]] == [2, 3, 4, 5, 6, 7, 32, 33]


def test_choosing_other_columns_checks_again(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD)
    columns = [{"index": 0, "role": "input", "type": "text", "name": "site_url"}]
    import_choose(batch_import=batch_import, user=member, columns=columns)
    assert batch_import.report["fatal"]["code"] == "NO_URL_COLUMN"
    with pytest.raises(InvalidInput, match="No column has the addresses"):
        start(batch_import, member)


def test_reading_with_another_delimiter_guesses_and_checks_again(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD)
    import_read_again(batch_import=batch_import, user=member, reading={**batch_import.reading, "delimiter": ","})
    assert len(batch_import.columns) == 1
    import_read_again(batch_import=batch_import, user=member, reading={**batch_import.reading, "delimiter": ";"})
    assert len(batch_import.columns) == 4
    assert batch_import.report["good_rows"] == 30


def test_pasted_addresses_become_a_batch(project: Project, member: User) -> None:
    batch_import = import_paste(project=project, user=member, text="https://a.example/\nb.example c.example/x\n")
    start(batch_import, member)
    assert list(Row.objects.values_list("url", flat=True)) == [
        "https://a.example/",
        "https://b.example",
        "https://c.example/x",
    ]


def test_a_file_that_is_no_table_leaves_nothing_behind(project: Project, member: User) -> None:
    with pytest.raises(InvalidInput, match="PDF"):
        upload(project, member, "%PDF-1.7")
    assert not BatchImport.objects.exists()
    assert default_storage.listdir("imports")[1] == []


def test_viewers_and_strangers_may_not_import(project: Project, viewer: User, stranger: User) -> None:
    for user in (viewer, stranger):
        with pytest.raises(PermissionDenied):
            upload(project, user, GOOD)


def test_a_batch_is_unseen_while_it_is_importing(
    project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.importing.writers.INSERT_ROWS", 10)
    monkeypatch.setattr("projects.importing.writers.COPY_ROWS", 10)
    monkeypatch.setattr("projects.importing.writers.SENT_ROWS", 10)
    monkeypatch.setattr("projects.importing.claims.TELL_EVERY", 0)
    batch_import = queued(project, member)
    seen = []
    original = BatchImport.objects.filter

    def looking(*args: object, **kwargs: object) -> object:
        seen.append((Row.objects.count(), Batch.objects.visible_to(member).count()))
        return original(*args, **kwargs)

    monkeypatch.setattr("projects.importing.claims.Progress.__call__", lambda self, rows, share: looking())
    import_load(batch_import.pk)
    assert seen == [(10, 0), (20, 0), (30, 0)]
    assert Batch.objects.visible_to(member).count() == 1


def queued(project: Project, user: User, content: str = GOOD) -> BatchImport:
    """An import that somebody has started and no worker has taken yet."""
    batch_import = upload(project, user, content)
    BatchImport.objects.filter(pk=batch_import.pk).update(status=ImportStatus.QUEUED, name="Spring")
    batch_import.refresh_from_db()
    return batch_import


def test_cancelling_while_it_is_loading_removes_the_batch(
    project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_import = queued(project, member)
    monkeypatch.setattr("projects.importing.writers.INSERT_ROWS", 10)
    monkeypatch.setattr("projects.importing.writers.COPY_ROWS", 10)
    monkeypatch.setattr("projects.importing.writers.SENT_ROWS", 10)

    def cancel(self: object, rows: int, share: float) -> None:
        import_cancel(batch_import=BatchImport.objects.get(pk=batch_import.pk), user=member)
        raise ClaimLost

    monkeypatch.setattr("projects.importing.claims.Progress.__call__", cancel)
    import_load(batch_import.pk)
    batch_import.refresh_from_db()
    assert batch_import.status == ImportStatus.CANCELLED
    assert statuses() == {BatchStatus.DELETING}


def test_a_cancelled_import_can_not_be_started_but_cancelled_again(
    project: Project, member: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    batch_import = upload(project, member, GOOD)
    with django_capture_on_commit_callbacks(execute=True):
        import_cancel(batch_import=batch_import, user=member)
        assert default_storage.exists(batch_import.file), "the cancelling may still be undone"
        import_cancel(batch_import=batch_import, user=member)
    assert not default_storage.exists(batch_import.file)
    with pytest.raises(InvalidState):
        start(batch_import, member)


def test_a_ready_import_can_not_be_cancelled(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD)
    start(batch_import, member)
    with pytest.raises(InvalidState, match="Delete the batch instead"):
        import_cancel(batch_import=batch_import, user=member)
    BatchImport.objects.update(status=ImportStatus.FAILED, batch=None)
    with pytest.raises(InvalidState, match="has failed; it says why"):
        import_cancel(batch_import=batch_import, user=member)


def test_a_broken_database_write_leaves_no_half_batch(
    project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_import = queued(project, member)

    def broken(self: object) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr("projects.importing.writers.InsertWriter._write", broken)
    monkeypatch.setattr("projects.importing.writers.CopyWriter._send", broken)
    import_load(batch_import.pk)
    batch_import.refresh_from_db()
    assert batch_import.status == ImportStatus.FAILED
    assert "Try again" in batch_import.error
    assert statuses() == {BatchStatus.DELETING}
    assert not Row.objects.exists()


def test_an_import_whose_worker_died_is_done_by_the_next_one(project: Project, member: User) -> None:
    batch_import = queued(project, member)
    assert claim(batch_import.pk, ImportStatus.QUEUED, ImportStatus.IMPORTING)
    assert import_run(batch_import.pk) is False
    BatchImport.objects.update(heartbeat=timezone.now() - timedelta(minutes=5))
    assert import_run(batch_import.pk) is True
    batch_import.refresh_from_db()
    assert batch_import.status == ImportStatus.READY


def test_a_long_file_is_checked_and_loaded_in_the_background(
    project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.importing.settings.BACKGROUND_BYTES", 100)
    batch_import = upload(project, member, GOOD)
    assert batch_import.status == ImportStatus.UPLOADED
    assert import_run(batch_import.pk)
    batch_import.refresh_from_db()
    start(batch_import, member)
    assert batch_import.status == ImportStatus.QUEUED
    assert import_run(batch_import.pk)
    batch_import.refresh_from_db()
    assert batch_import.status == ImportStatus.READY


def test_the_sweep_wakes_what_waits_and_clears_what_is_old(
    project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, forgotten = queued(project, member), upload(project, member, GOOD)
    long_ago = timezone.now() - timedelta(days=8)
    BatchImport.objects.filter(pk=waiting.pk).update(heartbeat=long_ago)
    BatchImport.objects.filter(pk=forgotten.pk).update(updated_at=long_ago)
    assert imports_sweep() == 1
    forgotten.refresh_from_db()
    assert (forgotten.status, forgotten.file) == (ImportStatus.CANCELLED, "")


def test_a_check_that_somebody_else_does_is_left_alone(project: Project, member: User) -> None:
    batch_import = upload(project, member, GOOD)
    assert import_check(batch_import.pk) is False


def test_a_staged_file_that_vanished_is_told(project: Project, member: User) -> None:
    batch_import = queued(project, member)
    default_storage.delete(batch_import.file)
    import_load(batch_import.pk)
    batch_import.refresh_from_db()
    assert (batch_import.status, batch_import.error[:30]) == (ImportStatus.FAILED, "The uploaded file is no longer")


def test_what_an_import_keeps_is_plain_json(project: Project, member: User) -> None:
    batch_import = upload(project, member, BAD)
    assert json.loads(json.dumps(batch_import.report)) == batch_import.report
