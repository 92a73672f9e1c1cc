"""Checking pictures that an agent sends: a small file can unpack to gigabytes, and need not be a picture at all."""

from __future__ import annotations

import base64
import binascii
import io
import warnings

from PIL import Image

MAX_PIXELS = 40_000_000
MAX_BYTES = 20 * 1024 * 1024


def picture_from_base64(text: object) -> bytes | None:
    """The PNG or JPEG that a base64 text (or data: URL) holds; None if it is neither, or too large."""
    if not isinstance(text, str) or len(text) > MAX_BYTES * 4 // 3:
        return None
    try:
        image = base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return image if is_picture(image) else None


def is_picture(image: bytes) -> bool:
    """Whether these bytes are a whole PNG or JPEG of a size that a browser shows without harm."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    return False
                opened.verify()
    # Pillow's decoders raise SyntaxError and struct errors on damaged files, besides OSError.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True
