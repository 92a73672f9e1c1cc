"""What analytics does when a few stored results get other verdicts: when somebody corrects a cell of truth."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from analytics.patterns.services import patterns_want_later
from analytics.repeats.services import repeats_want
from analytics.rollups.following import roll_ups_following


@contextmanager
def figures_following(
    batch_id: uuid.UUID, execution_ids: Collection[uuid.UUID], row_ids: Collection[uuid.UUID]
) -> Iterator[None]:
    """Let the figures be right after what happens within to the results of these rows in these executions."""
    if not execution_ids:
        yield
        return
    with roll_ups_following(batch_id, execution_ids, row_ids):
        yield
    patterns_want_later(execution_ids)
    repeats_want(execution_ids)
