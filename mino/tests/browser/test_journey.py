"""The main job from beginning to end as one analyst does it, with a real worker and the sample shop as the sites."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from executions.agents.registry import Agents
from executions.engine.worker import Worker
from mino.sample_site import views as sample_shop
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.looks import assert_looks_right

pytestmark = pytest.mark.on_both_databases
HEADER = "site_url,expected_name,expected_price,expected_sku\n"
SLOTS = 3


@pytest.fixture
def work(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Lets a worker with three slots do what waits, in the background."""
    settings.MEDIA_ROOT = tmp_path
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    settings.MINO_ALLOWED_PORTS = [urlsplit(live_server.url).port]
    worker = Worker(Agents())
    threads: list[threading.Thread] = []

    def begin() -> None:
        for _ in range(SLOTS):
            threads.append(threading.Thread(target=worker.run_slot))
            threads[-1].start()

    yield begin
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    worker.close()


def a_file(site: str, *lines: str) -> FilePayload:
    """A file of sites of the sample shop."""
    content = HEADER + "".join(line.replace("SHOP", f"{site}/sample-site/goods") + "\n" for line in lines)
    return {"name": "shop.csv", "mimeType": "text/csv", "buffer": content.encode()}


def test_from_sign_up_to_the_exported_results(
    page: Page,
    complaints: Complaints,
    live_server: LiveServer,
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sample_shop, "SLOW_SECONDS", 3.0)
    sign_up(page)
    create_organization_and_project(page)
    import_wrong_then_right(page, live_server.url)
    run_and_watch(page, work)
    open_the_failed_job(page)
    export(page)


def sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Your name").fill("Ines Marrow")
    page.get_by_label("Email").fill("ines@northlight.example")
    page.get_by_label("Password", exact=True).fill("a long enough one")
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/organizations/new/")


def create_organization_and_project(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Northlight Retail")
    page.locator("main").get_by_role("button", name=re.compile("Create")).click()
    page.wait_for_url("**/o/northlight-retail/")
    assert_looks_right(page, "journey-empty-home")
    page.locator("main").get_by_role("link", name=re.compile("project", re.I)).first.click()
    page.get_by_label("Name", exact=True).fill("Shop prices")
    page.get_by_label("Instructions").fill("Return the name, the price and the sku of the article.")
    page.locator("main").get_by_role("button", name=re.compile("Create")).click()
    expect(page.get_by_role("heading", name="Shop prices")).to_be_visible()


def import_wrong_then_right(page: Page, site: str) -> None:
    good = [
        "SHOP/mug-speckle/,Mug Speckle,38,KC-0120",
        "SHOP/merino-50/,Merino yarn,5.9,",
        "SHOP/sold-last-year/,Gone,1,X",
    ]
    page.get_by_role("link", name="New batch").first.click()
    page.get_by_label("File").set_input_files(a_file(site, *good, "no address,Lamp,12,L-1"))
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("row", name=re.compile("^5 site_url Error"))).to_contain_text("no address")
    page.get_by_role("button", name="Choose another file").click()
    page.get_by_role("button", name="Leave it").click()
    page.get_by_label("File").set_input_files(a_file(site, *good, "SHOP/slow-cooker/,Slow cooker,79,KC-0301"))
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("Name", exact=True).fill("Four goods")
    page.get_by_role("button", name="Import 4 rows").click()
    expect(page.get_by_role("heading", name="4 rows imported")).to_be_visible()


def run_and_watch(page: Page, work: Callable[[], None]) -> None:
    page.get_by_role("link", name="Open the batch").click()
    page.get_by_role("link", name="Run", exact=True).first.click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Execution 1")).to_be_visible()
    work()
    expect(page.get_by_text("4 of 4 rows are final")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    assert_looks_right(page, "journey-execution")


def open_the_failed_job(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Errors")).first.click()
    page.get_by_role("link", name=re.compile("Row 3")).first.click()
    expect(page.get_by_role("heading", name="The site says that there is no such page.")).to_be_visible()
    assert_looks_right(page, "journey-failed-job")
    page.go_back()


def export(page: Page) -> None:
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("csv", re.I)).click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["status"] for row in rows] == ["completed", "completed", "error", "completed"]
    assert [row["extracted_price"] for row in rows] == ["38", "5.9", "", "79"]
