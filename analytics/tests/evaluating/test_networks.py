"""Ports that the file's own addresses open."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from analytics.evaluating.networks import open_ports
from mino.common.outbound.policy import policy_from_settings


@pytest.fixture(autouse=True)
def allowed(settings: Settings) -> None:
    """The operator allows this machine, on the usual ports."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MINO_ALLOWED_PORTS = []


def test_a_port_of_an_allowed_host_is_opened() -> None:
    assert open_ports(["http://127.0.0.1:8765/a", "http://localhost:8766/", "http://127.0.0.1/"]) == [8765, 8766]
    assert {80, 443, 8765, 8766} == policy_from_settings().ports


@pytest.mark.parametrize(
    "url",
    [
        "http://203.0.113.7:8765/",
        "http://10.0.0.1:8765/",
        "http://127.0.0.1:5432/",
        "http://127.0.0.1:6379/",
        "http://127.0.0.1:22/",
        "http://user@127.0.0.1:8765/",
        "http://nowhere.invalid:8765/",
    ],
)
def test_other_ports_stay_shut(url: str) -> None:
    assert open_ports([url]) == []
    assert policy_from_settings().ports == {80, 443}


def test_nothing_is_opened_unless_networks_are_allowed(settings: Settings) -> None:
    settings.MINO_ALLOWED_NETWORKS = []
    assert open_ports(["http://127.0.0.1:8765/"]) == []
