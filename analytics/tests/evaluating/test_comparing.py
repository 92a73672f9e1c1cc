"""`--baseline` and `--compare`: the gate for continuous integration."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from analytics.comparison.baselines import project_set_baseline
from analytics.tests.evaluating.conftest import Write
from analytics.tests.evaluating.test_command import Captured, run
from executions.models import Execution
from mino.tests.factories import ExecutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 12


@pytest.fixture
def shops(write: Write) -> Path:
    """Twelve sites with a price each."""
    lines = [f"https://shop{number}.example/,{number}.50" for number in range(ROWS)]
    return write("shops.csv", "\n".join(["site_url,expected_price", *lines]))


def answers(write: Write, name: str, wrong: int) -> Path:
    """Answers of which the first so many are wrong."""
    lines = [f"https://shop{number}.example/,{99 if number < wrong else number}.50" for number in range(ROWS)]
    return write(name, "\n".join(["site_url,price", *lines]))


@pytest.fixture
def good(shops: Path, write: Write) -> Path:
    """Execution 1 had all right."""
    right = answers(write, "right.csv", 0)
    assert run(shops, "--results", right) == 0
    return right


def test_only_a_certain_loss_exits_with_1(shops: Path, good: Path, write: Write, capsys: Captured) -> None:
    assert run(shops, "--results", good, "--baseline", 1) == 0
    assert "No meaningful difference" in capsys.readouterr().out
    assert run(shops, "--results", answers(write, "some.csv", 3), "--baseline", 1) == 0
    assert "Not enough data to tell" in capsys.readouterr().out
    assert run(shops, "--results", answers(write, "bad.csv", 8), "--baseline", 1) == 1
    told = capsys.readouterr()
    assert "is worse: the pass rate fell by 66.7 points, from 100.0 % to 33.3 %." in told.out
    assert "8 became wrong (McNemar’s exact test: p = 0.008)" in told.out
    assert "worse than execution 1" in told.err


def test_compare_tells_and_never_fails(shops: Path, good: Path, write: Write, capsys: Captured) -> None:
    assert run(shops, "--results", answers(write, "bad.csv", 8), "--compare", "--json") == 0
    report = json.loads(capsys.readouterr().out)["comparison"]
    assert (report["verdict"], report["columns"]["price"]["became_wrong"]) == ("worse", 8)
    assert report["baseline"] == str(Execution.objects.get(number=1).pk)
    assert -1 < report["pass_rate"]["low"] < report["pass_rate"]["difference"] < report["pass_rate"]["high"] < 0


def test_compare_prefers_the_projects_baseline(shops: Path, good: Path, capsys: Captured) -> None:
    assert run(shops, "--results", good) == 0
    first = Execution.objects.get(number=1)
    user = MembershipFactory(organization=first.organization).user
    project_set_baseline(execution=first, user=user)
    capsys.readouterr()
    assert run(shops, "--results", good, "--compare") == 0
    assert "Against execution 1:" in capsys.readouterr().out


def test_the_first_execution_has_nothing_to_be_compared_with(shops: Path, write: Write, capsys: Captured) -> None:
    assert run(shops, "--results", answers(write, "right.csv", 0), "--compare") == 0
    assert "no earlier execution" in capsys.readouterr().err


def test_a_baseline_that_can_not_be_used_is_told_before_anything_runs(
    shops: Path, good: Path, write: Write, capsys: Captured
) -> None:
    foreign = ExecutionFactory(number=77, status="completed")
    for name in ("77", str(foreign.pk), str(uuid.uuid4()), "nonsense"):
        assert run(shops, "--results", good, "--baseline", name) == 2
        assert f"There is no execution {name}" in capsys.readouterr().err
    other = write("others.csv", "site_url,expected_price\nhttps://other.example/,1\n")
    assert run(other, "--results", write("o.csv", "site_url,price\nhttps://other.example/,1\n"), "--baseline", 1) == 2
    assert "can't be paired" in capsys.readouterr().err
    assert run(shops, "--results", good, "--baseline", 1, "--compare", 1) == 2
    Execution.objects.filter(number=1).update(status="running")
    assert run(shops, "--results", good, "--baseline", 1) == 2
    assert Execution.objects.filter(agent="file").count() == 1
