"""Making the small picture that pages show. What is unpacked here comes from agents and is not trusted."""

from __future__ import annotations

import io
import threading
import time
import warnings

from PIL import Image

from executions.pictures.formats import FORMATS

LONGEST_SIDE = 480
TALLEST = 1.5
"""Of a page that is many screens long its top is shown, so high for its width."""
SECONDS = 10.0
"""For unpacking one picture; the largest that is let in takes about one."""
_few = threading.BoundedSemaphore(2)
"""A picture of the largest size takes some 300 MB while it is unpacked."""


class _Timed(io.BytesIO):
    """Bytes that can't be read after a while: the decoder asks for them piece by piece."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._until = time.monotonic() + SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises TimeoutError when it took too long."""
        if time.monotonic() > self._until:
            raise TimeoutError("The picture takes too long to unpack.")
        return super().read(size)


def thumbnail_of(image: bytes) -> bytes | None:
    """A small JPEG of a picture whose format was checked; None if it is damaged or can't be unpacked in time."""
    try:
        with _few, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(_Timed(image), formats=FORMATS) as opened:
                opened.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
                return _as_jpeg(_reduced(opened))
    # Pillow's decoders raise SyntaxError and struct errors on damaged files, besides OSError.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _reduced(opened: Image.Image) -> Image.Image:
    width, height = opened.size
    top = opened.crop((0, 0, width, min(height, max(1, round(width * TALLEST)))))
    # Palettes can't be averaged, so they become colours first.
    small = top.convert("RGBA") if top.mode in ("P", "PA", "LA") or "transparency" in top.info else top
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    return small


def _as_jpeg(small: Image.Image) -> bytes:
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    content = io.BytesIO()
    small.convert("RGB").save(content, "JPEG", quality=80, optimize=True)
    return content.getvalue()
