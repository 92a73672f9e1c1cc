"""Bytes to text: what encoding a page really has, whatever it says."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

SINGLE_BYTE = re.compile(r"^(cp125\d|iso8859-\d+|latin-?1|windows-125\d|ascii|us-ascii)$")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SAMPLE = 200_000


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that aren't UTF-8 as Windows-1252: what editors leave in pages they have mixed."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("mino-stray", _stray_byte)


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Return a page's text and the name of the encoding it was read with.

    Order: byte order mark, HTTP header, what the page declares, detection. A declaration that the bytes contradict is
    passed over; a few stray bytes are not a contradiction of UTF-8. Control characters are dropped.
    """
    name, text = _decode(body, content_type)
    return CONTROL.sub("", text), name


def _decode(body: bytes, content_type: str) -> tuple[str, str]:
    mark, _ = read_bom(body)
    if mark:
        return mark, body.decode(mark, "replace").lstrip("\ufeff")
    multibyte_utf8 = _is_utf8(body)
    declared = [_known(http_content_type_encoding(content_type)), _known(html_body_declared_encoding(body[:8192]))]
    for name in filter(None, declared):
        if multibyte_utf8 and SINGLE_BYTE.match(name):
            # Text with valid multi-byte sequences throughout is UTF-8; single-byte encodings can't object to anything.
            continue
        text = _strictly(body, name)
        if text is not None:
            return name, text
    if multibyte_utf8:
        return "utf-8", body.decode("utf-8")
    if any(name in {"utf-8", "utf_8"} for name in declared) and _mostly_utf8(body):
        return "utf-8", body.decode("utf-8", "mino-stray")
    return _detected(body, next(filter(None, declared), None))


def _known(name: str | None) -> str | None:
    return resolve_encoding(name) if name else None


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):
        return None


def _is_utf8(body: bytes) -> bool:
    return _strictly(body, "utf-8") is not None


def _mostly_utf8(body: bytes) -> bool:
    read = body[:SAMPLE].decode("utf-8", "replace")
    beyond_ascii = sum(character > "\x7f" for character in read)
    return read.count("\ufffd") * 2 <= max(beyond_ascii, 2)


def _detected(body: bytes, declared: str | None) -> tuple[str, str]:
    if declared:
        return declared, body.decode(declared, "replace")
    if _mostly_utf8(body):
        return "utf-8", body.decode("utf-8", "mino-stray")
    best = from_bytes(body[:SAMPLE]).best()
    name = best.encoding if best is not None else "cp1252"
    return name, body.decode(name, "replace")
