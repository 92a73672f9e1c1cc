"""Which ports the sites of a file may be visited on.

The outbound door lets requests out to ports 80, 443 and MINO_ALLOWED_PORTS. Who runs the command names the file, and
who sets MINO_ALLOWED_NETWORKS says which inner hosts may be visited: a page of such a host that stands in the file with
another port is meant to be visited. So the command opens those ports, for itself only.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from django.conf import settings

from mino.common.outbound.addresses import is_in
from mino.common.outbound.errors import OutboundRefused
from mino.common.outbound.policy import OutboundPolicy, policy_from_settings
from mino.common.outbound.urls import Target, parse_target

FIRST_USER_PORT = 1024
DATA_SERVICES = frozenset({1433, 1521, 3306, 5432, 5672, 6379, 6380, 9042, 9200, 9300, 11211, 15672, 27017})
"""Ports of databases, brokers and caches: a file alone never opens them, MINO_ALLOWED_PORTS may."""


def open_ports(urls: Iterable[str]) -> list[int]:
    """Let this process visit the ports that `urls` name on hosts of MINO_ALLOWED_NETWORKS; answers which are new."""
    policy = policy_from_settings()
    if not policy.allowed_networks:
        return []
    hosts: dict[tuple[str, int], bool] = {}
    for url in urls:
        target = _target(url)
        if target is None or target.port in policy.ports or not _may_be_opened(target.port):
            continue
        place = (target.host, target.port)
        if place not in hosts:
            hosts[place] = _is_allowed(target, policy)
    ports = sorted({port for (_, port), allowed in hosts.items() if allowed})
    settings.MINO_ALLOWED_PORTS = [*settings.MINO_ALLOWED_PORTS, *ports]
    return ports


def _may_be_opened(port: int) -> bool:
    return port >= FIRST_USER_PORT and port not in DATA_SERVICES


def _target(url: str) -> Target | None:
    try:
        return parse_target(url)
    except OutboundRefused:
        return None


def _is_allowed(target: Target, policy: OutboundPolicy) -> bool:
    """Whether the host is, or its name leads to, an address of an allowed network."""
    if target.address is not None:
        return is_in(target.address, policy.allowed_networks)
    try:
        found = policy.resolver(target.host, target.port)
    except OSError:
        return False
    return any(is_in(ip_address(address), policy.allowed_networks) for address in found)
