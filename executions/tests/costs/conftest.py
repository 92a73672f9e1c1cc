"""Fixtures for tests of costs: a project with a history."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from executions.models import Execution
from executions.tests.costs.making import make_ended_rows
from projects.models import Batch

EndedRows = Callable[..., Execution]


@pytest.fixture
def ended_rows(batch: Batch) -> EndedRows:
    """Makes an execution whose rows ended, each after attempts of the given costs."""
    return partial(make_ended_rows, batch)
