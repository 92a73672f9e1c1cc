"""Makes text from outside safe to store: no NUL, no lone surrogates, no control characters, no endless values.

PostgreSQL refuses NUL and lone surrogates in text and JSON, XLSX refuses control characters, and an agent may answer
with megabytes or with a million brackets. Whatever comes from an agent, a file or a form passes through here once.
"""

from __future__ import annotations

import math
import re
from typing import Any

MAX_CHARACTERS = 32_767
"""The longest string kept: what one cell of a spreadsheet can hold."""
MAX_CHARACTERS_IN_ALL = 1_000_000
"""All strings of one value together: an answer of any real page is far below it."""
MAX_DEPTH = 20
MAX_ITEMS = 10_000

# Line breaks and tabs stay; C0, DEL, C1 and surrogates (which Python strings can hold, UTF-8 cannot) go.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n?|\x85")


def clean_text(text: str) -> str:
    """Return `text` without NUL, lone surrogates and control characters; line breaks become "\\n". Never raises."""
    if text.isascii() and text.isprintable():
        return text
    return _UNWANTED.sub("", _LINE_BREAK.sub("\n", text))


def clean_value(
    value: Any,
    *,
    max_characters: int = MAX_CHARACTERS,
    max_characters_in_all: int = MAX_CHARACTERS_IN_ALL,
    max_depth: int = MAX_DEPTH,
    max_items: int = MAX_ITEMS,
) -> Any:
    """Return a JSON value that any database can keep, from whatever an agent answered. Never raises.

    Strings are cleaned and cut to `max_characters`; what lies deeper than `max_depth` becomes None; after `max_items`
    values, or `max_characters_in_all` in strings and keys, the rest is left out. Numbers that JSON cannot say (NaN,
    infinities) become None, integers too long to print become None, and anything that is no JSON value becomes its
    text.
    """
    return _Cleaner(max_characters, max_characters_in_all, max_depth, max_items).clean(value, 0)


class _Cleaner:
    def __init__(self, max_characters: int, max_characters_in_all: int, max_depth: int, max_items: int) -> None:
        self.max_characters = max_characters
        self.characters_left = max_characters_in_all
        self.max_depth = max_depth
        self.items_left = max_items

    def clean(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int):
            # Python refuses to print (and so to store) integers of more than 4,300 digits.
            return value if abs(value) < 10**300 else None
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, (dict, list, tuple)):
            return self.container(value, depth)
        return self.text(str(value))

    def text(self, text: str) -> str:
        # Cut twice: before, so that cleaning is cheap; after, because nothing else needs to hold then.
        cleaned = clean_text(text[: min(self.max_characters, self.characters_left)])
        self.characters_left -= len(cleaned)
        return cleaned

    def container(self, value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> Any:
        if depth >= self.max_depth:
            return None
        if isinstance(value, dict):
            return {self.text(str(key)): self.clean(item, depth + 1) for key, item in value.items() if self.room()}
        return [self.clean(item, depth + 1) for item in value if self.room()]

    def room(self) -> bool:
        self.items_left -= 1
        return self.items_left >= 0 and self.characters_left > 0
