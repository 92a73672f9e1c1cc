"""Ids in addresses."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from mino.common.api.errors import ApiError

NO_ID: Final = "This is no id: use the 36 characters of a UUID."
USUAL: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_identifiers(parameters: dict[str, Any]) -> None:
    """Turn each parameter called `…_id` into a UUID, in place. Raises ApiError INVALID_UUID."""
    for name, value in parameters.items():
        if name.endswith("_id") and isinstance(value, str):
            parameters[name] = read_identifier(name, value)


def read_identifier(name: str, text: str) -> uuid.UUID:
    """The UUID that `text` writes in the usual way. Raises ApiError INVALID_UUID at `name`."""
    found = identifier_in(text)
    if found is None:
        raise ApiError("INVALID_UUID", f"“{text:.50}” is not an id: use the 36 characters of a UUID.", path=name)
    return found


def identifier_in(text: str) -> uuid.UUID | None:
    """The UUID that `text` writes in the usual way, and in none of the others; None if it is none."""
    return uuid.UUID(text) if USUAL.fullmatch(text) else None
