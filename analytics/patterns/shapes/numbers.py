"""Shapes of wrong numbers and amounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from analytics.patterns.shapes.kinds import Shape
from mino.common.values.numbers import number_readings
from mino.common.values.text import fold_text

Found = tuple[Shape, str, str]
LONGEST_AMOUNT = 60
FACTORS = (10, 100, 1000, 1_000_000, 12, 60, 7, 52, 1024)
"""Lost or doubled decimals, percent, thousands, millions; a dozen or a year, minutes, days, weeks, bytes."""
EXACT = Decimal("0.0005")
"""How far a number may be from the multiple: what rounding takes away."""
CLOSE = Decimal("0.05")
CURRENCIES: Mapping[str, str] = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd",
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur",
    "£": "gbp", "gbp": "gbp", "pound": "gbp", "pounds": "gbp",
    "¥": "jpy", "jpy": "jpy", "yen": "jpy", "円": "jpy",
    "kr": "kr", "kr.": "kr", "sek": "sek", "nok": "nok", "dkk": "dkk",
    "chf": "chf", "fr.": "chf", "₹": "inr", "inr": "inr", "rs": "inr", "zł": "pln", "pln": "pln",
    "₽": "rub", "rub": "rub", "₩": "krw", "krw": "krw", "a$": "aud", "aud": "aud", "c$": "cad", "cad": "cad",
}  # fmt: skip
_UNIT = re.compile(r"[^\W\d_]{1,5}[²³.]?|[%°$€£¥]|[^\W\d_]{1,3}/[^\W\d_]{1,3}")
_AMOUNT = re.compile(r"^(?P<before>[^\d+-]{0,12})(?P<number>[+-]?[\d.,'\s]*\d)(?P<after>[^\d]{0,12})$")


def amount_failure(truth: str, value: str) -> Found | None:
    """The same amount with another currency or unit, or one currency by two names."""
    if max(len(truth), len(value)) > LONGEST_AMOUNT:
        return None
    mine, theirs = fold_text(truth), fold_text(value)
    if mine in CURRENCIES and theirs in CURRENCIES:
        return Shape.CURRENCY, "", f"{value.strip()} for {truth.strip()}"
    one, other = _AMOUNT.match(mine), _AMOUNT.match(theirs)
    if not one or not other or not set(number_readings(one["number"])) & set(number_readings(other["number"])):
        return None
    unit, given = _unit(one), _unit(other)
    if unit == given or not (_is_unit(unit) and _is_unit(given)):
        return None
    return Shape.CURRENCY, "", f"{given or 'nothing'} for {unit or 'nothing'}"


def _unit(amount: re.Match[str]) -> str:
    return f"{amount['before'].strip()} {amount['after'].strip()}".strip()


def _is_unit(text: str) -> bool:
    return not text or text in CURRENCIES or bool(_UNIT.fullmatch(text))


def factor_failure(truth: str, value: str, *, is_number: bool) -> Found | None:
    """The right number times one of a few factors, with the other sign, or nearly right."""
    if not is_number and not (_AMOUNT.match(fold_text(truth)) and _AMOUNT.match(fold_text(value))):
        return None
    mine, theirs = number_readings(truth[:LONGEST_AMOUNT]), number_readings(value[:LONGEST_AMOUNT])
    found: Found | None = None
    for one in mine:
        for other in theirs:
            factor = _factor(one, other)
            if factor and factor != "close":
                return Shape.FACTOR, factor, ""
            if factor and is_number:
                found = Shape.CLOSE, "", ""
    return found


def _factor(truth: Decimal, number: Decimal) -> str:
    """The factor as it is shown (`100`, `1/12`, `-1`), `close`, or nothing."""
    if not truth or not number:
        return ""
    try:
        ratio = number / truth
    except (InvalidOperation, ArithmeticError):
        return ""
    if abs(ratio + 1) <= EXACT:
        return "-1"
    for factor in FACTORS:
        if abs(ratio / factor - 1) <= EXACT:
            return str(factor)
        if abs(ratio * factor - 1) <= EXACT:
            return f"1/{factor}"
    return "close" if abs(ratio - 1) <= CLOSE else ""
