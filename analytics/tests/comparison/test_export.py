"""Comparisons as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from executions.models import Execution

ClientFor = Callable[[User], Client]
Two = tuple[Execution, Execution]


@pytest.fixture
def fetch(two: Two, viewer: User, client_for: ClientFor) -> Callable[..., bytes]:
    """Downloads the comparison with further parameters."""
    client, address = client_for(viewer), reverse("compare_export", args=["northlight"])

    def fetched(**query: str) -> bytes:
        response = client.get(address, {"executions": f"{two[0].pk},{two[1].pk}", **query})
        assert response.status_code == 200
        return bytes(response.getvalue())

    return fetched


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_the_figures_are_told_with_their_intervals(fetch: Callable[..., bytes]) -> None:
    rows = table(fetch())
    passed = rows[0]
    assert (passed["what"], passed["verdict"], passed["n"], passed["test"]) == (
        "rows passed",
        "better",
        "11",
        "McNemar",
    )
    assert (passed["difference"], passed["became_right"], passed["became_wrong"]) == ("0.636364", "8", "1")
    assert float(passed["low"]) < 0.636 < float(passed["high"])
    assert [row["what"] for row in rows[1:4]] == ["all cells", "column title", "column price"]
    assert {row["what"]: row["n"] for row in rows}["rows left out: failed in the baseline"] == "1"


def test_the_flips_are_those_of_the_filter_and_no_formula(fetch: Callable[..., bytes], two: Two) -> None:
    two[1].field_results.filter(column="title", outcome="wrong").update(extracted="=1+1")
    assert len(table(fetch(part="flips"))) == 9
    (row,) = table(fetch(part="flips", way="wrong"))
    assert (row["position"], row["column"], row["why"], row["value"]) == ("11", "title", "Output changed", "'=1+1")
    (lost,) = table(fetch(part="flips", way="gained"))
    assert (lost["baseline_outcome"], lost["error_code"]) == ("error", "TIMEOUT")


def test_a_workbook_holds_the_same(fetch: Callable[..., bytes]) -> None:
    sheet = load_workbook(io.BytesIO(fetch(part="flips", format="xlsx"))).active
    assert sheet is not None
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(values) == 10
    assert values[1][:5] == [1, "https://shop1.example/item", "price", "Became right", "Output changed"]


def test_what_makes_no_sense_is_refused(two: Two, viewer: User, client_for: ClientFor) -> None:
    client, address = client_for(viewer), reverse("compare_export", args=["northlight"])
    ids = f"{two[0].pk},{two[1].pk}"
    for query in (
        {},
        {"executions": str(two[0].pk)},
        {"executions": ids, "format": "pdf"},
        {"executions": ids, "part": "x"},
    ):
        assert client.get(address, query).status_code == 400
