"""The identity providers that this installation itself offers to everybody, as the environment names them.

They are allauth's `SOCIALACCOUNT_PROVIDERS`. Those of single organizations are kept in the database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from marshmallow import ValidationError

if TYPE_CHECKING:
    from mino.env import Environment

OWN_OPENID = "sso"
OWN_SAML = "sso"
KNOWN_ORIGINS = {
    "google": "https://accounts.google.com",
    "github": "https://github.com",
    "microsoft": "https://login.microsoftonline.com",
}
"""Where the browser is sent; a page's forms may lead only to places that its policy names."""


def metadata_file(value: str) -> None:
    """Accept only a file with the metadata of a SAML identity provider."""
    if not value:
        return
    try:
        saml_metadata(Path(value).read_bytes())
    except OSError as error:
        raise ValidationError(f"{value!r} can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise ValidationError(f"{value!r}: {error}") from None


def saml_metadata(xml: bytes, entity_id: str | None = None) -> dict[str, Any]:
    """What the metadata say of the identity provider: `entity_id`, `sso_url` and `certificates` (base64, one or more).

    Of several providers the first counts, or the one called `entity_id`. Raises ValueError in words for people.
    """
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

    try:
        parsed = OneLogin_Saml2_IdPMetadataParser.parse(xml, entity_id=entity_id)
    except Exception:  # noqa: BLE001 the parser lets through whatever lxml and its own look-ups raise
        raise ValueError("That is no XML with the metadata of a SAML identity provider.") from None
    provider = parsed.get("idp", {})
    several = provider.get("x509certMulti", {}).get("signing", [])
    certificates = several or [one for one in [provider.get("x509cert")] if one]
    address = provider.get("singleSignOnService", {}).get("url", "")
    if not (provider.get("entityId") and address and certificates):
        raise ValueError(
            "The metadata name no identity provider with an address to sign in at (HTTP-Redirect) and a certificate."
        )
    return {
        "entity_id": provider["entityId"],
        "sso_url": address,
        "certificates": ["".join(one.split()) for one in certificates],
    }


def sign_in_providers(env: Environment) -> dict[str, Any]:
    """All that are configured, by the name of their kind."""
    found: dict[str, Any] = {}
    for kind, (client_id, secret) in env.sign_in_clients.items():
        if client_id:
            found[kind] = {"APPS": [{"client_id": client_id, "secret": secret}], "OAUTH_PKCE_ENABLED": True}
    if "microsoft" in found:
        found["microsoft"]["APPS"][0]["settings"] = {"tenant": env.microsoft_tenant}
    if env.oidc_server_url:
        app = {"name": env.oidc_name, "client_id": env.oidc_client_id, "secret": env.oidc_client_secret}
        where = {"server_url": env.oidc_server_url.rstrip("/")}
        found["openid_connect"] = {"APPS": [{**app, "provider_id": OWN_OPENID, "settings": where}]}
    if env.saml_metadata_file:
        provider = saml_metadata(Path(env.saml_metadata_file).read_bytes())
        app = {"name": env.saml_name, "client_id": OWN_SAML, "provider_id": "saml"}
        found["saml"] = {"APPS": [{**app, "settings": {"metadata": provider}}]}
    return found


def sign_in_origins(env: Environment) -> list[str]:
    """The origins to which sign-in leads with these providers."""
    kinds = [kind for kind, (client_id, _) in env.sign_in_clients.items() if client_id]
    found = [KNOWN_ORIGINS[kind] for kind in kinds]
    if env.oidc_server_url:
        found.append(origin_of(env.oidc_server_url))
    if env.saml_metadata_file:
        found.append(origin_of(saml_metadata(Path(env.saml_metadata_file).read_bytes())["sso_url"]))
    return [*dict.fromkeys([*found, *map(origin_of, env.sign_in_origins)])]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
