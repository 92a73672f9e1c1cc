"""A batch of twelve sites and two executions over it, the second better."""

from __future__ import annotations

import pytest

from analytics.tests.comparison.making import make_run
from executions.models import Execution
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Batch, Project


@pytest.fixture
def sites(project: Project) -> Batch:
    """Twelve rows, each of another site."""
    return BatchFactory(project=project, name="Kettles", rows=12)


@pytest.fixture
def two(sites: Batch) -> tuple[Execution, Execution]:
    """Version 1 had nine prices wrong; version 2 mended eight of them, and lost a title."""
    first = make_run(sites, ["gw"] * 9 + ["gg", "gg", "error"])
    version = VersionFactory(project=sites.project, text="Return the title and the price after discount.")
    second = make_run(sites, ["gg"] * 8 + ["gw", "gg", "wg", "gg"], instruction_version=version)
    return first, second
