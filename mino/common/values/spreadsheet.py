"""Cells that a spreadsheet must not take for formulas (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

# What makes a spreadsheet take a cell for a formula, and the quote itself, so that an import can tell a quote that was
# put in from one that was there.
TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠'")
PLAIN = re.compile(
    r"[+-](?:\d[\d.,]*(?:[eE][+-]?\d{1,3})? ?%?|\.\d+)"  # a number
    r"|\+\d[\d ()./-]{4,24}",  # a phone number
    re.ASCII,
)


def neutralised(text: str) -> str:
    """The text with a quote before it if a spreadsheet would run it as a formula; plain numbers and phones stay."""
    if text[:1] in TRIGGERS and not PLAIN.fullmatch(text):
        return "'" + text
    return text
