"""The pages of large exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.running import export_run
from analytics.exporting.formats import ExportFormat
from analytics.exporting.results import Results
from analytics.models import Export, ExportStatus
from executions.models import Execution
from projects.models import Batch

ClientFor = Callable[[User], Client]


def page(name: str, *ids: object) -> str:
    return reverse(name, args=["northlight", *ids])


@pytest.fixture
def small_limit(settings: Settings) -> None:
    settings.EXPORT_BACKGROUND_ROWS = 3


@pytest.mark.usefixtures("small_limit")
def test_a_large_export_is_ordered_and_its_page_has_the_file(
    mixed: Execution, viewer: User, client_for: ClientFor
) -> None:
    browser = client_for(viewer)
    choices = {"format": "xlsx", "columns": ["errors"]}
    response = browser.post(page("execution_export_options", mixed.pk), choices)
    export = Export.objects.get()
    assert response["Location"] == page("export_detail", export.pk)
    assert export.parameters == {"format": "xlsx", "columns": ["errors"]}
    assert "0 of 4 rows" in browser.get(response["Location"]).content.decode()
    export_run(export.pk)
    assert page("export_file", export.pk) in browser.get(response["Location"]).content.decode()


@pytest.mark.usefixtures("small_limit")
def test_what_is_narrowed_enough_is_downloaded_at_once(mixed: Execution, viewer: User, client_for: ClientFor) -> None:
    choices = {"format": "csv", "status": "error"}
    response = client_for(viewer).post(page("execution_export_options", mixed.pk), choices)
    assert response["Location"] == page("execution_export", mixed.pk) + "?format=csv&status=error"
    assert not Export.objects.exists()


@pytest.mark.usefixtures("small_limit")
def test_a_large_workbook_is_not_made_within_a_request(mixed: Execution, viewer: User, client_for: ClientFor) -> None:
    browser = client_for(viewer)
    response = browser.get(page("execution_export", mixed.pk), {"format": "xlsx", "columns": "cost"})
    assert response["Location"] == page("execution_export_options", mixed.pk) + "?format=xlsx&columns=cost"
    assert "made in the background" in browser.get(response["Location"]).content.decode()
    assert browser.get(page("execution_export", mixed.pk)).streaming


def test_a_large_batch_is_ordered_too(batch: Batch, viewer: User, client_for: ClientFor, settings: Settings) -> None:
    browser = client_for(viewer)
    options = page("batch_export_options", batch.pk)
    assert browser.post(options, {"format": "xlsx"})["Location"] == page("batch_export", batch.pk) + "?format=xlsx"
    settings.EXPORT_BACKGROUND_ROWS = 2
    assert browser.get(page("batch_export", batch.pk), {"format": "xlsx"})["Location"] == f"{options}?format=xlsx"
    response = browser.post(options, {"format": "jsonl"})
    assert response["Location"] == page("export_detail", Export.objects.get(kind="batch").pk)
    assert browser.post(options, {"format": "pdf"}).status_code == 400


def test_the_file_is_saved_under_its_name(waiting: Export, viewer: User, client_for: ClientFor) -> None:
    browser, address = client_for(viewer), page("export_file", waiting.pk)
    assert browser.get(address).status_code == 404
    export_run(waiting.pk)
    response = browser.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="shop-prices-execution-7.csv"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")
    assert len(response.getvalue()) == int(response["Content-Length"])


def test_a_file_whose_time_is_over_is_not_given_out(waiting: Export, viewer: User, client_for: ClientFor) -> None:
    export_run(waiting.pk)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    browser = client_for(viewer)
    assert browser.get(page("export_file", waiting.pk)).status_code == 404
    assert "The file is no longer kept" in browser.get(page("export_detail", waiting.pk)).content.decode()


def test_nothing_is_given_out_of_a_deleted_batch(waiting: Export, viewer: User, client_for: ClientFor) -> None:
    export_run(waiting.pk)
    Batch.objects.update(status="deleting")
    assert client_for(viewer).get(page("export_file", waiting.pk)).status_code == 404


def test_another_organization_finds_nothing(waiting: Export, stranger: User, client_for: ClientFor) -> None:
    export_run(waiting.pk)
    browser = client_for(stranger)
    for name in ("export_detail", "export_file"):
        assert browser.get(page(name, waiting.pk)).status_code == 404
        assert browser.get(page(name, waiting.pk).replace("northlight", "elsewhere")).status_code == 404


def test_the_progress_is_told_until_it_is_over(waiting: Export, viewer: User, client_for: ClientFor) -> None:
    browser, address = client_for(viewer), page("export_detail", waiting.pk)
    Export.objects.update(status=ExportStatus.WRITING, rows_done=2)
    part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "2 of 4 rows" in part
    assert "<html" not in part
    Export.objects.update(status=ExportStatus.READY)
    assert browser.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_cancelling_and_making_it_again(waiting: Export, viewer: User, owner: User, client_for: ClientFor) -> None:
    browser = client_for(viewer)
    shown = browser.post(page("export_cancel", waiting.pk), follow=True).content.decode()
    assert "The export was cancelled" in shown
    refused = client_for(owner).post(page("export_again", waiting.pk), follow=True).content.decode()
    assert "Only who ordered an export can change it." in refused
    browser.post(page("export_again", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == ExportStatus.QUEUED


def test_the_list_has_ones_own_exports_alone(waiting: Export, viewer: User, owner: User, client_for: ClientFor) -> None:
    assert page("export_detail", waiting.pk) in client_for(viewer).get(page("export_list")).content.decode()
    assert "No exports yet" in client_for(owner).get(page("export_list")).content.decode()


def test_the_list_takes_as_many_queries_however_long_it_is(
    waiting: Export,
    mixed: Execution,
    viewer: User,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(viewer)
    browser.get(page("export_list"))
    with django_assert_num_queries(QUERIES):
        browser.get(page("export_list"))
    for _ in range(4):
        export_order(source=Results(mixed), export_format=ExportFormat.CSV, user=viewer)
    with django_assert_num_queries(QUERIES):
        browser.get(page("export_list"))


QUERIES = 7
