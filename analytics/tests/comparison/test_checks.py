"""What differs between two executions besides their results, and what that forbids."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from analytics.comparison.checks import DOUBT, FINE, NOTE
from analytics.comparison.computing import compute
from analytics.comparison.guards import checks
from analytics.tests.comparison.making import make_run
from executions.models import Execution, Job, Rescoring, RescoringStatus
from projects.models import Batch, TruthRevision

Two = tuple[Execution, Execution]


def told(two: Two) -> dict[str, tuple[str, str]]:
    """Each check's text with its kind and conclusion."""
    figures, _ = compute(*two)
    return {one.text: (one.kind, one.conclusion) for one in checks(*two, figures)}


def test_rows_with_instructions_of_their_own_are_a_cause(sites: Batch) -> None:
    two = make_run(sites, ["gg"] * 12), make_run(sites, ["gg"] * 12)
    assert "Same agent, settings and instructions: what differs is chance, time or the sites." in told(two)
    Job.objects.filter(execution=two[1], position__lte=3).update(own_instructions="Look in the footer.")
    found = told(two)
    assert found["3 rows had other instructions of their own, or in one only."] == (NOTE, "")
    assert "Same agent, settings and instructions: what differs is chance, time or the sites." not in found
    Execution.objects.filter(pk=two[1].pk).update(agent="eva")
    two[1].refresh_from_db()
    assert told(two)["Several things differ at once: agent and instructions of single rows."][0] == DOUBT


def test_where_both_ran_by_the_rows_instructions_the_version_changes_nothing(two: Two) -> None:
    Job.objects.filter(position=1).update(own_instructions="Look in the footer.")
    assert "1 row ran by instructions of their own in both. The version makes no difference there." in told(two)


def test_the_truth_of_today_is_told_with_what_changed_since(two: Two, sites: Batch, member: User) -> None:
    now = timezone.now()
    for number, execution in enumerate(two):
        execution.finished_at = now + timedelta(hours=number)
        execution.save(update_fields=["finished_at"])
    assert told(two)["Same truth."] == (FINE, "")
    row = sites.rows.get(position=2)
    for minutes in (-30, 30, 40):
        at = now + timedelta(minutes=minutes)
        TruthRevision.objects.create(batch=sites, row=row, column="price", after="2", user=member, created_at=at)
    text = f"Same truth: both by today’s, which of 1 row is another than when execution {two[0].number} ended."
    assert told(two)[text] == (FINE, "")


@pytest.mark.parametrize("status", [RescoringStatus.PENDING, RescoringStatus.FAILED])
def test_no_verdict_is_final_while_results_wait_to_be_scored_anew(two: Two, status: RescoringStatus) -> None:
    Rescoring.objects.create(
        organization=two[1].organization, batch=two[1].batch, execution=two[1], generation=1, status=status
    )
    found = told(two)
    text = f"Execution {two[1].number} is still to be scored anew by changed truth or matching."
    assert found[text] == (DOUBT, "Until then one may be graded by another truth than the other.")
    assert "Same truth." not in found


def test_another_version_of_mino_is_told(two: Two) -> None:
    two[0].mino_version, two[1].mino_version = "1.0", "1.1"
    assert told(two)["Run by another version of MINO: 1.0 against 1.1."] == (NOTE, "")
