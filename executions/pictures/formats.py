"""Telling a picture from what is none: a small file can unpack to gigabytes, and need not be a picture at all."""

from __future__ import annotations

import io
import warnings

from PIL import Image

FORMATS = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000


def picture_format(image: bytes) -> str | None:
    """`png` or `jpeg` if these bytes are a whole picture of a size that a browser shows without harm, else None."""
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
    return kind
