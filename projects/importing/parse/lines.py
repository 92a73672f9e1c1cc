"""The physical lines of a file, decoded; lines with suspicious characters are flagged."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from .problems import ProblemCode, refused
from .reading import ReadingState

CHUNK_BYTES = 256 * 1024
LONGEST_LINE = 8 * 1024 * 1024

# Control characters that no text needs, what stands for a byte that could not be decoded, replacement characters.
SUSPICIOUS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")


class LineFeed:
    """Reads a binary file once, in chunks, and yields its lines with their line ends.

    Lines end at LF, CR or CRLF, and nowhere else (`str.splitlines` knows eight more). `flagged` turns true when a line
    with a suspicious character goes out; whoever takes note sets it back.
    """

    def __init__(self, file: BinaryIO, encoding: str, state: ReadingState) -> None:
        self._file = file
        # A byte that is not UTF-8 becomes a lone surrogate, which tells the byte later; other decoders can't do that.
        errors = "surrogateescape" if encoding in ("utf-8", "utf-8-sig", "ascii") else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._state = state
        self.flagged = False

    def __iter__(self) -> Iterator[str]:
        rest = ""
        while chunk := self._file.read(CHUNK_BYTES):
            self._state.bytes_read += len(chunk)
            text = rest + self._decoder.decode(chunk)
            cut = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            rest = text[cut:]
            if len(rest) > LONGEST_LINE:
                raise refused(
                    ProblemCode.FILE_BROKEN,
                    "The file has a line of more than 8 million characters.",
                    "Check that the file is a table of text with one row a line.",
                    found=rest[:80],
                )
            yield from self._lines(text[:cut])
        yield from self._lines(rest + self._decoder.decode(b"", final=True))

    def _lines(self, text: str) -> Iterator[str]:
        lines = io.StringIO(text, newline="")
        if not SUSPICIOUS.search(text):
            yield from lines
            return
        for line in lines:
            if SUSPICIOUS.search(line):
                self.flagged = True
            yield line
