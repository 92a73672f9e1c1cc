"""Ids in addresses."""

from __future__ import annotations

import uuid
from typing import Any

from mino.common.api.errors import ApiError


def read_identifiers(parameters: dict[str, Any]) -> None:
    """Turn each parameter called `…_id` into a UUID, in place. Raises ApiError INVALID_UUID."""
    for name, value in parameters.items():
        if name.endswith("_id") and isinstance(value, str):
            parameters[name] = read_identifier(name, value)


def read_identifier(name: str, text: str) -> uuid.UUID:
    """The UUID that `text` writes in the usual way. Raises ApiError INVALID_UUID at `name`."""
    try:
        found = uuid.UUID(text) if len(text) == 36 else None
    except ValueError:
        found = None
    if found is None:
        raise ApiError("INVALID_UUID", f"“{text:.50}” is not an id: use the 36 characters of a UUID.", path=name)
    return found
