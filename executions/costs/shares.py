"""MINO's own share of the cost: the room that pictures take and the queries to the database.

The prices are settings (`MINO_STORAGE_PRICE` for a gigabyte, `MINO_QUERY_PRICE` for a query). Nobody is charged these:
they are shown beside the agent's money, and neither an execution's cost nor its budget includes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from executions.models import Execution, Screenshot

QUERIES_PER_ROW = 20
SCREENSHOTS_PER_ROW = 10
SCREENSHOT_BYTES = 500_000
GIGABYTE = 1_000_000_000
MOST_ROWS_MEASURED = 1000


@dataclass(frozen=True, slots=True)
class OwnShare:
    """What MINO itself spends on rows. `is_measured` tells whether `bytes` were counted or only expected."""

    bytes: int
    storage: Decimal
    queries: Decimal
    is_measured: bool

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.storage + self.queries


def expected_share(rows: int, *, with_screenshots: bool) -> OwnShare:
    """MINO's own share for rows that are still to be run."""
    size = rows * SCREENSHOTS_PER_ROW * SCREENSHOT_BYTES if with_screenshots else 0
    return _share(rows, size, is_measured=False)


def own_share(execution: Execution) -> OwnShare:
    """MINO's own share for the rows that an execution has run, from the pictures that it keeps.

    Of a large execution the pictures of its first rows are counted, and the others taken to be like them.
    """
    rows = execution.completed_jobs + execution.error_jobs
    size = _picture_bytes(execution)
    is_measured = rows <= MOST_ROWS_MEASURED
    if not is_measured:
        size = size * rows // MOST_ROWS_MEASURED
    return _share(rows, size, is_measured=is_measured)


def _picture_bytes(execution: Execution) -> int:
    if not execution.agent_settings.get("screenshots"):
        return 0
    pictures = Screenshot.objects.filter(
        session__job__execution=execution.pk, session__job__position__lte=MOST_ROWS_MEASURED
    )
    return int(pictures.aggregate(total=Sum("bytes"))["total"] or 0)


def _share(rows: int, size: int, *, is_measured: bool) -> OwnShare:
    storage = Decimal(size) / GIGABYTE * settings.STORAGE_PRICE
    return OwnShare(size, storage, rows * QUERIES_PER_ROW * settings.QUERY_PRICE, is_measured)
