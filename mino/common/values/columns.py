"""What a column holds, and what it is for."""

from __future__ import annotations

from enum import StrEnum


class ColumnType(StrEnum):
    """The type of a column's cells: it decides how two values are compared."""

    TEXT = "text"
    NUMBER = "number"
    URL = "url"
    EMAIL = "email"
    DATE = "date"
    PHONE = "phone"
    BOOLEAN = "boolean"


class ColumnRole(StrEnum):
    """What a column is for."""

    SITE_URL = "site_url"
    KEY = "key"
    INPUT = "input"
    GROUND_TRUTH = "ground_truth"
    IGNORED = "ignored"
