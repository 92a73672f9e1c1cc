"""A real SAML identity provider on loopback: pysaml2 reads requests and writes responses, libxmlsec signs them.

It can be told to lie: `change` edits a response before it is signed, `spoil` after.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import werkzeug.serving
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from lxml import etree
from saml2 import BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
Edit = Callable[[Any], None]
METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{url}/metadata">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{url}/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""
KEY = """
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"""


class Key:
    """A private key with its certificate."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Northlight ID")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        built = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
        text = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        self.private = key.private_bytes(text, serialization.PrivateFormat.TraditionalOpenSSL, plain)
        self.certificate = built.sign(key, hashes.SHA256()).public_bytes(text)

    def sign(self, node: Any, transform: Any = xmlsec.constants.TransformRsaSha256) -> None:
        """Sign an element, as XML Signature within SAML is made: enveloped, behind the issuer."""
        signature = xmlsec.template.create(node, xmlsec.constants.TransformExclC14N, transform, ns="ds")
        node.insert(1, signature)
        digest = xmlsec.constants.TransformSha256
        if transform == xmlsec.constants.TransformRsaSha1:
            digest = xmlsec.constants.TransformSha1
        reference = xmlsec.template.add_reference(signature, digest, uri="#" + node.get("ID"))
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        info = xmlsec.template.ensure_key_info(signature)
        xmlsec.template.x509_data_add_certificate(xmlsec.template.add_x509_data(info))
        xmlsec.tree.add_ids(node, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.private, xmlsec.constants.KeyDataFormatPem)
        context.key.load_cert_from_memory(self.certificate, xmlsec.constants.KeyDataFormatCertPem)
        context.sign(signature)


class SamlServer:
    """A running identity provider. `trust` tells it of MINO, `who` says who signs in next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key, self.next_key = Key(), Key()
        self.server = werkzeug.serving.make_server("127.0.0.1", 0, self._wsgi, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.forget()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_port)

    def forget(self) -> None:
        """Tell the truth again."""
        self.signing: Key | None = self.key
        self.algorithm = xmlsec.constants.TransformRsaSha256
        self.change: Edit | None = None
        self.spoil: Edit | None = None
        self.asked: list[str] = []
        self.uid, self.attributes = "m-4711", {"mail": "nobody@northlight.example"}

    def who(self, uid: str, email: str, **names: str) -> None:
        """Say who signs in next."""
        self.uid, self.attributes = uid, {"mail": email, **names}

    def trust(self, metadata: str) -> None:
        """Learn of a service from its metadata."""
        for name, text in (("key.pem", self.key.private), ("cert.pem", self.key.certificate)):
            (self.folder / name).write_bytes(text)
        endpoints = {"single_sign_on_service": [(f"{self.url}/sso", BINDING_HTTP_REDIRECT)]}
        self.config = IdPConfig().load(
            {
                "entityid": f"{self.url}/metadata",
                "service": {"idp": {"endpoints": endpoints, "name_id_format": [NAMEID_FORMAT_PERSISTENT]}},
                "key_file": str(self.folder / "key.pem"),
                "cert_file": str(self.folder / "cert.pem"),
                "xmlsec_binary": sys.executable,  # must exist; it is not used, since libxmlsec signs in this process
                "metadata": {"inline": [metadata]} if metadata else {},
            }
        )
        self.idp = Server(config=self.config)

    def respond(self, request: str) -> tuple[str, str]:
        """The response to a request of HTTP-Redirect, and where to post it."""
        asked = self.idp.parse_authn_request(request, BINDING_HTTP_REDIRECT).message
        issuer = asked.issuer.text
        destination = asked.assertion_consumer_service_url
        response = self.idp.create_authn_response(
            self.attributes,
            in_response_to=asked.id,
            destination=destination,
            sp_entity_id=issuer,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=self.uid),
            authn={"class_ref": PASSWORD},
            sign_response=False,
            sign_assertion=False,
        )
        return self.finished(etree.fromstring(str(response).encode())), destination

    def finished(self, tree: Any) -> str:
        """A response, changed, signed and spoiled, as it is posted."""
        if self.change:
            self.change(tree)
        if self.signing:
            self.signing.sign(tree.find(ASSERTION), self.algorithm)
        if self.spoil:
            self.spoil(tree)
        return base64.b64encode(etree.tostring(tree)).decode()

    def _wsgi(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.asked.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        if environ["PATH_INFO"] == "/metadata":
            return [self.metadata().encode()]
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        response, destination = self.respond(query["SAMLRequest"])
        relay = query.get("RelayState", "")
        return [
            f'<form method="post" action="{destination}"><input name="SAMLResponse" value="{response}">'
            f'<input name="RelayState" value="{relay}"></form>'.encode()
        ]

    def metadata(self, *more: Key) -> str:
        """What it says of itself; `more` are keys that it is about to use."""
        keys = "".join(KEY.format("".join(key.certificate.decode().splitlines()[1:-1])) for key in (self.key, *more))
        return METADATA.format(url=self.url, keys=keys)


@contextmanager
def saml_server() -> Iterator[SamlServer]:
    """A provider that runs until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        running = SamlServer(Path(folder))
        run = {"poll_interval": 0.02}
        threading.Thread(target=running.server.serve_forever, kwargs=run, daemon=True).start()
        try:
            yield running
        finally:
            running.server.shutdown()
            running.server.server_close()


def answer_of(client: Client, login: str) -> dict[str, str]:
    """Begin to sign in, sign in at the provider, and give the form that it has the browser post."""
    sent = client.post(login)
    return dict(FIELD.findall(httpx.get(sent["Location"]).text))


def bring_back(client: Client, acs: str, form: dict[str, str]) -> Any:
    """Post the provider's form, and follow to where the session is known."""
    posted = client.post(acs, form)
    return client.get(urlsplit(posted["Location"]).path)
