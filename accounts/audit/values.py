"""What may stand in an entry: plain, short values, and no secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.core.files.base import File
from django.db.models import Model

from mino.common.values.clean import clean_value

HIDDEN = "(hidden)"
LONGEST = 2_000
MOST_VALUES = 200
SECRET_NAMES = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|token|seed|otp|totp|cookie|authorization|signature|digest|hash"
    r"|ciphertext|encrypted|recovery_codes?|private_key|api_key|key|signing_key|credentials?)$",
    re.IGNORECASE,
)
"""Names of what is never kept; `key_id`, `key_prefix` and the like are something else."""

SECRET_VALUES = re.compile(
    r"mino_[a-z]{2,8}_[A-Za-z0-9_-]{16,}"  # API keys; what is shown of them is shorter
    r"|\b\d+:[0-9a-f]{8}:[A-Za-z0-9+/=]{16,}"  # what mino.common.secrets encrypted
    r"|\b(?:Bearer|Token|Basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user and password within a URL
)


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """`{name: [before, after]}` of all that differs, as plain values. What is missing on one side is None there; an
    empty text beside it is no difference."""
    old, new = before or {}, after or {}
    pairs = {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}
    return {name: [plain(was, name), plain(now, name)] for name, (was, now) in pairs.items() if _differ(was, now)}


def _differ(was: Any, now: Any) -> bool:
    return bool(was != now and not (was in (None, "") and now in (None, "")))


def plain(value: Any, name: str = "") -> Any:
    """The value as JSON can hold it, cut to `LONGEST` characters, with `HIDDEN` in the place of secrets."""
    if value not in (None, "", False, True) and SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): plain(one, str(key)) for key, one in list(value.items())[:MOST_VALUES]}
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(one) for one in list(parts)[:MOST_VALUES]]
    if isinstance(value, (bool, int, float)) or value is None:
        return clean_value(value.value if isinstance(value, Enum) else value)
    return text(_in_words(value))


def _in_words(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, File):
        return value.name or ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value) if not isinstance(value, Model) else f"{value}"


def text(value: str, longest: int = LONGEST) -> str:
    """The text without secrets and control characters, and not too long."""
    cleaned = str(clean_value(value, max_characters=10 * longest))
    shown = SECRET_VALUES.sub(HIDDEN, cleaned)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
