"""The public collection of addresses that try to reach what is inside (values/ssrf.csv of the test data)."""

from __future__ import annotations

import csv
import socket
from pathlib import Path

import pytest

from mino.common.outbound import ConnectError, OutboundPolicy, OutboundRefused, fetch

PUBLIC_NAMES = {
    "example.com": "93.184.215.14",
    "307.r3dir.me": "104.21.16.1",
    "62epax5fhvj3zzmzigyoe5ipkbn7fysllvges3a.302.r3dir.me": "104.21.16.1",
}
INNER_NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "ip6-localhost": ["::1"],
    "ip6-loopback": ["::1"],
    "169.254.169.254.nip.io": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    "metadata": ["169.254.169.254"],
    "metadata.google.internal": ["169.254.169.254"],
}


def _policy(public: bool) -> OutboundPolicy:
    """Answers as the real resolver would; with `public` false the public names have been pointed inside."""

    def resolve(host: str, port: int) -> list[str]:
        if host in PUBLIC_NAMES:
            return [PUBLIC_NAMES[host] if public else "127.0.0.1"]
        return INNER_NAMES[host]

    return OutboundPolicy(resolver=resolve)


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses for which a connection was opened: none is, on this machine."""
    seen: list[str] = []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        seen.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def _addresses(test_data: Path) -> list[str]:
    with (test_data / "values" / "ssrf.csv").open(newline="", encoding="utf-8") as file:
        return [row["url"] for row in csv.DictReader(file)]


def test_no_inner_address_is_dialled_and_only_four_public_names_pass(test_data: Path, dialled: list[str]) -> None:
    addresses, passed = _addresses(test_data), []
    for url in addresses:
        try:
            fetch(url, policy=_policy(public=True))
        except OutboundRefused:
            continue
        except ConnectError:
            passed.append(url)
    assert len(addresses) == 145
    assert len(passed) == 4
    assert set(dialled) <= set(PUBLIC_NAMES.values())


def test_the_public_names_pass_only_to_a_public_answer(test_data: Path, dialled: list[str]) -> None:
    for url in _addresses(test_data):
        with pytest.raises(OutboundRefused):
            fetch(url, policy=_policy(public=False))
    assert dialled == []
