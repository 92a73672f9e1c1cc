"""The page of a comparison."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Organization, User
from analytics.models import Comparison, ProjectBaseline
from analytics.tests.comparison.making import make_run
from executions.models import Execution
from mino.tests.factories import BatchFactory, ExecutionFactory
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]
Two = tuple[Execution, Execution]


@pytest.fixture
def address(organization: Organization) -> str:
    return reverse("compare", args=[organization.slug])


def ids(*executions: Execution) -> str:
    return ",".join(str(one.pk) for one in executions)


def test_the_verdict_is_a_sentence_with_interval_and_n(
    two: Two, viewer: User, client_for: ClientFor, address: str
) -> None:
    page = client_for(viewer).get(address, {"executions": ids(*two)})
    text = page.content.decode()
    assert "Version 2 is better: the pass rate rose by 63.6 points, from 18.2 % to 81.8 %." in text.replace("\xa0", " ")
    assert "on 11 rows of 11 sites that both graded" in text
    assert "8 became right and 1 became wrong (McNemar’s exact test: p = 0.039)" in text
    assert page.context["figures"].left_out["error_first"] == 1
    assert page["Content-Type"].startswith("text/html")


def test_swapped_the_other_is_worse(two: Two, viewer: User, client_for: ClientFor, address: str) -> None:
    page = client_for(viewer).get(address, {"executions": ids(*reversed(two))})
    assert page.context["shown"].judged.judgement.verdict.value == "worse"


def test_flips_are_filtered_by_way_column_and_reason(
    two: Two, viewer: User, client_for: ClientFor, address: str
) -> None:
    client = client_for(viewer)

    def found(**query: str) -> list[tuple[int, str, str]]:
        page = client.get(address, {"executions": ids(*two), **query})
        return [(line.position, line.column, line.why) for line in page.context["flips"]]

    assert [position for position, _, _ in found(of="rows")] == [1, 2, 3, 4, 5, 6, 7, 8, 11]
    assert found(way="wrong") == [(11, "title", "Output changed")]
    assert {column for _, column, _ in found(way="right")} == {"price"}
    assert found(way="gained") == [(12, "", "Error")]
    assert found(why="retry") == []
    assert len(found(way="nonsense", column="nonsense")) == 9


def test_a_page_shows_at_most_fifty_flips(project: Project, viewer: User, client_for: ClientFor, address: str) -> None:
    batch = BatchFactory(project=project, rows=60)
    two = make_run(batch, ["gw"] * 60), make_run(batch, ["gg"] * 60)
    client = client_for(viewer)
    page = client.get(address, {"executions": ids(*two)})
    assert len(page.context["flips"]) == 50
    onwards = client.get(address + page.context["links"]["next"].removesuffix("#flips"))
    assert [line.position for line in onwards.context["flips"]] == list(range(51, 61))
    back = client.get(address + onwards.context["links"]["previous"].removesuffix("#flips"))
    assert back.context["flips"][0].position == 1


def test_the_page_asks_as_many_questions_for_many_rows_as_for_few(
    project: Project,
    viewer: User,
    client_for: ClientFor,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_for(viewer)
    for rows in (3, 40):
        batch = BatchFactory(project=project, rows=rows)
        query = {"executions": ids(make_run(batch, ["gw"] * rows), make_run(batch, ["gg"] * rows))}
        client.get(address, query)
        with django_assert_max_num_queries(19):
            assert len(client.get(address, query).context["flips"]) == rows


def test_a_comparison_is_computed_once_and_again_when_results_change(
    two: Two, viewer: User, client_for: ClientFor, address: str
) -> None:
    client, query = client_for(viewer), {"executions": ids(*two)}
    client.get(address, query)
    first = Comparison.objects.get().computed_at
    client.get(address, query)
    assert Comparison.objects.get().computed_at == first
    Execution.objects.filter(pk=two[1].pk).update(good_fields=3)
    client.get(address, query)
    assert Comparison.objects.get().computed_at != first


def test_of_several_each_is_compared_with_the_first(
    two: Two, sites: Batch, viewer: User, client_for: ClientFor, address: str
) -> None:
    third = make_run(sites, ["gw"] * 9 + ["gg", "gg", "error"], agent="eva")
    client = client_for(viewer)
    page = client.get(address, {"executions": ids(*two, third), "with": str(third.pk)})
    assert [one.judged.judgement.verdict.value for one in page.context["pairs"]] == ["unknown", "same"]
    assert page.context["shown"].execution == third
    assert [one.adjusted_p for one in page.context["pairs"][0].judged.columns] == pytest.approx([1.0, 4 * 2 / 2**8])


def test_the_third_execution_is_called_c(
    two: Two, sites: Batch, viewer: User, client_for: ClientFor, address: str
) -> None:
    third = make_run(sites, ["gw"] * 11 + ["gg"])
    query = {"executions": ids(*two, third), "with": str(third.pk), "way": "gained"}
    page = client_for(viewer).get(address, query)
    assert "Only C answered" in [chip.text for chip in page.context["chips"]]
    assert "Only B answered" not in page.content.decode()


def test_the_guard_names_what_differs_and_what_that_forbids(
    two: Two, viewer: User, client_for: ClientFor, address: str
) -> None:
    first, second = two
    columns = [{**one, "options": {"tolerance": "1"}} if one["name"] == "price" else one for one in second.columns]
    Execution.objects.filter(pk=second.pk).update(agent="eva", columns=columns)
    page = client_for(viewer).get(address, {"executions": ids(first, second)})
    told = {one.text: one for one in page.context["checks"]}
    assert told["Several things differ at once: agent and instructions."].kind == "doubt"
    assert told["Other types or matching options: price."].conclusion
    assert told["Other instructions: version 1 against 2."].diff.added == 1
    assert "What changed in the instructions" in page.content.decode()


def test_what_can_not_be_paired_is_said(
    two: Two, project: Project, viewer: User, client_for: ClientFor, address: str
) -> None:
    other = make_run(BatchFactory(project=project, rows=2), ["gg", "gg"])
    client = client_for(viewer)
    assert "has no key column" in client.get(address, {"executions": ids(two[0], other)}).content.decode()
    many = [make_run(other.batch, ["gg", "gg"]) for _ in range(6)]
    assert "At most 5" in client.get(address, {"executions": ids(*many)}).content.decode()


def test_without_any_truth_nothing_is_claimed(sites: Batch, viewer: User, client_for: ClientFor, address: str) -> None:
    two = make_run(sites, ["nn"] * 12), make_run(sites, ["nn"] * 12)
    page = client_for(viewer).get(address, {"executions": ids(*two)})
    assert "no row was graded in both" in page.content.decode()
    assert "Nothing flipped" in page.content.decode()


def test_without_executions_one_chooses(two: Two, viewer: User, client_for: ClientFor, address: str) -> None:
    client = client_for(viewer)
    page = client.get(address)
    assert [one.number for one in page.context["page"].items] == [2, 1]
    picked = client.get(address, {"executions": [str(two[1].pk), str(two[0].pk)], "pick": "1"})
    assert picked.status_code == 302
    assert picked["Location"] == f"{address}?executions={ids(*two)}"


def test_what_is_unseen_or_no_id_is_not_found(
    two: Two, viewer: User, stranger: User, client_for: ClientFor, address: str, sites: Batch
) -> None:
    foreign = ExecutionFactory(batch__project__organization=stranger.memberships.get().organization)
    client = client_for(viewer)
    for wanted in (f"{ids(*two)},{foreign.pk}", f"{ids(*two)},{uuid.uuid4()}", "nonsense", "\x00,'"):
        assert client.get(address, {"executions": wanted}).status_code == 404
    Project.objects.filter(pk=sites.project_id).update(is_private=True)
    assert client.get(address, {"executions": ids(*two)}).status_code == 404
    assert client.get(reverse("compare_export", args=["northlight"]), {"executions": ids(*two)}).status_code == 404


def test_texts_of_agents_are_escaped(two: Two, viewer: User, client_for: ClientFor, address: str) -> None:
    two[0].field_results.filter(column="price").update(extracted="<script>alert(1)</script>")
    text = client_for(viewer).get(address, {"executions": ids(*two)}).content.decode()
    assert "alert" in text
    assert "<script>alert" not in text


def test_a_member_chooses_the_baseline_and_the_margin(
    two: Two, member: User, client_for: ClientFor, organization: Organization, address: str
) -> None:
    client, back = client_for(member), {"executions": ids(*two)}
    made = client.post(reverse("execution_set_baseline", args=[organization.slug, two[0].pk]), back, follow=True)
    assert "Execution 1 is the baseline" in made.content.decode()
    margin = reverse("project_set_margin", args=[organization.slug, two[0].project_id])
    client.post(margin, {**back, "margin": "70"})
    assert ProjectBaseline.objects.get().margin == 0.02
    client.post(margin, {**back, "margin": "0.5"})
    kept = ProjectBaseline.objects.get()
    assert (kept.execution, kept.margin, kept.set_by) == (two[0], 0.005, member)
    client.post(reverse("execution_set_baseline", args=[organization.slug, two[0].pk]), {**back, "clear": "1"})
    assert ProjectBaseline.objects.get().execution is None


def test_an_execution_is_compared_with_the_baseline_or_the_one_before_it(
    two: Two, sites: Batch, viewer: User, member: User, client_for: ClientFor, organization: Organization, address: str
) -> None:
    third = make_run(sites, ["gg"] * 12)
    client, link = client_for(viewer), reverse("execution_compare", args=[organization.slug, third.pk])
    assert client.get(link)["Location"] == f"{address}?executions={ids(two[1], third)}"
    client_for(member).post(reverse("execution_set_baseline", args=[organization.slug, two[0].pk]))
    assert client.get(link)["Location"] == f"{address}?executions={ids(two[0], third)}"
    alone = reverse("execution_compare", args=[organization.slug, make_run(BatchFactory(), []).pk])
    assert client.get(alone).status_code == 404


def test_a_baseline_over_other_rows_is_passed_over(
    two: Two, viewer: User, member: User, client_for: ClientFor, organization: Organization, address: str
) -> None:
    other = make_run(BatchFactory(project=two[0].project, name="Lamps", rows=1), ["gg"])
    client_for(member).post(reverse("execution_set_baseline", args=[organization.slug, other.pk]))
    client = client_for(viewer)
    second, first = (client.get(reverse("execution_compare", args=[organization.slug, one.pk])) for one in two[::-1])
    assert second["Location"] == f"{address}?executions={ids(*two)}"
    assert first["Location"] == f"{address}?executions={two[0].pk}"


def test_an_execution_under_way_is_no_baseline(
    sites: Batch, member: User, client_for: ClientFor, organization: Organization
) -> None:
    running = make_run(sites, ["gg", "queued"], status="running")
    address = reverse("execution_set_baseline", args=[organization.slug, running.pk])
    client_for(member).post(address)
    assert not ProjectBaseline.objects.exists()
