"""An execution with four disagreements, one of them about a suspect truth."""

from __future__ import annotations

import pytest

from analytics.tests.review.reviewed import make_reviewed
from executions.models import Execution
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Three rows with something to review."""
    return make_reviewed(batch)
