"""A file becomes a batch: first one with mistakes, then the right one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.fixtures import Settings

from accounts.models import User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from projects.models import Batch, BatchImport, ImportStatus, Project

HEADER = "url;id;expected_name;expected_price;gt_in_stock;expected_brand;notes\n"
ROWS = "".join(
    f"https://lumenhaus.example/p/{4400 + n};LH-{n};Desk lamp {n}, brass;{20 + n},50;{'yes' if n % 3 else 'no'};Arkö;\n"
    for n in range(1, 41)
)
BAD_ROWS = (
    "voltlane.example/p/desk-dock;VL-1;Desk dock;call us;yes;Voltlane;\n"
    "http//tidewell.example/shop/77;TW-77;Rain jacket;189.00;maybe;Tidewell;\n"
    "https://lumenhaus.example/p/4401;LH-99;Desk lamp, again;21,50;no;Arkö;\n"
    "https://mattonella.example/it/p/posa-20;MT-20;Piastrella; Posa;1.234,50;yes;Mattonella;checked twice;x\n"
    'https://nordgarn.example/garn;NG-1;"Merino 50 g;59;yes;Nordgarn;\n'
)


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def a_file(content: str) -> FilePayload:
    return {"name": "catalogue_spring.csv", "mimeType": "text/csv", "buffer": content.encode()}


def test_a_file_with_mistakes_and_then_the_right_one(
    page: Page, sign_in: SignIn, member: User, project: Project
) -> None:
    sign_in(member)
    page.goto(f"/o/northlight/projects/{project.pk}/batches/new/")
    assert_looks_right(page, "import-upload")
    page.get_by_label("File").set_input_files(a_file(HEADER + ROWS + BAD_ROWS))
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Did you mean http://tidewell.example/shop/77?")).to_be_visible()
    expect(page.get_by_label("Role of expected_price")).to_have_value("ground_truth")
    assert_looks_right(page, "import-check")
    page.get_by_role("button", name="Import 42 rows").click()
    expect(page.get_by_text("Choose this to import the other lines.")).to_be_visible()

    page.get_by_role("button", name="Choose another file").click()
    page.get_by_role("button", name="Leave it").click()
    page.get_by_label("File").set_input_files(a_file(HEADER + ROWS))
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Spring catalogue")
    page.get_by_role("button", name="Import 40 rows").click()
    expect(page.get_by_role("heading", name="40 rows imported")).to_be_visible()
    assert_looks_right(page, "import-ready")
    assert Batch.objects.get(status="ready").name == "Spring catalogue"


def test_a_long_import_shows_how_far_it_is_and_ends_by_itself(
    page: Page, sign_in: SignIn, member: User, project: Project
) -> None:
    sign_in(member)
    page.goto(f"/o/northlight/projects/{project.pk}/batches/new/")
    page.get_by_label("Or paste addresses").fill("https://a.example/\nhttps://b.example/\n")
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("2 rows can be imported.")).to_be_visible()
    BatchImport.objects.update(status=ImportStatus.IMPORTING, rows_done=1, rows_total=2, share=0.5)
    page.reload()
    expect(page.get_by_text("1 of 2 rows")).to_be_visible()
    assert_looks_right(page, "import-progress")
    BatchImport.objects.update(status=ImportStatus.FAILED, error="The rows could not be saved.")
    expect(page.get_by_text("The rows could not be saved.")).to_be_visible()
