"""SAML 2.0: allauth's flow by python3-saml, with several certificates at once.

A provider that changes its key publishes the old certificate and the new one for a while, and may sign with either.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from allauth.core.internal.httpkit import deserialize_request
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.saml.views import FinishACSView
from allauth.socialaccount.sessions import LoginSession
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from lxml import etree

CERTIFICATE = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
ATTRIBUTES = {
    "uid": ["urn:oasis:names:tc:SAML:attribute:subject-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id"],
    "email": [
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "email",
        "mail",
        "emailAddress",
    ],
    "first_name": [
        "urn:oid:2.5.4.42",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "firstName",
        "givenName",
    ],
    "last_name": [
        "urn:oid:2.5.4.4",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        "lastName",
        "sn",
    ],
    "name": ["urn:oid:2.16.840.1.113730.3.1.241", "http://schemas.microsoft.com/identity/claims/displayname", "name"],
}
"""The names under which the usual providers send what MINO wants to know."""


def saml_settings(*, entity_id: str, sso_url: str, certificates: Sequence[str]) -> dict[str, Any]:
    """The settings of allauth's SAML app. Without a signature of one of the certificates nothing is believed."""
    return {
        "idp": {
            "entity_id": entity_id,
            "sso_url": sso_url,
            "x509cert": certificates[0],
            "certificates": list(certificates),
        },
        "attribute_mapping": ATTRIBUTES,
        "advanced": {
            "strict": True,
            "reject_deprecated_algorithm": True,
            "reject_idp_initiated_sso": True,
            "want_attribute_statement": False,
            "allow_single_label_domains": True,  # in one's own network MINO may be called http://mino
        },
    }


@method_decorator(login_not_required, name="dispatch")
class FinishView(FinishACSView):  # type: ignore[misc]
    """Checks the provider's response, which was posted and then redirected here, where the session is known."""

    def dispatch(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        """Sign in by the response; one that can't be read, or says of nobody who it is, is refused like a wrong one."""
        try:
            answer: HttpResponse = super().dispatch(request, organization_slug)
        except (etree.LxmlError, ValueError, ImproperlyConfigured) as error:
            answer = render_authentication_error(request, self.get_provider(organization_slug), exception=error)
        return answer

    def get_provider(self, organization_slug: str) -> Any:
        """The provider, with that of its certificates of which the response says that it was signed with it."""
        provider = super().get_provider(organization_slug)
        idp = provider.app.settings["idp"]
        shown = _certificates_in(self.request)
        idp["x509cert"] = next((one for one in idp["certificates"] if one in shown), idp["certificates"][0])
        return provider


def _certificates_in(request: HttpRequest) -> set[str]:
    """The certificates that a response carries. They only choose among those that are trusted."""
    posted = LoginSession(request, "saml_acs_session", "saml-acs-session").store.get("request")
    if not posted:
        return set()
    try:
        xml = base64.b64decode(deserialize_request(posted, HttpRequest()).POST.get("SAMLResponse", ""))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        tree = etree.fromstring(xml, parser)
    except (binascii.Error, etree.XMLSyntaxError):
        return set()
    return {"".join((element.text or "").split()) for element in tree.iter(CERTIFICATE)}


finish_acs = FinishView.as_view()


@login_not_required
def no_logout(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Raises Http404: MINO takes part in no single logout.

    python3-saml takes logout messages without a signature unless those of signing in must be signed twice, too. With
    one of them another site could sign anybody out and lead them on to an address of its choice (RelayState).
    """
    raise Http404
