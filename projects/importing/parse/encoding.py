"""Which encoding the bytes of a text file are in."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from charset_normalizer import from_bytes

CHUNK_BYTES = 1024 * 1024
SAMPLE_BYTES = 64 * 1024

# The longer marks first: the one of UTF-32 begins with the one of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What spreadsheets write where it isn't Unicode. Offering fewer makes the guess on short texts better.
LEGACY_ENCODINGS = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
    "euc_jp",
    "koi8_r",
)
# Text where nothing but accented Latin letters and typographic signs stands between ASCII is Western in all likelihood.
WESTERN = re.compile(r"[\x00-\x7f\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*", re.ASCII)
WESTERN_LETTERS = frozenset("äöüßéèêëàâáãåæçíîïñóôõøœúùûÄÖÜÉÈÀÁÅÆÇÍÑÓØÚÿ€’‘“”–—…£°²³½©®™·«»§µ")
NOT_ASCII = re.compile(rb"[\x80-\xff]")
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def detect_encoding(file: BinaryIO) -> str:
    """The codec's name for a seekable binary file, which is left at its start.

    A byte order mark decides; then UTF-16 by its zero bytes; then UTF-8 if the whole file is valid, or all but a few
    bytes of it (those are reported later, each with its line); what remains is guessed from the non-ASCII part.
    """
    file.seek(0)
    head = file.read(SAMPLE_BYTES)
    try:
        for mark, encoding in BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return encoding
        return encoding_of_zeros(head) or _utf_8_or_legacy(file)
    finally:
        file.seek(0)


def encoding_of_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: in mostly Latin text every other byte is zero."""
    pairs = len(head) // 2
    if pairs < 2 or b"\x00" not in head:
        return None
    if head[1::2].count(0) > 0.7 * pairs and head[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _utf_8_or_legacy(file: BinaryIO) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        while chunk := file.read(CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _mostly_utf_8_or_legacy(file)
    return "utf-8"


def _mostly_utf_8_or_legacy(file: BinaryIO) -> str:
    file.seek(0)
    sequences = others = 0
    sample = b""
    while chunk := file.read(CHUNK_BYTES):
        remaining, found = MULTIBYTE.subn(b"", chunk)
        sequences += found
        others += len(NOT_ASCII.findall(remaining))
        if len(sample) < SAMPLE_BYTES and (first := NOT_ASCII.search(chunk)):
            start = max(0, first.start() - 1024)
            sample += chunk[start : start + SAMPLE_BYTES]
    return "utf-8" if sequences > 4 * others else _legacy_encoding(sample)


def _legacy_encoding(sample: bytes) -> str:
    western = sample.decode("cp1252", "replace")
    special = [character for character in western if character > "\x7f"]
    if WESTERN.fullmatch(western) and sum(character in WESTERN_LETTERS for character in special) > 0.9 * len(special):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=list(LEGACY_ENCODINGS), enable_fallback=False).best()
    return best.encoding if best else "cp1252"
