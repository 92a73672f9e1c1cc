"""What the door lets through."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from django.conf import settings

from mino.common.outbound.addresses import IPAddress, IPNetwork, is_in, is_public

WEB_PORTS = frozenset({80, 443})

Resolver = Callable[[str, int], Sequence[str]]
"""Turns a name and a port into IP addresses, best first. Raises `OSError` when there are none."""


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system's resolver. Raises `OSError` (socket.gaierror) when the name is unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """Where requests may go and how much they may take.

    Public addresses and those of `allowed_networks` may be visited, both only on `ports`: a network that is allowed for
    its web pages does not open its databases. `timeout` is for a request with all its redirects, `connect_timeout` for
    each connection, both in seconds; `max_bytes` is for the body, as sent and as unpacked.
    """

    allowed_networks: tuple[IPNetwork, ...] = ()
    ports: frozenset[int] = WEB_PORTS
    timeout: float = 30.0
    connect_timeout: float = 10.0
    max_bytes: int = 20 * 1024 * 1024
    max_redirects: int = 10
    resolver: Resolver = system_resolver

    def permits(self, address: IPAddress) -> bool:
        """Whether a connection to this address may be opened at all."""
        return is_public(address) or is_in(address, self.allowed_networks)


def policy_from_settings() -> OutboundPolicy:
    """The policy that the operator configured: MINO_ALLOWED_NETWORKS, and MINO_ALLOWED_PORTS besides 80 and 443."""
    return OutboundPolicy(
        allowed_networks=tuple(ip_network(network, strict=False) for network in settings.MINO_ALLOWED_NETWORKS),
        ports=WEB_PORTS | frozenset(settings.MINO_ALLOWED_PORTS),
    )
