"""Compares URLs, e-mail addresses and telephone numbers: whatever leads to the same place is equal."""

from __future__ import annotations

from urllib.parse import urlsplit

from executions.evaluation.comparison import Comparison, compare_unreadable, different, equal
from mino.common.values.emails import normalize_email
from mino.common.values.options import MatchingOptions
from mino.common.values.phones import MIN_DIGITS, PhoneNumber, phone_digits, read_phone, region_of
from mino.common.values.urls import UrlFolding, normalize_url


def compare_url(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two addresses of pages, folded as the options say."""
    folding = UrlFolding(options.ignore_query, options.ignore_fragment, options.ignore_scheme, options.ignore_www)
    truth, url = normalize_url(expected, folding), normalize_url(text, folding)
    if truth is None or url is None:
        return compare_unreadable(expected, text, "a web address", truth_is_readable=truth is not None)
    if truth == url:
        return equal("Equal" if expected.strip() == text.strip() else "The same address, written in another way")
    return different(_explain_urls(truth, url))


def _explain_urls(truth: str, url: str) -> str:
    try:
        one, other = urlsplit(truth), urlsplit(url)
    except ValueError:
        return "Another address"
    for name, mine, theirs in (
        ("scheme", one.scheme, other.scheme),
        ("host", one.netloc, other.netloc),
        ("path", one.path, other.path),
        ("query", one.query, other.query),
    ):
        if mine != theirs:
            return f"Another {name}"
    return "Another fragment"


def compare_email(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two e-mail addresses without case and "mailto:"."""
    truth, email = normalize_email(expected), normalize_email(text)
    if truth is None or email is None:
        return compare_unreadable(expected, text, "an e-mail address", truth_is_readable=truth is not None)
    if truth == email:
        return equal("Equal" if expected.strip() == text.strip() else "The same address, written in another way")
    if truth.rpartition("@")[2] == email.rpartition("@")[2]:
        return different("Another address of the same domain")
    return different("Another address")


def compare_phone(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two telephone numbers in E.164.

    Where only one of them says its country, the other is read in that country; where neither does, the digits
    decide. An extension counts only if both have one.
    """
    truth, phone = read_phone(expected, options.region), read_phone(text, options.region)
    if truth and not phone:
        phone = read_phone(text, region_of(truth.e164))
    elif phone and not truth:
        truth = read_phone(expected, region_of(phone.e164))
    if truth and phone:
        return _compare_numbers(truth, phone, "Equal" if expected.strip() == text.strip() else "The same number")
    truth_digits, digits = phone_digits(expected), phone_digits(text)
    if len(truth_digits) < MIN_DIGITS or len(digits) < MIN_DIGITS:
        readable = len(truth_digits) >= MIN_DIGITS
        return compare_unreadable(expected, text, "a telephone number", truth_is_readable=readable)
    return equal("The same digits") if truth_digits == digits else different("Another number")


def _compare_numbers(truth: PhoneNumber, phone: PhoneNumber, same: str) -> Comparison:
    if truth.e164 != phone.e164:
        return different("Another number")
    if truth.extension and phone.extension and truth.extension != phone.extension:
        return different("Another extension")
    return equal(same)
