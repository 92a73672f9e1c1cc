"""JSON as people put it into pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.agents.local.lenient import NotData, literal_at, loads


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2, ], /* why */ "b": 2} // end', {"a": [1, 2], "b": 2}),
        ('<!-- {"a": "b"} -->', {"a": "b"}),
        ('//<![CDATA[\n{"a": "b"}\n//]]>', {"a": "b"}),
        ("{'a': 'it\\'s', b: true, c: undefined}", {"a": "it's", "b": True, "c": None}),
        ('{"a": "line\nbreak\tand tab"}', {"a": "line\nbreak\tand tab"}),
        ('{"a": "a 5" pipe", "b": 1}', {"a": 'a 5" pipe', "b": 1}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": {"b": "cut off', {"a": {"b": "cut off"}}),
        ('{"a": f(x, {y: 1}), "b": 2}', {"a": None, "b": 2}),
        (r'{"a": "\u00e9\ud83d\ude00\ud800"', {"a": "é😀"}),
    ],
)
def test_broken_json_is_read_as_it_was_meant(written: str, meant: Any) -> None:
    assert loads(written) == meant


def test_a_literal_is_read_out_of_a_script() -> None:
    script = "var a = 1; dataLayer.push({event: 'view', price: 12.5}); go();"
    value, end = literal_at(script, script.index("{"))
    assert value == {"event": "view", "price": 12.5}
    assert script[end] == ")"


@pytest.mark.parametrize("text", ["", "alert(1)", '"text"', "[" * 100_000, '{"a":' * 100_000])
def test_what_is_no_data_is_refused(text: str) -> None:
    with pytest.raises(NotData):
        loads(text)


@given(st.text(alphabet="{}[]\":,\\'ab1 \n/*<!-", max_size=60))
def test_nothing_but_no_data_is_ever_raised(text: str) -> None:
    with suppress(NotData):
        loads("{" + text)
