"""Colours as `#rrggbb`, and what text on them can be read."""

from __future__ import annotations

import re

DARK = "#000000"
LIGHT = "#ffffff"
FORM = re.compile(r"#[0-9a-f]{6}")
WRONG_COLOUR = "Write a colour as # and six digits from 0 to f, such as #2f80ed."


def read_colour(text: str) -> str:
    """A colour in small letters; `#abc` is `#aabbcc`. Raises ValueError for anything else."""
    colour = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    if not FORM.fullmatch(colour):
        raise ValueError(WRONG_COLOUR)
    return colour


def is_light(colour: str) -> bool:
    """Whether dark text is the easier one to read on `colour`."""
    return contrast(colour, DARK) >= contrast(colour, LIGHT)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as the Web Content Accessibility Guidelines define it: from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
