"""Reads e-mail addresses as RFC 5321 allows them, without the comments and folded spaces of RFC 5322."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import unquote

import idna

MAX_EMAIL = 254
"""The longest address that can be used in a mail transaction (RFC 5321, 4.5.3.1.3)."""
MAX_EMAIL_TEXT = 600
MAX_LOCAL_PART = 64

_MAILTO = re.compile(r"(?:mailto|e-?mail)\s*:\s*", re.IGNORECASE)
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")
_ATOM = r"[^\s\x00-\x20\x7f\"(),.:;<>@\[\\\]]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_QUOTED = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}")


def normalize_email(text: str) -> str | None:
    """Return the address in one form, or None when `text` is no address. Never raises.

    White space around it, "mailto:" with its "?subject=...", a display name with angle brackets, and case are folded
    away (the local part's too: in practice nobody tells them apart); the domain becomes ASCII.
    """
    text = text.strip()
    if len(text) > MAX_EMAIL_TEXT or not ("@" in text or "%40" in text):
        return None
    return _normalize_cached(text)


@lru_cache(maxsize=16_384)
def _normalize_cached(text: str) -> str | None:
    if match := _MAILTO.match(text):
        text = unquote(text[match.end() :].partition("?")[0]).strip()
    if named := _NAMED.fullmatch(text):
        text = named[1].strip()
    local, _, domain = text.rpartition("@")
    if not (_DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)) or len(local.encode()) > MAX_LOCAL_PART:
        return None
    normal_domain = _normalize_domain(domain)
    address = f"{local.casefold()}@{normal_domain}"
    return address if normal_domain and len(address.encode()) <= MAX_EMAIL else None


def _normalize_domain(domain: str) -> str | None:
    if domain.startswith("["):
        return _normalize_literal(domain)
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    if len(ascii_domain) > 253 or "." not in ascii_domain:
        return None
    return ascii_domain if all(map(_LABEL.fullmatch, ascii_domain.split("."))) else None


def _normalize_literal(domain: str) -> str | None:
    """Return an address literal in one form: [192.0.2.1] or [ipv6:2001:db8::1]."""
    literal = domain[1:-1].lower()
    if not domain.endswith("]"):
        return None
    if not literal.startswith("ipv6:"):
        return domain if _IPV4.fullmatch(literal) else None
    try:
        return f"[ipv6:{IPv6Address(literal[5:])}]"
    except ValueError:
        return None
