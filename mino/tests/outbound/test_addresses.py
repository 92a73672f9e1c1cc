from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from pytest_django.fixtures import Settings

from mino.common.outbound import OutboundPolicy, policy_from_settings
from mino.common.outbound.addresses import is_in, is_public


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "8.8.8.8",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "172.15.0.1",
        "100.128.0.1",
    ],
)
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.100.100.200",
        "127.9.9.9",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_everything_special_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_an_allowed_network_also_holds_the_ipv6_spelling_of_its_addresses() -> None:
    networks = (ip_network("10.0.0.0/8"),)
    assert is_in(ip_address("::ffff:10.1.2.3"), networks)
    assert not is_in(ip_address("::ffff:11.1.2.3"), networks)


def test_a_policy_permits_public_addresses_and_its_own_networks() -> None:
    policy = OutboundPolicy(allowed_networks=(ip_network("192.168.7.0/24"), ip_network("fd00::/8")))
    permitted = [
        policy.permits(ip_address(text)) for text in ("8.8.8.8", "192.168.7.9", "fd00::1", "192.168.8.9", "::1")
    ]
    assert permitted == [True, True, True, False, False]


def test_the_operators_settings_add_networks_and_ports(settings: Settings) -> None:
    settings.MINO_ALLOWED_NETWORKS = ["10.1.2.3/8", "fd00::/8"]
    settings.MINO_ALLOWED_PORTS = [8080]
    policy = policy_from_settings()
    assert policy.ports == {80, 443, 8080}
    assert policy.permits(ip_address("10.9.9.9"))
    assert not policy.permits(ip_address("192.168.1.1"))
