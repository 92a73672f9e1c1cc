"""Telling a picture from what is none: a small file can unpack to gigabytes, and need not be a picture at all."""

from __future__ import annotations

import io
import warnings

from PIL import Image

FORMATS = ("PNG", "JPEG")
KINDS = frozenset({"png", "jpeg"})
MAX_PIXELS = 40_000_000
START_OF_SCAN = b"\xff\xda"
MAX_SCANS = 100
"""Usual pictures have about ten. Each may be a few bytes and makes readers go over the whole picture again."""


def picture_format(image: bytes) -> str | None:
    """`png` or `jpeg` if these bytes are such a picture of a size that a browser shows without harm, else None.

    Only the frame is looked at, not what it holds: whether that is whole shows when it is unpacked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(image), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    return None
                kind = (opened.format or "").lower()
                opened.verify()
    # Pillow's decoders raise SyntaxError and struct errors on damaged files, besides OSError.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    if kind == "jpeg" and image.count(START_OF_SCAN) > MAX_SCANS:
        return None
    return kind if kind in KINDS else None
