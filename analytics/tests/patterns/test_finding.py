"""Patterns of executions: found where they are, not where chance alone is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence
from analytics.patterns.attributes import attribute_findings
from analytics.patterns.services import REST, latest_seen, pattern_rows, patterns_analyse, patterns_sweep, patterns_want
from analytics.patterns.shapes import Failure, FailureType
from analytics.patterns.table import FAILED, PASSED, Attribute, Table
from analytics.tests.patterns.making import analysed, play
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Batch, Row

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {}


@pytest.fixture
def batch() -> Batch:
    found: Batch = BatchFactory(rows=60)
    return found


def patterns(**values: Any) -> list[FailurePattern]:
    return list(FailurePattern.objects.filter(**values).order_by("-weight", "-pk"))


def test_types_and_shapes_of_a_column_are_found(batch: Batch) -> None:
    answers = [{"title": f"Kettle {n} | Northlight"} for n in range(1, 13)]
    answers += [{"price": float(n) * 100 + 50} for n in range(13, 20)] + [{"price": None}] * 5 + [GOOD] * 36
    analysed(play(batch, answers))
    extra = FailurePattern.objects.get(kind="shape", key="extra_text")
    assert (extra.column, extra.failing, extra.value, extra.frequency, extra.n) == (
        "title", "partial_match", "after", 12, 60,
    )  # fmt: skip
    occurrence = latest_seen(extra)
    assert occurrence is not None
    assert occurrence.details == [[" | Northlight", 12]]
    assert len(occurrence.examples) == 10
    assert pattern_rows(occurrence) == list(range(1, 13))
    assert FailurePattern.objects.get(failing="missing_extraction").frequency == 5
    assert FailurePattern.objects.get(kind="type", failing="partial_match").column == "title"
    # Prices that are wrong in no way that is known are a type without a shape.
    assert FailurePattern.objects.get(kind="type", failing="value_mismatch").frequency == 7


def test_fewer_than_five_jobs_make_no_pattern(batch: Batch) -> None:
    analysed(play(batch, [{"price": None}] * 4 + ["error:TIMEOUT"] * 4 + [GOOD] * 52))
    assert not patterns()


def test_a_site_that_fails_more_often_is_found_and_only_it(batch: Batch) -> None:
    Row.objects.filter(batch=batch, position__lte=12).update(url="https://bad.example/x")
    analysed(play(batch, [{"price": None}] * 10 + [GOOD] * 48 + [{"price": None}] * 2))
    found = FailurePattern.objects.get(kind="attribute", key="domain", failing="cell")
    assert (found.value, found.column) == ("bad.example", "price")
    occurrence = latest_seen(found)
    assert occurrence is not None
    assert (occurrence.frequency, occurrence.n, occurrence.other_frequency, occurrence.other_n) == (10, 12, 2, 48)
    assert occurrence.lift is not None
    assert occurrence.lift == pytest.approx((10 / 12) / (2 / 48))
    assert occurrence.lift_low is not None
    assert 1 < occurrence.lift_low < occurrence.lift
    assert occurrence.q is not None
    assert occurrence.q <= 0.05


def test_errors_are_found_as_such_and_where_they_gather(batch: Batch) -> None:
    Row.objects.filter(batch=batch, position__lte=8).update(url="https://slow.example/x")
    analysed(play(batch, ["error:TIMEOUT"] * 8 + [GOOD] * 52))
    everywhere, there = patterns(kind="error", failing="TIMEOUT", key=""), patterns(kind="error", key="domain")
    assert [(one.frequency, one.n) for one in everywhere] == [(8, 60)]
    assert [(one.value, one.frequency, one.n) for one in there] == [("slow.example", 8, 8)]


def test_pages_of_a_language_and_pages_without_data_are_found(batch: Batch) -> None:
    answers: list[Any] = [{"title": "Another", "page": {"language": "de-AT", "embedded": "none"}}] * 15
    answers += [{"page": {"language": "en", "embedded": "JSON-LD"}}] * 45
    analysed(play(batch, answers))
    found = {(one.key, one.value) for one in patterns(kind="attribute", failing="cell", column="title")}
    assert found >= {("language", "de"), ("metadata", "none")}


def test_a_language_of_one_site_is_that_sites_pattern(batch: Batch) -> None:
    Row.objects.filter(batch=batch, position__lte=15).update(url="https://einer.example/x")
    answers: list[Any] = [{"title": "Another", "page": {"language": "de"}}] * 15 + [{"page": {"language": "en"}}] * 45
    analysed(play(batch, answers))
    assert not patterns(key="language")
    assert patterns(key="domain", value="einer.example", failing="cell")


def test_a_column_that_fails_more_often_than_others_is_found(batch: Batch) -> None:
    analysed(play(batch, [{"price": "9999"}] * 20 + [GOOD] * 40))
    found = FailurePattern.objects.get(key="column")
    assert (found.column, found.frequency, found.n) == ("price", 20, 60)


def random_table(seed: int) -> Table:
    """Three hundred rows of sixty sites that fail by chance alone."""
    chance = random.Random(seed)
    table = Table(["title", "price", "stock"])
    for position in range(1, 301):
        site = chance.randrange(60)
        bad = [int(chance.random() < 0.2) for _ in table.columns]
        table.positions.append(position)
        table.states.append(FAILED if any(bad) else PASSED)
        table.errors.add("")
        table.attributes[Attribute.DOMAIN].add(f"site{site}.example")
        table.attributes[Attribute.STEPS].add(chance.choice(["1–5", "6–10", "11–20"]))
        table.attributes[Attribute.LANGUAGE].add(chance.choice(["de", "en", "fr", "it"]))
        table.attributes[Attribute.METADATA].add(chance.choice(["none", "JSON-LD"]))
        table.bad += bytes(bad)
        for place, mark in enumerate(bad):
            if mark:
                table.add_failure(place, Failure(FailureType.VALUE_MISMATCH))
    return table


def test_chance_alone_makes_no_pattern_nineteen_times_of_twenty() -> None:
    seeds = range(100)
    assert sum(bool(attribute_findings(random_table(seed))[0]) for seed in seeds) <= 5


def test_many_attributes_are_compared_and_a_planted_one_is_found() -> None:
    table = Table(["price"])
    chance = random.Random(1)
    for position in range(1, 401):
        site = position % 40
        bad = int(site == 7 or chance.random() < 0.1)
        table.positions.append(position)
        table.states.append(FAILED if bad else PASSED)
        table.errors.add("")
        table.attributes[Attribute.DOMAIN].add(f"site{site}.example")
        for one in (Attribute.STEPS, Attribute.LANGUAGE, Attribute.METADATA):
            table.attributes[one].add("same")
        table.bad += bytes([bad])
    found, tests = attribute_findings(table)
    assert tests == 80
    assert {(one.identity.key, one.identity.value) for one in found} == {("domain", "site7.example")}


def test_the_same_again_changes_nothing(batch: Batch) -> None:
    execution = analysed(play(batch, [{"price": None}] * 9 + [GOOD] * 51))

    def kept() -> list[Any]:
        values = ("pattern__failing", "pattern__key", "frequency", "n", "weight", "is_found")
        return sorted(PatternOccurrence.objects.values_list(*values))

    before = kept()
    analysed(execution)
    assert kept() == before
    assert not patterns_analyse(execution.pk), "nothing is wanted any more"


def test_what_is_scored_right_now_is_no_pattern_any_more(batch: Batch) -> None:
    execution = analysed(play(batch, [{"price": None}] * 9 + [GOOD] * 51))
    assert patterns()
    execution.jobs.update(outcomes={}, evaluation_result="pass")
    analysed(execution)
    assert not patterns(state="open")


def test_a_later_version_cures_a_pattern_and_only_where_enough_was_run(batch: Batch) -> None:
    analysed(play(batch, [{"price": None}] * 20 + [GOOD] * 40))
    missing = {"kind": "type", "failing": "missing_extraction"}
    same = VersionFactory(project=batch.project)
    analysed(play(batch, [GOOD] * 8, instruction_version=same))
    assert FailurePattern.objects.get(**missing).state == "open", "eight rows tell nothing"
    later = VersionFactory(project=batch.project)
    analysed(play(batch, [GOOD] * 60, instruction_version=later))
    cured = FailurePattern.objects.get(**missing)
    assert (cured.state, cured.cured_by) == ("cured", later)
    assert cured.first_seen_at == cured.last_seen_at
    analysed(play(batch, [{"price": None}] * 20 + [GOOD] * 40, instruction_version=later))
    assert FailurePattern.objects.get(**missing).state == "open"


def test_the_trend_is_that_of_the_two_newest_executions_of_a_batch(batch: Batch) -> None:
    def trend(failing: int, of: Batch = batch) -> str:
        analysed(play(of, [{"price": None}] * failing + [GOOD] * (60 - failing)))
        return str(FailurePattern.objects.get(kind="type", failing="missing_extraction").trend)

    assert trend(20) == ""
    assert trend(22) == "steady"
    assert trend(45) == "rising"
    assert trend(3) == "falling", "also where it is too rare to be found"
    other: Batch = BatchFactory(project=batch.project, rows=60)
    assert trend(60, other) == "", "nothing is known yet of this batch"


def test_running_the_failed_rows_again_makes_a_pattern_no_worse_and_cures_none(batch: Batch) -> None:
    def state(*answers: dict[str, Any], **values: Any) -> tuple[str, str]:
        analysed(play(batch, list(answers), **values))
        found = FailurePattern.objects.get(kind="type", failing="missing_extraction")
        return found.state, found.trend

    bad, chosen = {"price": None}, {"sample_method": "selection"}
    assert state(*[bad] * 12, *[GOOD] * 48) == ("open", "")
    assert state(*[bad] * 12, **chosen) == ("open", ""), "they were chosen because they fail"
    later = VersionFactory(project=batch.project)
    assert state(*[GOOD] * 12, instruction_version=later, **chosen) == ("open", "")
    rarer = [bad] * 7 + [GOOD] * 53
    assert state(*rarer, instruction_version=later) == ("open", "steady"), "12 of 60 before, by chance 7 now"


def test_the_same_version_cures_nothing(batch: Batch) -> None:
    analysed(play(batch, [{"price": None}] * 20 + [GOOD] * 40))
    analysed(play(batch, [GOOD] * 60))
    assert FailurePattern.objects.get(kind="type").state == "open"


def test_what_nobody_asked_for_is_found_by_the_sweep(batch: Batch) -> None:
    execution = play(batch, [{"price": None}] * 9 + [GOOD] * 51)
    assert patterns_sweep() == 1
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None
    assert patterns_analyse(execution.pk)
    assert patterns_sweep() == 0
    patterns_want([execution.pk])
    assert patterns_sweep() == 0
    PatternAnalysis.objects.update(analysed_at=timezone.now() - REST)
    assert patterns_sweep() == 1


def test_results_are_read_in_chunks(batch: Batch, django_assert_num_queries: Any, monkeypatch: Any) -> None:
    from analytics.patterns import gathering

    execution = play(batch, [{"price": None}] * 30 + [GOOD] * 30)
    monkeypatch.setattr(gathering, "MOST_CELLS", 1)  # the least: fifty jobs at a time
    with django_assert_num_queries(6):  # jobs thrice, cells once where some fail, pages twice
        table = gathering.gather(execution)
    assert len(table.positions) == 60
