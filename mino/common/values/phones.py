"""Reads telephone numbers into E.164 (ITU-T recommendation), by Google's libphonenumber."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

MAX_PHONE_TEXT = 64
MIN_DIGITS = 3

_PREFIX = re.compile(r"(?:tel|callto|sms|phone|fax|t|f|p)\s*[:.]\s*(?://)?|phone\s+|fax\s+", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:ext(?:ension|n)?|x|#)[.:=]? ?\d{1,7}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164 and its extension ("" when none is given)."""

    e164: str
    extension: str


def parse_phone(text: str, region: str = "") -> str | None:
    """Return the number in E.164 ("+442079460000", without extension), or None. Never raises.

    `region` is the ISO 3166 code of the country whose national numbers are meant; without it only international numbers
    ("+44 ..." or "0044 ...") can be read.
    """
    number = read_phone(text, region)
    return number.e164 if number else None


def read_phone(text: str, region: str = "") -> PhoneNumber | None:
    """Return the number and its extension, or None when `text` holds no possible telephone number. Never raises."""
    text = strip_prefix(text)
    if len(text) > MAX_PHONE_TEXT or len(phone_digits(text)) < (1 if region else MIN_DIGITS):
        return None
    return _read_cached(text, region)


@lru_cache(maxsize=16_384)
def _read_cached(text: str, region: str) -> PhoneNumber | None:
    if not region and text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(e164, number.extension or "")


def region_of(e164: str) -> str:
    """Return the ISO 3166 code of the main country of an E.164 number, "" when it has none. Never raises."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return "" if region in {"ZZ", "001"} else region


def strip_prefix(text: str) -> str:
    """Return `text` without "tel:" and its like, and without outer white space."""
    text = text.strip()
    match = _PREFIX.match(text)
    return text[match.end() :].strip() if match else text


def phone_digits(text: str) -> str:
    """Return the digits without an extension, which is all there is to compare when the country isn't known."""
    return "".join(character for character in _EXTENSION.sub("", text) if character.isdigit())
