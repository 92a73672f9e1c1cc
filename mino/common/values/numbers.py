"""Reads numbers as people and pages write them.

price-parser finds the number inside a text; what its separators mean, its sign and its magnitude are read here.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from price_parser import Price

MAX_NUMBER_TEXT = 256
"""Longer texts are prose, not numbers."""
MAX_EXPONENT = 300
"""Larger exponents than a float can hold are refused: nobody means them, and printing them takes gigabytes."""

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_SCIENTIFIC = re.compile(r"([+-]?\d+(?:\.\d+)?)[eE]([+-]?\d+)")
_BARE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d\d0")
_RANGE = re.compile(r"\d[\d.,]*(?:\s*-\s*\d[\d.,]*)+")
_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,9}(?:\.\d{1,9})?)H)?(?:(?P<minutes>\d{1,9}(?:\.\d{1,9})?)M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.IGNORECASE,
)
_MINUTES = {
    "weeks": Decimal(10_080),
    "days": Decimal(1_440),
    "hours": Decimal(60),
    "minutes": Decimal(1),
    "seconds": Decimal(1) / Decimal(60),
}
# Attached letters ("1.2k") or whole words. A lone "m" may be metres: it counts only behind a currency sign.
_MAGNITUDE = re.compile(
    r"\d\s?(?:(?P<word>(?i:thousand|tsd\.?|million(?:s|en)?|mio\.?|mln\.?|billion(?:s|en)?|bn|mrd\.?|mn))"
    r"|(?<!\s)(?P<letter>[kKMB]))(?![^\W_])",
)
_CURRENCY_MILLION = re.compile(r"[$€£¥]\s?[\d.,]*\dm(?![^\W_])")
_MAGNITUDES = {"k": 3, "t": 3, "m": 6, "b": 9}
_THREE_DECIMALS = re.compile(r"(?<![^\W\d_])(?:KD|KWD|OMR|BHD|BD|JOD|JD|TND|DT|IQD|LYD)(?![^\W\d_])")
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ`´′٬"), "'")
_SIGNS = dict.fromkeys(map(ord, "−‐‑‒–—﹣－"), "-")
_FULL_WIDTH = {ord("，"): ",", ord("．"): ".", ord("％"): "%", ord("٪"): "%", ord("٫"): ".", ord("＋"): "+"}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff\u061c\xad"), None)
_PLAIN_CHARACTERS = _APOSTROPHES | _SIGNS | _FULL_WIDTH | _INVISIBLE


def parse_number(text: str) -> Decimal | None:
    """Return the number that `text` holds, or None. Never raises.

    "1,234.50", "1.234,50", "1'234", "$1,234", "12 %" (12), "1.2k" (1200), "(5)", "−5" and "5-" (-5), digits of any
    script, and ISO 8601 durations in minutes ("PT1H20M" is 80). The first number of a longer text is taken; two
    numbers with a dash between ("10-20") are none. A single separator before exactly three digits means thousands,
    except in a bare "3.499", which is what programs print (see `number_readings`), and with currencies of three
    decimals ("1.250 KWD").
    """
    readings = number_readings(text)
    return readings[0] if readings else None


def number_readings(text: str) -> tuple[Decimal, ...]:
    """Return every honest reading of `text`, the likeliest first; empty when it holds no number. Never raises.

    There are two only for a bare "129.900": no program prints a trailing zero, so it is likely to mean 129900, but a
    table of weights may well mean 129.9.
    """
    text = text.strip()
    return _readings(text) if 0 < len(text) <= MAX_NUMBER_TEXT else ()


@lru_cache(maxsize=16_384)
def _readings(text: str) -> tuple[Decimal, ...]:
    if not text.isascii():
        text = _to_plain_characters(text).strip()
    if not text:
        return ()
    if _BARE_THOUSANDS.fullmatch(text):
        return (Decimal(text.replace(".", "")), Decimal(text))
    number = _read(text)
    return () if number is None else (number,)


def is_number(text: str) -> bool:
    """Return whether `text` is a number and nothing else but a sign, a currency or unit and a percent sign.

    For guessing a column's type, where "iPhone 12" must not pass as 12.
    """
    text = text.strip()
    if not text or len(text) > 40:
        return False
    letters = sum(character.isalpha() for character in text)
    return letters <= 5 and len(re.findall(r"[^\W\d_]+", text)) <= 1 and parse_number(text) is not None


def _to_plain_characters(text: str) -> str:
    text = text.translate(_PLAIN_CHARACTERS)
    if text.isascii():
        return text
    return "".join(map(_plain_digit, text))


def _plain_digit(character: str) -> str:
    if character.isspace():
        return " "
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _read(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return _without_negative_zero(Decimal(text))
    if scientific := _SCIENTIFIC.fullmatch(text):
        return _scientific(scientific[1], int(scientific[2]))
    if text[0] in "pP" and (duration := _DURATION.fullmatch(text.replace(",", "."))):
        return _minutes(duration)
    if not any(character.isdigit() for character in text) and "free" not in text.lower():
        return None
    if _RANGE.fullmatch(text):
        return None
    return _read_within(text)


def _scientific(mantissa: str, exponent: int) -> Decimal | None:
    return Decimal(f"{mantissa}e{exponent}") if abs(exponent) <= MAX_EXPONENT else None


def _minutes(duration: re.Match[str]) -> Decimal:
    parts = ((name, value) for name, value in duration.groupdict().items() if value)
    return sum((Decimal(value) * _MINUTES[name] for name, value in parts), Decimal(0)).normalize() + 0


def _read_within(text: str) -> Decimal | None:
    # price-parser takes a percentage for a discount and skips it: here it is a number like any other.
    searched = text.replace("%", " ")
    price = Price.fromstring(searched, decimal_separator=_decimal_separator(searched))
    if price.amount is None:
        return None
    amount = price.amount.scaleb(_magnitude(text))
    return -amount if amount and _is_negative(text) else amount


_NUMBER = re.compile(r"\d[\d\s.,']*")


def _decimal_separator(text: str) -> str | None:
    """Return the decimal separator where price-parser's own guess would be wrong, else None."""
    match = _NUMBER.search(text)
    if not match:
        return None
    number = match[0].rstrip(" .,'")
    point, comma = number.rfind("."), number.rfind(",")
    if point >= 0 and comma >= 0:
        last = "." if point > comma else ","
        return last if number.count(last) == 1 else None
    if point >= 0 and number.count(".") == 1 and (number.startswith("0.") or _THREE_DECIMALS.search(text)):
        return "."
    if comma >= 0 and number.count(",") == 1 and number.startswith("0,"):
        return ","
    return None


