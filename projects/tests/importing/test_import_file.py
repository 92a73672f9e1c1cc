from __future__ import annotations

import io
from typing import Any

import pytest

from mino.common.errors import InvalidInput
from projects.importing.files import FileRefused, ImportedFile, import_file
from projects.models import Batch, BatchStatus, Project, Row

GOOD = b"page,site_url,expected_price,price\nx,https://a.example/,12.50,old\ny,https://b.example/,,old\n"


def imported(project: Project, content: bytes = GOOD, **options: Any) -> ImportedFile:
    return import_file(project=project, user=None, file=io.BytesIO(content), filename="sites.csv", **options)


def test_a_file_becomes_a_ready_batch_in_one_go(project: Project) -> None:
    done = imported(project)
    assert (done.batch.status, done.batch.row_count, done.batch.truth_row_count) == (BatchStatus.READY, 2, 1)
    first = Row.objects.filter(batch=done.batch)[0]
    assert (first.inputs, first.truth) == ({"page": "x", "price": "old"}, {"price": "12.50"})


def test_the_same_content_with_the_same_columns_is_used_again(project: Project) -> None:
    first = imported(project)
    again = imported(project, reuse=True)
    assert again.reused
    assert again.batch == first.batch
    assert not imported(project, reuse=True, types={"price": "text"}).reused
    assert not imported(project, GOOD + b"z,https://c.example/,1,\n", reuse=True).reused


def test_types_and_options_replace_what_was_guessed(project: Project) -> None:
    done = imported(project, types={"price": "number"}, options={"price": {"tolerance": "0.01"}})
    column = done.batch.columns.get(role="ground_truth")
    assert (column.type, column.options) == ("number", {"tolerance": 0.01})


def test_another_column_may_hold_the_addresses(project: Project) -> None:
    content = b"site_url,mirror\nhttps://a.example/,https://m.example/\n"
    done = imported(project, content, url_column="mirror")
    assert Row.objects.get(batch=done.batch).url == "https://m.example/"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url_column": "nothing"}, "no column “nothing”"),
        ({"types": {"nothing": "text"}}, "no column “nothing”"),
        ({"types": {"price": "money"}}, "“money” is not a type"),
        ({"options": {"price": {"nonsense": 1}}}, "nonsense"),
    ],
)
def test_what_the_file_does_not_have_is_refused(project: Project, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        imported(project, **options)
    assert message in refusal.value.details[0].message
    assert not Batch.objects.exists()


def test_all_that_is_wrong_with_types_and_options_is_told_at_once(project: Project) -> None:
    with pytest.raises(InvalidInput) as refusal:
        imported(project, types={"price": "money", "nothing": "text"}, options={"price": {"nonsense": "1"}})
    assert [detail.path for detail in refusal.value.details] == ["price", "nothing", "price"]
    assert "The option nonsense can't be used" in refusal.value.details[2].message


def test_a_file_with_errors_is_refused_as_a_whole_with_all_of_them(project: Project) -> None:
    content = GOOD + b"z,nonsense,1,\n" + b"z,https://c.example/,1,\n" * 3 + b"z,,1,\n"
    with pytest.raises(FileRefused) as refusal:
        imported(project, content)
    assert [detail.path for detail in refusal.value.details] == ["line 4", "line 8"]
    assert refusal.value.report.rows == 7
    assert set(Batch.objects.values_list("status", flat=True)) == {BatchStatus.DELETING}


def test_lines_with_errors_can_be_left_out(project: Project) -> None:
    done = imported(project, GOOD + b"z,nonsense,1,\nz,https://c.example/,1,\n", leave_out_errors=True)
    assert (done.batch.row_count, done.report.bad_rows) == (3, 1)
    assert list(Row.objects.filter(batch=done.batch).values_list("position", "line")) == [(1, 2), (2, 3), (3, 5)]


def test_a_file_that_can_not_be_read_is_refused_with_the_reason(project: Project) -> None:
    for content in (b"", b"%PDF", b"name\nA\n"):
        with pytest.raises(FileRefused) as refusal:
            imported(project, content)
        assert refusal.value.report.fatal is not None
    assert not Batch.objects.filter(status=BatchStatus.READY).exists()


def test_an_interruption_leaves_no_half_batch(project: Project) -> None:
    def interrupt(rows: int, share: float) -> None:
        raise KeyboardInterrupt

    content = b"site_url\n" + b"https://a.example/\n" * 3_000
    with pytest.raises(KeyboardInterrupt):
        imported(project, content, progress=interrupt)
    assert set(Batch.objects.values_list("status", flat=True)) == {BatchStatus.DELETING}


def test_the_key_can_be_chosen_or_refused(project: Project) -> None:
    content = b"site_url,id,sku\nhttps://a.example/,1,x\nhttps://b.example/,2,y\n"
    keys = {
        chosen: list(Row.objects.filter(batch=imported(project, content, key_column=chosen).batch).values_list("key"))
        for chosen in (None, "", "sku")
    }
    assert keys == {None: [("1",), ("2",)], "": [("",), ("",)], "sku": [("x",), ("y",)]}
