"""Colours that people choose, and the text on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.colours import DARK, LIGHT, contrast, is_light, read_colour


@pytest.mark.parametrize(("text", "colour"), [("#2F80ED", "#2f80ed"), (" #abc ", "#aabbcc"), ("#000000", "#000000")])
def test_a_colour_is_read(text: str, colour: str) -> None:
    assert read_colour(text) == colour


@pytest.mark.parametrize("text", ["", "red", "#12", "#1234567", "2f80ed", "#12345g", "#12345\n6", "#١٢٣٤٥٦"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="#2f80ed"):
        read_colour(text)


@given(st.integers(0, 0xFFFFFF))
def test_text_can_be_read_on_every_colour(number: int) -> None:
    colour = f"#{number:06x}"
    assert contrast(colour, DARK if is_light(colour) else LIGHT) >= 4.5


def test_black_and_white_differ_most() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
