"""Unpacking what was sent compressed, never further than allowed: a few kilobytes can unpack to gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from mino.common.outbound.errors import BadAnswer, TooLarge

ACCEPTED_ENCODINGS = "gzip, deflate"
_GZIP, _ZLIB, _RAW = 31, 15, -15
_MAX_MEMBERS = 100
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


def read_body(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Join the chunks of a body sent with this Content-Encoding. Raises `TooLarge` or `BadAnswer`."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _joined(chunks, max_bytes)
    if encoding not in _WINDOWS:
        raise BadAnswer("The site answered in a compression that was not asked for.")
    try:
        return _unpacked(_joined(chunks, max_bytes), _WINDOWS[encoding], max_bytes)
    except zlib.error as error:
        raise BadAnswer("The site's compressed answer is damaged.") from error


def _joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _unpacked(packed: bytes, window: int, max_bytes: int) -> bytes:
    if window == _ZLIB and not _has_zlib_header(packed):
        window = _RAW
    body = bytearray()
    for _ in range(_MAX_MEMBERS):
        unpacker = zlib.decompressobj(window)
        body += unpacker.decompress(packed, max_bytes - len(body) + 1)
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        # A gzip file may have several members; anything else after the end is padding.
        packed = unpacker.unused_data
        if not packed.startswith(b"\x1f\x8b"):
            return bytes(body)
    raise BadAnswer("The site's compressed answer is cut into too many pieces.")


def _has_zlib_header(packed: bytes) -> bool:
    """Some servers say deflate and send it bare."""
    return len(packed) >= 2 and packed[0] & 0x0F == 8 and int.from_bytes(packed[:2], "big") % 31 == 0


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The site's answer is larger than {max_bytes:,} bytes.")
