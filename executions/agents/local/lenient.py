"""A reader for JSON as people really put it into pages, and for JavaScript object literals.

Beyond JSON it takes: comments, HTML comments around everything, single quotes, unquoted keys, raw line breaks and
control characters in strings, trailing and missing commas, a missing end, and `undefined`. What it can't understand (a
call, a variable) becomes None.
"""

from __future__ import annotations

import json
import re
from typing import Any

BLANK = re.compile(r"(?:[\s\ufeff;]+|//[^\n]*|/\*.*?\*/|<!--|-->|<!\[CDATA\[|\]\]>)+", re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
WORD = re.compile(r"[^\s,:{}\[\]\"'()]+")
ESCAPE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", "\n": ""}
CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
DEEPEST = 60


class NotData(ValueError):
    """There is no object or list at this place."""


def loads(text: str) -> Any:
    """Return what the text says; raises `NotData` when it holds no object and no list."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return literal_at(text, 0)[0]
    if not isinstance(data, dict | list):
        raise NotData("No object and no list.")
    return data


def literal_at(text: str, start: int) -> tuple[Any, int]:
    """Read the object or list that begins at `start` (blanks before it are skipped); returns it and where it ends."""
    reader = _Reader(text, start)
    reader.skip()
    if reader.peek() not in "{[":
        raise NotData("No object and no list here.")
    return reader.value(0), reader.at


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def skip(self) -> None:
        found = BLANK.match(self.text, self.at)
        if found:
            self.at = found.end()

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else "\0"

    def value(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise NotData("Nested too deeply.")
        self.skip()
        first = self.peek()
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._list(depth)
        if first in "\"'`":
            return self._string(first)
        number = NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return json.loads(number.group()) if _plain_number(number.group()) else number.group()
        return self._word()

    def _object(self, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        self.at += 1
        while True:
            self.skip()
            mark = self.peek()
            if mark in "}\0":
                self.at += 1
                return result
            if mark == ",":
                self.at += 1
                continue
            if mark in "])":
                return result
            key = self._key()
            self.skip()
            if self.peek() != ":":
                continue
            self.at += 1
            result[key] = self.value(depth + 1)

    def _list(self, depth: int) -> list[Any]:
        result: list[Any] = []
        self.at += 1
        while True:
            self.skip()
            mark = self.peek()
            if mark in "]\0":
                self.at += 1
                return result
            if mark == ",":
                self.at += 1
                continue
            if mark in "})":
                return result
            result.append(self.value(depth + 1))

    def _key(self) -> str:
        mark = self.peek()
        if mark in "\"'`":
            return self._string(mark)
        word = WORD.match(self.text, self.at)
        if word is None:
            self.at += 1
            return ""
        self.at = word.end()
        return word.group()

    def _string(self, quote: str) -> str:
        parts: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\":
                parts.append(self._escaped())
                continue
            self.at += 1
            if character == quote and self._closes():
                break
            parts.append(character)
        return "".join(parts)

    def _closes(self) -> bool:
        """A quote ends a string when what follows can follow a string; otherwise it was forgotten to be escaped."""
        following = BLANK.match(self.text, self.at)
        after = following.end() if following else self.at
        return after >= len(self.text) or self.text[after] in ",:}])+\"'`"

    def _escaped(self) -> str:
        mark = self.text[self.at + 1 : self.at + 2]
        if mark in {"u", "x"}:
            size = 4 if mark == "u" else 2
            digits = self.text[self.at + 2 : self.at + 2 + size]
            self.at += 2 + size
            try:
                code = int(digits, 16)
            except ValueError:
                return ""
            return chr(code) if not 0xD800 <= code <= 0xDFFF else self._surrogates(code)
        self.at += 2
        return ESCAPE.get(mark, mark)

    def _surrogates(self, first: int) -> str:
        second = re.match(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})", self.text[self.at : self.at + 6])
        if second is None or first >= 0xDC00:
            return ""
        self.at += 6
        return chr(0x10000 + ((first - 0xD800) << 10) + (int(second.group(1), 16) - 0xDC00))

    def _word(self) -> Any:
        word = WORD.match(self.text, self.at)
        if word is None:
            self.at += 1
            return None
        self.at = word.end()
        if word.group() in CONSTANTS:
            return CONSTANTS[word.group()]
        self._skip_expression()
        return None

    def _skip_expression(self) -> None:
        """Pass over a call or an expression: to the comma or bracket that ends this value."""
        depth = 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if depth == 0 and character in ",}]":
                return
            depth += (character in "([{") - (character in ")]}")
            if depth < 0:
                return
            self.at += 1


def _plain_number(text: str) -> bool:
    return not re.match(r"-?0\d", text) and len(text) <= 30
