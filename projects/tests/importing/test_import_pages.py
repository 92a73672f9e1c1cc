from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from projects.models import Batch, BatchImport, ImportStatus, Project, Row
from projects.services.folders import folder_create

GOOD = "site_url,id,expected_price\n" + "".join(f"https://a.example/{n},s{n},{n}.50\n" for n in range(1, 9))
BAD = GOOD + "http//b.example,s98,1\nhttps://c.example/,s99,=call us\n"

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def browser(client_for: Browser, member: User) -> Client:
    return client_for(member)


def upload(browser: Client, project: Project, content: str, name: str = "shop.csv") -> BatchImport:
    url = reverse("batch_import", args=[project.organization.slug, project.pk])
    response = browser.post(url, {"file": SimpleUploadedFile(name, content.encode()), "text": ""})
    assert response.status_code == 302, response.content.decode()
    return BatchImport.objects.get()


def address(name: str, found: BatchImport) -> str:
    return reverse(name, args=[found.organization.slug, found.pk])


def fields(found: BatchImport, **changes: str) -> dict[str, str]:
    """What the page would send: every column as it is, except for the changes."""
    sent = {
        f"{part}-{column['index']}": str(column[part]) for column in found.columns for part in ("name", "role", "type")
    }
    return {**sent, "name": "Spring", "description": "", **{key.replace("_of_", "-"): v for key, v in changes.items()}}


def test_a_file_is_uploaded_looked_at_and_imported(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    page = browser.get(address("import_detail", found)).content.decode()
    assert "8 rows can be imported." in page
    assert "Nothing is wrong" in page
    assert 'value="shop"' in page
    response = browser.post(address("import_detail", found), {**fields(found), "action": "start"}, follow=True)
    assert "8 rows imported" in response.content.decode()
    assert Batch.objects.get().name == "Spring"


def test_problems_are_shown_by_line_and_column_and_block(browser: Client, project: Project) -> None:
    found = upload(browser, project, BAD)
    page = browser.get(address("import_detail", found)).content.decode()
    assert "Did you mean http://b.example?" in page
    assert "1 error, 1 warning" in page
    refused = browser.post(address("import_detail", found), {**fields(found), "action": "start"}).content.decode()
    assert "Choose this to import the other lines." in refused
    assert not Batch.objects.exists()


def test_lines_with_errors_are_left_out_when_chosen_and_can_be_downloaded(browser: Client, project: Project) -> None:
    found = upload(browser, project, BAD)
    data = {**fields(found), "leave_out_errors": "on", "action": "start"}
    page = browser.post(address("import_detail", found), data, follow=True).content.decode()
    assert "1 line was left out" in page
    lines = b"".join(browser.get(address("import_left_out", found)))
    assert list(csv.reader(io.StringIO(lines.decode()))) == [
        ["line", "problem", "site_url", "id", "expected_price"],
        ["10", "The beginning of the address is not written http:// or https://.", "http//b.example", "s98", "1"],
    ]


def test_the_form_begins_with_what_was_said_at_the_upload(browser: Client, project: Project) -> None:
    found = upload(browser, project, BAD)
    BatchImport.objects.update(name="Spring", leave_out_errors=True)
    start = browser.get(address("import_detail", found)).context["start"]
    assert (start["name"].value(), start["leave_out_errors"].value()) == ("Spring", True)


def test_what_the_page_does_not_ask_for_stays_as_it_was_said(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    folder = folder_create(project=project, user=None, name="Spring")
    BatchImport.objects.update(folder=folder)
    browser.post(address("import_detail", found), {**fields(found), "action": "start"})
    assert Batch.objects.get().folder == folder


def test_the_report_has_every_problem_and_no_formula(browser: Client, project: Project) -> None:
    found = upload(browser, project, BAD)
    text = b"".join(browser.get(address("import_problems", found))).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["line"], row["column"], row["code"], row["found"]) for row in rows] == [
        ("10", "site_url", "INVALID_URL", "http//b.example"),
        ("11", "expected_price", "UNREADABLE_TRUTH", "'=call us"),
    ]


