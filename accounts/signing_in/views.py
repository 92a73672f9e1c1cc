"""How one signs in: second factors, and where one is signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.forms import DisconnectForm
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.views import ConnectionsView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.signing_in.second_factors import SECOND_FACTORS
from accounts.signing_in.signed_in import sign_ins_end, signed_in_list
from accounts.sso.providers import provider_of


class Connections(ConnectionsView):  # type: ignore[misc]
    """Disconnects an account of a provider (POST); what is connected is shown under Security."""

    success_url = reverse_lazy("security")

    def get(self, request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead to where they are shown."""
        return redirect("security")

    def form_invalid(self, form: DisconnectForm) -> HttpResponse:
        """Say why not."""
        messages.error(self.request, " ".join(sentence for found in form.errors.values() for sentence in found))
        return redirect("security")


connections = Connections.as_view()


@require_http_methods(["GET", "HEAD", "POST"])
def security(request: SignedInRequest) -> HttpResponse:
    """Password, second factors, and the browsers in which one is signed in; a POST ends one of those, or all others."""
    current = request.session.session_key
    if request.method == "POST":
        asked = request.POST.get("end", "")
        only = "" if asked == "others" else asked
        ended = sign_ins_end(request.user, current=current, only=only)
        messages.success(request, "That browser is signed out." if only else _ended(ended))
        return redirect("security")
    found = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    codes = next((one for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "app": next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        "keys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "protected": is_mfa_enabled(request.user, SECOND_FACTORS),
        **_connected(request),
        "signed_in": signed_in_list(request.user, current),
    }
    return render(request, "accounts/security.html", context)


def _connected(request: SignedInRequest) -> dict[str, object]:
    """`accounts` of providers that open this account, and the `providers` of the installation that could."""
    providers = {provider.sub_id: provider for provider in get_adapter().list_providers(request)}
    accounts = list(SocialAccount.objects.filter(user=request.user).order_by("date_joined"))
    for account in accounts:
        account.called = getattr(providers.pop(account.provider, None), "name", "") or _name_of(account.provider)
    return {"accounts": accounts, "providers": list(providers.values())}


def _name_of(provider: str) -> str:
    own = provider_of(provider)
    return f"{own.name} of {own.organization.name}" if own else "A provider that is gone"


def _ended(count: int) -> str:
    return "You are signed out everywhere else." if count else "You are signed in nowhere else."
