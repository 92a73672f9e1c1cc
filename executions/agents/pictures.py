"""Unpacking pictures that an agent sends as text."""

from __future__ import annotations

import base64
import binascii

from executions.pictures.formats import picture_format

MAX_BYTES = 20 * 1024 * 1024


def picture_from_base64(text: object) -> bytes | None:
    """The PNG or JPEG that a base64 text (or data: URL) holds; None if it is neither, or too large."""
    if not isinstance(text, str) or len(text) > MAX_BYTES * 4 // 3:
        return None
    try:
        image = base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return image if picture_format(image) else None