def test_other_columns_are_checked_before_anything_is_imported(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    data = {**fields(found, role_of_1="ground_truth"), "action": "start"}
    response = browser.post(address("import_detail", found), data, follow=True)
    assert "the file was checked again" in response.content.decode()
    assert not Batch.objects.exists()
    found.refresh_from_db()
    assert found.columns[1]["role"] == "ground_truth"
    assert found.name == "Spring"


def test_a_type_that_does_not_exist_is_told_at_its_field(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    page = browser.post(address("import_detail", found), fields(found, type_of_1="money")).content.decode()
    assert "money is not one of the available choices" in page


def test_the_file_can_be_read_in_another_way(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    data = {"encoding": "cp1252", "delimiter": "tab", "quote": "", "header": "on"}
    browser.post(address("import_reading", found), data)
    found.refresh_from_db()
    assert (found.reading["delimiter"], found.reading["encoding"], len(found.columns)) == ("\t", "cp1252", 1)


def test_pasted_addresses_are_a_batch(browser: Client, project: Project) -> None:
    url = reverse("batch_import", args=[project.organization.slug, project.pk])
    browser.post(url, {"text": "https://a.example/\nb.example"})
    found = BatchImport.objects.get()
    browser.post(address("import_detail", found), {**fields(found), "action": "start"})
    assert [row.url for row in Row.objects.all()] == ["https://a.example/", "https://b.example"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": ""}, "Choose a file, or paste addresses below."),
        ({"text": "a.example", "file": SimpleUploadedFile("a.csv", b"site_url\n")}, "not both"),
        ({"text": "", "file": SimpleUploadedFile("a.csv", b"%PDF-1.7")}, "This is a PDF document, not a table."),
        ({"text": "", "file": SimpleUploadedFile("a.csv", b"")}, "The file has no rows."),
    ],
)
def test_what_can_not_be_read_is_told_at_its_field(
    browser: Client, project: Project, data: dict[str, object], sentence: str
) -> None:
    url = reverse("batch_import", args=[project.organization.slug, project.pk])
    assert sentence in browser.post(url, data).content.decode()
    assert not BatchImport.objects.exists()


def test_progress_is_polled_and_ends_with_a_reload(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    BatchImport.objects.update(status=ImportStatus.IMPORTING, rows_done=4, rows_total=8, share=0.5)
    page = browser.get(address("import_detail", found)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    fragment = browser.get(address("import_detail", found), headers={"HX-Request": "true"})
    assert fragment.content.decode().strip().startswith('<section class="card mn-narrow is-wider" id="progress"')
    assert "4 of 8 rows" in fragment.content.decode()
    BatchImport.objects.update(status=ImportStatus.READY)
    done = browser.get(address("import_detail", found), headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


def test_an_import_is_cancelled(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD)
    page = browser.post(address("import_cancel", found), follow=True).content.decode()
    assert "The import was cancelled" in page
    assert "The import was cancelled" in browser.get(address("import_detail", found)).content.decode()


def test_the_pages_of_many_problems_are_linked(browser: Client, project: Project) -> None:
    found = upload(browser, project, GOOD + "nothing,s,1\n" * 120)
    page = browser.get(address("import_detail", found) + "?severity=error&from=51").content.decode()
    assert "51 to 100 of 120" in page
    assert "?severity=error&amp;from=101#problems" in page
    assert page.count('data-l="Found"') == 50


def test_cells_of_a_file_are_escaped(browser: Client, project: Project) -> None:
    found = upload(browser, project, "site_url,<b>x</b>,expected_price\nhttps://a.example/,<script>,<i>call\n")
    page = browser.get(address("import_detail", found)).content.decode()
    assert "<script>," not in page
    assert "<i>call" not in page
    assert "<b>x</b>" not in page


def test_the_template_has_the_columns_of_the_newest_batch(browser: Client, project: Project, batch: Batch) -> None:
    url = reverse("import_template", args=[project.organization.slug, project.pk])
    assert browser.get(url).content == b"site_url,expected_title,expected_price\r\n"
    batch.delete()
    assert browser.get(url).content.splitlines()[0] == b"site_url,name,expected_title,expected_price"


def test_a_file_over_the_limit_is_refused_before_it_is_kept(
    browser: Client, project: Project, settings: Settings
) -> None:
    settings.IMPORT_MAX_BYTES = 50
    url = reverse("batch_import", args=[project.organization.slug, project.pk])
    response = browser.post(url, {"file": SimpleUploadedFile("a.csv", GOOD.encode()), "text": ""})
    assert "can be imported. Split it into several files." in response.content.decode()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*"))