def _magnitude(text: str) -> int:
    if match := _MAGNITUDE.search(text):
        word = (match["word"] or match["letter"]).lower()
        return 9 if word.startswith("mrd") else _MAGNITUDES[word[0]]
    return 6 if _CURRENCY_MILLION.search(text) else 0


_CURRENCY = r"(?:[$€£¥₹₽%]|[A-Z]{3})?"
_PARENTHESES = re.compile(
    rf"{_CURRENCY}\s?\(\s?-?\s?{_CURRENCY}\s?\d[\d\s.,']*{_CURRENCY}(?:[kKMB]|bn|mn)?\s?\)\s?{_CURRENCY}"
)
_LEADING_MINUS = re.compile(r"(?:^|[\s:=$€£¥₹₽])-\s?[^\W\d_]{0,3}[$€£¥₹₽]?\s?\.?\d")
_TRAILING_MINUS = re.compile(r"[^\d]{0,4}\d[\d\s.,']*\d?-|\d-")


def _is_negative(text: str) -> bool:
    if _PARENTHESES.fullmatch(text):
        return True
    if "-" not in text:
        return False
    leading = _LEADING_MINUS.search(text)
    if leading and not any(character.isdigit() for character in text[: leading.start()]):
        # "Buy Now - 2": a dash with spaces on both sides of it inside a text separates, it is no sign.
        return text[0] == "-" or " - " not in f" {leading[0]}"
    # "50,-" means without cents.
    return bool(_TRAILING_MINUS.fullmatch(text)) and text[-2].isdigit()


def _without_negative_zero(number: Decimal) -> Decimal:
    return number if number else abs(number)
