from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mino.common.outbound import ConnectError, OutboundPolicy, OutboundTimeout, fetch
from mino.common.outbound.connecting import tls_context
from mino.tests.outbound.web import Site, answer, serving


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A certificate for shop.test that this machine trusts for the length of a test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *private) + made.public_bytes(serialization.Encoding.PEM)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls_context.cache_clear()
    yield path
    tls_context.cache_clear()


@pytest.fixture
def secure(certificate: Path) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving() as site:
        site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
        site.pages["/"] = answer(b"private talk")
        yield site


def test_a_secure_page_is_read_under_its_own_name(secure: Site) -> None:
    url = f"https://shop.test:{secure.port}/"
    assert fetch(url, policy=secure.policy()).body == b"private talk"


def test_a_certificate_of_another_name_is_not_accepted(secure: Site) -> None:
    with pytest.raises(ConnectError, match="certificate"):
        fetch(f"https://other.test:{secure.port}/", policy=secure.policy())
    assert secure.seen == []


def test_an_unknown_issuer_is_not_accepted(secure: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    tls_context.cache_clear()
    with pytest.raises(ConnectError, match="certificate"):
        fetch(f"https://shop.test:{secure.port}/", policy=secure.policy())


def test_a_site_that_never_answers_the_greeting_is_a_timeout(certificate: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        policy = OutboundPolicy(allowed_networks=(ip_network("127.0.0.1"),), ports=frozenset({port}))
        with pytest.raises(OutboundTimeout):
            fetch(f"https://127.0.0.1:{port}/", policy=policy, timeout=0.3)
