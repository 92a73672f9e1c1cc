"""The page that downloads an export."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from executions.models import Execution

ClientFor = Callable[[User], Client]


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
    assert response.content.decode().endswith("Choose format=csv, format=json or format=xlsx.")


def test_another_organization_finds_nothing(address: str, stranger: User, client_for: ClientFor) -> None:
    assert client_for(stranger).get(address).status_code == 404
    elsewhere = address.replace("northlight", "elsewhere")
    assert client_for(stranger).get(elsewhere).status_code == 404


def test_the_anonymous_are_asked_to_sign_in(address: str, client: Client) -> None:
    assert client.get(address).status_code == 302


def test_it_can_only_be_read(address: str, owner: User, client_for: ClientFor) -> None:
    assert client_for(owner).post(address).status_code == 405
