"""Matching options are read from mappings and written back."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.columns import ColumnType
from mino.common.values.option_table import OPTIONS, OptionDescription
from mino.common.values.options import MatchingOptions, OptionError, options_for

TABLE = {
    "exact": {"text", "url", "email", "phone"},
    "threshold": {"text"},
    "tolerance": {"number"},
    "relative_tolerance": {"number"},
    "ignore_query": {"url"},
    "ignore_fragment": {"url"},
    "ignore_scheme": {"url"},
    "ignore_www": {"url"},
    "day_first": {"date"},
    "precision": {"date"},
    "region": {"phone"},
    "alternatives": set(ColumnType),
    "multiple": set(ColumnType),
    "blank_means": set(ColumnType),
    "absent_text": set(ColumnType),
    "required_for_pass": set(ColumnType),
}


def test_every_option_applies_to_its_types_and_to_no_others() -> None:
    assert {option.name: set(option.types) for option in OPTIONS} == TABLE


def test_the_defaults_of_table_and_options_agree() -> None:
    defaults = MatchingOptions()
    assert all(getattr(defaults, option.name) == option.default for option in OPTIONS)


def test_every_option_is_documented() -> None:
    lines = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8").splitlines()
    for option in OPTIONS:
        types = "all" if set(option.types) == set(ColumnType) else ", ".join(option.types)
        assert any(line.startswith(f"| `{option.name}` | {types} |") for line in lines), option.name


def test_values_are_read_as_typed_on_a_command_line() -> None:
    number = MatchingOptions.from_mapping(ColumnType.NUMBER, {"tolerance": "0.01", "required_for_pass": "no"})
    assert (number.tolerance, number.required_for_pass) == (Decimal("0.01"), False)
    phone = MatchingOptions.from_mapping(ColumnType.PHONE, {"region": "gb", "exact": "TRUE"})
    assert (phone.region, phone.exact) == ("GB", True)


def test_only_what_differs_from_the_defaults_is_written() -> None:
    options = MatchingOptions.from_mapping(ColumnType.NUMBER, {"tolerance": 0.5, "multiple": "any"})
    assert options.to_mapping(ColumnType.NUMBER) == {"tolerance": 0.5}


@pytest.mark.parametrize(
    ("column_type", "mapping", "message"),
    [
        ("text", {"tolerance": 1}, "tolerance .* type number.* text column knows exact"),
        ("text", {"treshold": 1}, "treshold .* no such option"),
        ("text", {"threshold": "1.5"}, "'1.5' is too large. Give a number between 0 and 1"),
        ("text", {"threshold": True}, "True is not a number"),
        ("text", {"threshold": 0.9, "exact": True}, "either exact or threshold"),
        ("number", {"tolerance": "-1"}, "'-1' is too small. Give a number of 0 or more"),
        ("number", {"tolerance": float("nan")}, "nan is not a number"),
        ("number", {"relative_tolerance": "1e999999999"}, "relative_tolerance .* is too large"),
        ("date", {"precision": "hour"}, "precision .* one of: date, datetime"),
        ("phone", {"region": "UK"}, "region .* ISO 3166"),
        ("url", {"ignore_www": "maybe"}, "ignore_www .* true or false"),
        ("text", {"alternatives": "\\"}, "alternatives .* backslash"),
        ("text", {"alternatives": 5}, "alternatives .* no text"),
        ("text", {"absent_text": "x" * 101}, "absent_text .* longer than 100"),
        ("text", {"absent_text": "a\0"}, "absent_text .* control characters"),
    ],
)
def test_a_wrong_option_is_refused_with_what_to_do(column_type: str, mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        MatchingOptions.from_mapping(ColumnType(column_type), mapping)


def values_of(option: OptionDescription) -> st.SearchStrategy[Any]:
    if option.kind == "boolean":
        return st.booleans()
    if option.kind == "number":
        return st.floats(0, 1) | st.decimals(0, 1, places=6).map(str)
    if option.kind == "choice":
        return st.sampled_from([name for name, _ in option.choices])
    if option.kind == "region":
        return st.sampled_from(["", "DE", "us"])
    return st.sampled_from(["", ";", " / ", "\n", "–", "none"])


@given(st.sampled_from(list(ColumnType)), st.data())
def test_options_come_back_from_json_as_they_were(column_type: ColumnType, data: st.DataObject) -> None:
    strategies = {option.name: values_of(option) for option in options_for(column_type) if option.name != "exact"}
    options = MatchingOptions.from_mapping(column_type, data.draw(st.fixed_dictionaries({}, optional=strategies)))
    stored = json.loads(json.dumps(options.to_mapping(column_type)))
    assert MatchingOptions.from_mapping(column_type, stored) == options


@given(st.sampled_from(list(ColumnType)), st.data())
def test_any_json_value_is_read_or_refused_in_a_sentence(column_type: ColumnType, data: st.DataObject) -> None:
    option = data.draw(st.sampled_from(options_for(column_type)))
    value = data.draw(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()))
    try:
        options = MatchingOptions.from_mapping(column_type, {option.name: value})
    except OptionError as error:
        refusal: str | None = str(error)
    else:
        refusal = None
        json.dumps(options.to_mapping(column_type), allow_nan=False)
    assert refusal is None or refusal.endswith(".")
