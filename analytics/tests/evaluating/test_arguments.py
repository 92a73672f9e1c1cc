"""Reading the arguments."""

from __future__ import annotations

from argparse import ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.evaluating import arguments
from analytics.evaluating.arguments import BadInput, Request, option_pairs, pairs
from analytics.tests.evaluating.conftest import Write

GIVEN: dict[str, Any] = {
    "file": Path("a.csv"),
    "instructions": "Return the price.",
    "url_column": None,
    "key_column": None,
    "agent_settings": [],
    "types": [],
    "options": [],
    "agent": None,
    "results": None,
    "project": "",
    "organization": "",
    "concurrency": 8,
    "sample": None,
    "seed": None,
    "min_accuracy": None,
    "baseline": "",
    "compare": None,
    "export": None,
    "json": False,
}


def test_pairs_are_separated_by_commas() -> None:
    assert pairs("price=number, date=date,") == [("price", "number"), ("date", "date")]


@pytest.mark.parametrize(
    "text",
    [
        'tags.alternatives=",",a.threshold=1',
        '"tags.alternatives=,",a.threshold=1',
        'tags.alternatives=",", a.threshold=1',
    ],
)
def test_a_comma_is_quoted_in_the_value_or_around_the_pair(text: str) -> None:
    assert option_pairs(text) == [("tags.alternatives", ","), ("a.threshold", "1")]


def test_two_quotes_within_quotes_are_one() -> None:
    assert pairs('a="say ""x, y"""') == [("a", 'say "x, y"')]


def test_an_empty_value_is_a_value() -> None:
    assert option_pairs('tags.alternatives=""') == [("tags.alternatives", "")]
    assert option_pairs("tags.alternatives=") == [("tags.alternatives", "")]


def test_the_last_dot_parts_column_and_option() -> None:
    given = {**GIVEN, "options": [option_pairs("a.b.exact=true"), option_pairs("a.b.threshold=1,c.exact=no")]}
    assert Request.of(given).options == {"a.b": {"exact": "true", "threshold": "1"}, "c": {"exact": "no"}}


@pytest.mark.parametrize("text", ["price", "=number", 'a="open'])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        pairs(text)


def test_instructions_come_from_a_file(write: Write) -> None:
    path = write("what.txt", "\ufeffReturn the “price”.")
    assert arguments.instructions(f"@{path}") == "Return the “price”."
    with pytest.raises(ArgumentTypeError, match="no file"):
        arguments.instructions("@nowhere.txt")


@pytest.mark.parametrize(("text", "value"), [("90", "90"), ("99.5%", "99.5"), ("0", "0"), (" 100 ", "100")])
def test_the_minimum_is_in_percent(text: str, value: str) -> None:
    assert arguments.percent(text) == Decimal(value)


@pytest.mark.parametrize("text", ["101", "-1", "nan", "inf", "much"])
def test_other_minimums_are_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        arguments.percent(text)


def test_an_export_needs_a_known_ending_and_a_folder(tmp_path: Path) -> None:
    assert arguments.export_file(str(tmp_path / "out.XLSX")).name == "out.XLSX"
    with pytest.raises(ArgumentTypeError, match=r"\.csv, \.json, \.jsonl, \.xlsx"):
        arguments.export_file(str(tmp_path / "out.pdf"))
    with pytest.raises(ArgumentTypeError, match="no folder"):
        arguments.export_file(str(tmp_path / "missing" / "out.csv"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"instructions": None}, "Say what to extract"),
        ({"agent": "file"}, "--results"),
        ({"agent": "local", "results": Path("b.csv")}, "Either --results or --agent"),
        ({"seed": 3}, "--sample"),
    ],
)
def test_contradictions_are_explained(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        Request.of({**GIVEN, **change})


def test_answers_from_a_file_need_no_instructions() -> None:
    request = Request.of({**GIVEN, "instructions": None, "results": Path("b.csv")})
    assert (request.agent, request.instructions) == ("file", "")
