"""The page that downloads an export."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from executions.models import Execution

ClientFor = Callable[[User], Client]
QUERIES_OF_CHOICES = 7


@pytest.fixture
def address(mixed: Execution) -> str:
    return reverse("execution_export", args=["northlight", mixed.pk])


def test_csv_is_the_default_and_is_streamed(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address)
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="shop-prices-execution-7.csv"'
    assert response.getvalue().startswith(b"mino_row_key,position,site_url,")


def test_json_is_one_object(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address, {"format": "json"})
    assert response["Content-Type"] == "application/json"
    assert len(json.loads(response.getvalue())["rows"]) == 4


def test_xlsx_is_a_workbook_of_known_length(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address, {"format": "xlsx"})
    content = response.getvalue()
    assert int(response["Content-Length"]) == len(content)
    assert response["Content-Disposition"].endswith('.xlsx"')
    assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row == 5


def test_an_unknown_format_is_explained(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address, {"format": "<pdf>"})
    assert response.status_code == 400
    told = (
        "There is no such format of exports. Choose one of these: format=csv, format=xlsx, format=json, format=jsonl."
    )
    assert told in response.content.decode()


def test_json_lines_are_streamed(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address, {"format": "jsonl", "status": "error"})
    assert response.streaming
    assert response["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert [json.loads(line)["position"] for line in response.getvalue().splitlines()] == [103]


def test_a_file_is_saved_and_never_shown(address: str, viewer: User, client_for: ClientFor) -> None:
    response = client_for(viewer).get(address, {"format": "json"})
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


def test_the_choices_lead_to_the_file(address: str, viewer: User, client_for: ClientFor) -> None:
    choices = {"format": "jsonl", "columns": ["errors", "cost"], "status": "error", "error_code": "TIMEOUT"}
    response = client_for(viewer).post(f"{address}options/", choices)
    wanted = "?format=jsonl&columns=errors,cost&status=error&error_code=TIMEOUT"
    assert response["Location"] == address + wanted


def test_the_page_of_choices_has_what_the_address_says(address: str, viewer: User, client_for: ClientFor) -> None:
    page = client_for(viewer).get(f"{address}options/", {"status": "error", "columns": "cost"}).content.decode()
    assert page.count(" checked") == 2
    assert 'value="cost"' in page


def test_the_page_of_choices_takes_few_queries(
    address: str, viewer: User, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = client_for(viewer)
    browser.get(f"{address}options/")
    with django_assert_num_queries(QUERIES_OF_CHOICES):
        browser.get(f"{address}options/")


def test_a_mistake_among_the_choices_is_shown_beside_them(address: str, viewer: User, client_for: ClientFor) -> None:
    for response in (
        client_for(viewer).get(address, {"accuracy_min": "much"}),
        client_for(viewer).post(f"{address}options/", {"accuracy_min": "much"}),
    ):
        assert response.status_code == 400
        assert "Enter a number." in response.content.decode()


def test_another_organization_finds_nothing(address: str, stranger: User, client_for: ClientFor) -> None:
    assert client_for(stranger).get(address).status_code == 404
    elsewhere = address.replace("northlight", "elsewhere")
    assert client_for(stranger).get(elsewhere).status_code == 404


def test_the_anonymous_are_asked_to_sign_in(address: str, client: Client) -> None:
    assert client.get(address).status_code == 302


def test_it_can_only_be_read(address: str, owner: User, client_for: ClientFor) -> None:
    assert client_for(owner).post(address).status_code == 405
