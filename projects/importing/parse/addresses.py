"""The addresses of sites: which are fine as they are, which can be completed, and what is wrong with the others."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ada_url

# Nearly all cells match this and need no closer look.
PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::[0-9]{2,5})?(?:[/?#][!-~]*)?"
)
BARE_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,23}\.?(?::\d{1,5})?(?:[/?#]\S*)?")
HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
BROKEN_SCHEME = re.compile(r"(?:h+t*p*(?P<secure>s?)[:;]?/+|http(?P<also_secure>s?):(?!//)/?)(?=[^/\s])", re.IGNORECASE)
OTHER_SCHEME = re.compile(r"(?!https?:)(?P<scheme>[a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadAddress:
    """Why a cell is no address of a site, and what it probably should be."""

    reason: str
    suggestion: str = ""


def read_address(cell: str, limit: int = 2_000) -> str | BadAddress:
    """The address in a cell, or what is wrong with it.

    Spaces around it are removed, and a bare domain (`example.com/x`) is completed with https://. Otherwise it stays
    as it was written. It is parsed as browsers do (the WHATWG URL standard).
    """
    text = cell.strip()
    if len(text) > limit:
        return BadAddress(f"The address has {len(text):,} characters; at most {limit:,} are allowed.")
    if PLAIN_ADDRESS.fullmatch(text):
        return text
    return _read_closely(text)


def is_address(cell: str) -> bool:
    """Whether a cell holds the address of a site, complete or without https://."""
    return isinstance(read_address(cell), str)


def _read_closely(text: str) -> str | BadAddress:
    if not text:
        return BadAddress("The address is missing.")
    if any(character.isspace() for character in text):
        return _with_spaces(text)
    if text[:8].lower().startswith(("http://", "https://")):
        return text if _is_valid(text) else BadAddress("The address is not a valid web address.", _suggested(text))
    if text.startswith("//") and _is_valid(f"https:{text}"):
        return f"https:{text}"
    if BROKEN_SCHEME.match(text):
        return BadAddress("The beginning of the address is not written http:// or https://.", _suggested(text))
    if OTHER_SCHEME.match(text) and not BARE_DOMAIN.fullmatch(text):
        scheme = text.partition(":")[0]
        return BadAddress(f"An address that begins with “{scheme[:20]}:” can't be visited; http and https can.")
    if BARE_DOMAIN.fullmatch(text) and "@" not in text.partition("/")[0] and _is_valid(f"https://{text}"):
        return f"https://{text}"
    return BadAddress("This is not the address of a site.", _suggested(text))


def _with_spaces(text: str) -> BadAddress:
    words = text.split()
    if sum("://" in word for word in words) > 1:
        return BadAddress("There are several addresses in this cell; a row has one.", words[0])
    joined = "".join(words)
    suggestion = joined if PLAIN_ADDRESS.fullmatch(joined) or BARE_DOMAIN.fullmatch(joined) else ""
    return BadAddress("There are spaces inside the address.", suggestion)


def _suggested(text: str) -> str:
    """What was probably meant, if that would be an address: a mended beginning, commas in the host as dots."""
    begun = BROKEN_SCHEME.match(text)
    if begun:
        secure = begun["secure"] or begun["also_secure"]
        text = f"http{'s' if secure else ''}://{text[begun.end() :]}"
    scheme, slashes, rest = text.rpartition("://") if "://" in text else ("https", "://", text)
    host, slash, path = rest.partition("/")
    candidate = f"{scheme.lower()}{slashes}{re.sub('[,;]|[.]{2,}', '.', host).strip('.')}{slash}{path}"
    has_domain = BARE_DOMAIN.fullmatch(candidate.partition("://")[2]) is not None
    return candidate if has_domain and _is_valid(candidate) else ""


def _is_valid(text: str) -> bool:
    try:
        url = ada_url.URL(text)
    except (ValueError, UnicodeError):
        return False
    host = url.hostname
    return len(host) <= 253 and (host.startswith("[") or HOST_NAME.fullmatch(host) is not None)
