"""The stand-in for TinyFish keeps its books: what it lists is what there was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from executions.tests.agents.servers.eva_server import KEY, Chaos, EvaServer
from executions.tests.agents.servers.http import running


@pytest.fixture
def service() -> Iterator[httpx.Client]:
    with (
        running(EvaServer(chaos=Chaos(shortest=0.4, longest=0.4))) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}) as client,
    ):
        yield client


def _start(service: httpx.Client, goal: str, url: str = "https://shop.test/") -> None:
    with service.stream("POST", "/v1/automation/run-sse", json={"url": url, "goal": goal}) as response:
        next(response.iter_lines())


def _list(service: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = service.get("/v1/runs", params=asked).raise_for_status().json()
    return answer


def test_a_run_goes_on_when_its_client_is_gone(service: httpx.Client) -> None:
    _start(service, "one")
    assert service.get("/v1/runs/run-1").json()["status"] == "RUNNING"
    while (run := service.get("/v1/runs/run-1").json())["status"] == "RUNNING":
        pass
    assert (run["status"], run["num_of_steps"]) == ("COMPLETED", 3)


def test_a_cancelled_run_stops_for_good_and_costs_what_it_did(service: httpx.Client) -> None:
    _start(service, "one")
    for _ in range(2):
        assert service.post("/v1/runs/run-1/cancel").json()["status"] == "CANCELLED"
    run = service.get("/v1/runs/run-1").json()
    assert (run["status"], run["num_of_steps"], run["result"]) == ("CANCELLED", 0, None)


def test_the_list_is_filtered_sorted_and_paged(service: httpx.Client) -> None:
    for goal in ("one", "two", "one more"):
        _start(service, goal)
    ones = [run["goal"] for run in _list(service, goal="one")["data"]]
    assert ones == ["one more", "one"]
    first = _list(service, sort_direction="asc", limit=2)
    assert [run["run_id"] for run in first["data"]] == ["run-1", "run-2"]
    assert first["pagination"]["total"] == 3
    rest = _list(service, sort_direction="asc", limit=2, cursor=first["pagination"]["next_cursor"])
    assert ([run["run_id"] for run in rest["data"]], rest["pagination"]["has_more"]) == (["run-3"], False)
    last = first["data"][1]["created_at"]
    assert "run-2" not in [run["run_id"] for run in _list(service, created_after=last)["data"]]


def test_all_that_ever_was_is_remembered(service: httpx.Client) -> None:
    _start(service, "one", "https://shop.test/a")
    (run,) = service.get("/_runs", headers={"X-API-Key": ""}).json()
    assert (run["id"], run["url"], run["goal"]) == ("run-1", "https://shop.test/a", "one")
    assert (run["status"], run["paid"], run["steps"]) == ("RUNNING", False, 0)
    assert run["created_at"].endswith("Z")
