"""A few trials of `make chaos`, each run of the suite."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

from executions.tests.chaos.services import missing_programs
from mino.tests.processes import ROOT

TRIALS = 5
SEED = 520
"""These five trials have everything that may happen."""
LONGEST = 900.0


@pytest.fixture
def can_run() -> None:
    """Trials bring their own services; one pass of the suite is enough, the one that has services itself."""
    if connection.vendor != "postgresql":
        pytest.skip("The trials run in the pass with PostgreSQL.")
    if missing := missing_programs():
        sentence = f"Not installed: {', '.join(missing)}. So nothing was tried to break MINO."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)


@pytest.mark.postgresql
@pytest.mark.usefixtures("can_run")
def test_nothing_is_lost_or_paid_twice_while_processes_and_services_die() -> None:
    command = [sys.executable, "-m", "executions.tests.chaos", "--trials", str(TRIALS), "--seed", str(SEED)]
    trials = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = trials.communicate(timeout=LONGEST)
    finally:
        trials.terminate()  # it clears away what it started
        trials.wait()
    assert trials.returncode == 0, said
    assert f"{TRIALS} trials" in said
