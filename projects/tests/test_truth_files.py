"""The truth of many rows set by a file."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from mino.common.errors import InvalidInput, InvalidState
from mino.tests.factories import COLUMNS, BatchFactory, RowFactory
from projects.models import Batch, Project, TruthRevision
from projects.truth_files import reading, services
from projects.truth_files.services import Preview, truth_file_apply, truth_file_preview, truth_files_sweep

pytestmark = pytest.mark.django_db
URL = "https://shop{}.example/item"


def look(batch: Batch, user: User, text: str, *, blank_clears: bool = False) -> Preview:
    file = ContentFile(text.encode())
    return truth_file_preview(batch=batch, user=user, file=file, name="truth.csv", blank_clears=blank_clears)


def truth(batch: Batch, position: int) -> dict[str, str]:
    found: dict[str, str] = batch.rows.get(position=position).truth
    return found


def test_a_file_changes_what_its_preview_shows(batch: Batch, member: User) -> None:
    text = f"site_url,expected_price,notes\n{URL.format(1)},9.99,x\nshop2.example/item,,y\n{URL.format(3)},3.50,z\n"
    preview = look(batch, member, text)
    assert (preview.cells, preview.lines, preview.way, dict(preview.by_column)) == (1, 3, "by URL", {"price": 1})
    assert [(one.position, one.before, one.after) for one in preview.first] == [(1, "1.50", "9.99")]
    assert truth(batch, 1)["price"] == "1.50"
    assert truth_file_apply(batch=batch, user=member, token=preview.token) == 1
    assert truth(batch, 1) == {"title": "Kettle 1", "price": "9.99"}
    revision = TruthRevision.objects.get()
    assert (revision.reason, revision.user) == ("From truth.csv", member)


def test_blank_cells_clear_the_truth_only_where_that_was_chosen(batch: Batch, member: User) -> None:
    text = f"site_url,expected_price\n{URL.format(2)},\n{URL.format(3)},(absent)\n"
    assert look(batch, member, text).cells == 1
    preview = look(batch, member, text, blank_clears=True)
    assert preview.cells == 2
    assert not preview.doubts
    truth_file_apply(batch=batch, user=member, token=preview.token)
    assert (truth(batch, 2), truth(batch, 3)["price"]) == ({"title": "Kettle 2"}, "(absent)")


def test_lines_without_a_row_are_told_and_left_out_only_when_asked(batch: Batch, member: User) -> None:
    RowFactory(batch=batch, position=4, url=URL.format(3))
    text = f"site_url,price\n{URL.format(1)},7\nhttps://nowhere.example/,8\n{URL.format(3)},9\n{URL.format(1)},6\n"
    preview = look(batch, member, text)
    assert [line for line, _ in preview.problems] == [3, 4, 5]
    sentences = [sentence for _, sentence in preview.problems]
    assert "No row has the address" in sentences[0]
    assert "2 rows have the address" in sentences[1]
    assert sentences[2] == "This is row 1 again, as in line 2."
    with pytest.raises(InvalidInput, match="3 lines can't be used"):
        truth_file_apply(batch=batch, user=member, token=preview.token)
    assert truth(batch, 1)["price"] == "1.50"
    assert truth_file_apply(batch=batch, user=member, token=preview.token, leave_out=True) == 1


def test_positions_tell_rows_of_equal_addresses_apart(batch: Batch, member: User) -> None:
    RowFactory(batch=batch, position=4, url=URL.format(3))
    text = (
        f"mino_row_key,position,site_url,price\n3,3,{URL.format(3)},7\n4,4,{URL.format(3)},8\n2,2,{URL.format(9)},8\n"
    )
    preview = look(batch, member, text)
    assert [(one.position, one.after) for one in preview.first] == [(3, "7"), (4, "8")]
    assert preview.problems == [(4, "Row 2 is another site: https://shop2.example/item.")]


def test_a_batch_with_a_key_is_matched_by_it(project: Project, member: User) -> None:
    key = {"name": "sku", "header": "sku", "type": "text", "role": "key"}
    batch = BatchFactory(project=project, columns=[*COLUMNS, key])
    for position in (1, 2):
        RowFactory(batch=batch, position=position, url="https://shop.example/", key=f"K{position}")
    preview = look(batch, member, "sku,price\nK2,7\nK9,8\n")
    assert (preview.way, [one.position for one in preview.first]) == ("by key", [2])
    assert preview.problems == [(3, "No row has the key K9.")]


def test_what_was_changed_after_the_preview_is_not_overwritten(batch: Batch, member: User) -> None:
    preview = look(batch, member, f"site_url,price\n{URL.format(1)},7\n{URL.format(2)},8\n")
    row = batch.rows.get(position=2)
    row.truth = {"price": "99"}
    row.save()
    with pytest.raises(InvalidState, match="changed since you looked"):
        truth_file_apply(batch=batch, user=member, token=preview.token)
    assert (truth(batch, 1)["price"], truth(batch, 2)["price"]) == ("1.50", "99")


def test_a_token_is_good_for_its_batch_and_its_person_and_once(
    batch: Batch, member: User, admin: User, project: Project
) -> None:
    preview = look(batch, member, f"site_url,price\n{URL.format(1)},7\n")
    other = BatchFactory(project=project)
    for where, who, token in ((other, member, preview.token), (batch, admin, preview.token), (batch, member, "x")):
        with pytest.raises(InvalidState, match="not kept any more"):
            truth_file_apply(batch=where, user=who, token=token)
    truth_file_apply(batch=batch, user=member, token=preview.token)
    with pytest.raises(InvalidState, match="not kept any more"):
        truth_file_apply(batch=batch, user=member, token=preview.token)


@pytest.mark.parametrize("text", ["", "site_url,colour\nhttps://a.example/,red\n", "price\n7\n", "PK\x03\x04"])
def test_a_file_without_rows_or_truth_is_refused_and_not_kept(batch: Batch, member: User, text: str) -> None:
    before = _kept()
    with pytest.raises(InvalidInput):
        look(batch, member, text)
    assert _kept() == before


def test_values_that_are_no_numbers_are_doubted(batch: Batch, member: User) -> None:
    preview = look(batch, member, f"site_url,price\n{URL.format(1)},cheap\n")
    assert preview.doubt_count == 1
    assert preview.doubts[0].startswith("Row 1: “cheap” can't be read as a number")


def test_long_files_are_read_piece_by_piece(batch: Batch, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PIECE", 1)
    preview = look(batch, member, "site_url,price\n" + "".join(f"{URL.format(n)},7{n}\n" for n in (3, 1, 2)))
    assert truth_file_apply(batch=batch, user=member, token=preview.token) == 3
    assert [truth(batch, n)["price"] for n in (1, 2, 3)] == ["71", "72", "73"]


@pytest.mark.parametrize(
    ("limit", "sentence"), [("MAX_LINES", "more than 2 lines"), ("MAX_CHANGED", "change more than 2 cells")]
)
def test_a_file_that_takes_too_long_is_refused_and_not_kept(
    batch: Batch, member: User, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    monkeypatch.setattr(reading, limit, 2)
    text = "site_url,price\n" + "".join(f"{URL.format(n)},7{n}\n" for n in (1, 2))
    assert look(batch, member, text).cells == 2
    before = _kept()
    with pytest.raises(InvalidInput, match=sentence):
        look(batch, member, f"{text}{URL.format(3)},73\n")
    assert _kept() == before


def test_lines_that_cannot_be_read_are_told_and_change_nothing(batch: Batch, member: User) -> None:
    lines = [f'{URL.format(1)},"7', f"{URL.format(2)},8,5", f"{URL.format(3)}", "", f"{URL.format(3)},93,,"]
    preview = look(batch, member, "site_url,price\n" + "\n".join(lines) + "\n")
    told = [(line, sentence.partition(".")[0]) for line, sentence in preview.problems]
    assert told == [
        (2, "A quote opened in line 2 is not closed before the end of the file"),
        (3, "The line has 3 fields; the header has 2"),
        (4, "The line has 1 field; the header has 2"),
    ]
    assert (preview.lines, preview.cells, preview.first[0].after) == (4, 1, "93")


def test_errors_of_formulas_do_not_become_truth(batch: Batch, member: User) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for cells in (["position", "price"], [1, "#N/A"], [2, 8], [3, "=1+1"]):
        sheet.append(cells)
    sheet["B2"].data_type = "e"
    kept = io.BytesIO()
    book.save(kept)
    file = ContentFile(kept.getvalue())
    preview = truth_file_preview(batch=batch, user=member, file=file, name="truth.xlsx", blank_clears=False)
    assert [(one.position, one.after) for one in preview.first] == [(2, "8")]
    assert preview.problems[0][1].startswith("price: The cell's formula gives the error #N/A.")
    assert preview.doubts[0].startswith("Line 4: price: The cell's formula has no saved value")


def test_two_columns_of_one_name_are_refused_where_one_is_meant(batch: Batch, member: User) -> None:
    with pytest.raises(InvalidInput, match="Two columns of the file are called “price”"):
        look(batch, member, f"site_url,price,price\n{URL.format(1)},7,8\n")
    assert look(batch, member, f"site_url,price,note,note\n{URL.format(1)},7,a,b\n").cells == 1


def test_what_was_mended_while_reading_is_doubted(batch: Batch, member: User) -> None:
    preview = look(batch, member, f"site_url,title\n{URL.format(1)},Ket\ufffdle\n")
    assert (preview.cells, preview.doubt_count) == (1, 1)
    assert preview.doubts[0].startswith("Line 2: title: The cell has a replacement character")


def test_viewers_set_nothing(batch: Batch, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        look(batch, viewer, "site_url,price\n")


def test_files_that_nobody_confirmed_are_deleted_after_a_day(
    batch: Batch, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(batch, member, f"site_url,price\n{URL.format(1)},7\n")
    truth_files_sweep()
    assert _kept()
    monkeypatch.setattr(services, "KEPT", -2 * services.KEPT)
    truth_files_sweep()
    assert not _kept()


def _kept() -> list[str]:
    if not default_storage.exists(services.FOLDER):
        return []
    days = default_storage.listdir(services.FOLDER)[0]
    return [name for day in days for name in default_storage.listdir(f"{services.FOLDER}/{day}")[1]]
