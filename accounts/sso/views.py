"""Pages on the way into an organization by its own provider."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.models import EmailDomain, IdentityProvider, Organization, Role
from accounts.permissions import forget_roles
from accounts.signing_in.scope import prove
from accounts.signing_in.second_factors import has_second_factor
from accounts.sso.forms import AddressForm
from accounts.sso.gate import let_forms_lead_to
from accounts.sso.linking import PendingLink, account_link, forget, remembered
from accounts.sso.providers import login_url, provider_of
from mino.common.errors import ServiceError


@login_not_required
@never_cache
@require_safe
def organization_sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """What the organization asks of who wants in: its provider's button, a second factor, or both."""
    organization: Organization | None = Organization.objects.filter(slug=slug, deleted_at=None).first()
    provider = provider_of(str(organization.pk)) if organization else None
    mine: Organization | None = Organization.objects.of(request.user).filter(slug=slug).first()
    if organization is None or (mine is None and provider is None):
        raise Http404("There is no such page to sign in.")
    after = _after(request, organization)
    if mine is not None and Organization.objects.visible_to(request.user).filter(pk=mine.pk).exists():
        return HttpResponseRedirect(after)
    context = {
        "named": organization,
        "provider": provider,
        "login_url": f"{login_url(provider)}?{urlencode({'next': after})}" if provider else "",
        **(_asked(request, mine) if mine else {"is_anonymous": True}),
    }
    response = render(request, "accounts/sso/organization_sign_in.html", context)
    return let_forms_lead_to(response, [provider.sign_in_url] if provider else [])


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sso_find(request: HttpRequest) -> HttpResponse:
    """Find the provider by the domain of an address. Whether the address has an account is not looked at."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        domain = EmailDomain.objects.of_address(form.cleaned_data["email"]).select_related("organization").first()
        provider = provider_of(str(domain.organization_id)) if domain else None
        if provider is not None:
            return redirect("organization_sign_in", slug=provider.organization.slug)
        form.add_error("email", "No organization signs in its people with such an address. Sign in by password.")
    return render(request, "accounts/sso/find.html", {"form": form})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sso_confirm(request: HttpRequest) -> HttpResponse:
    """Ask the account, once somebody is fully signed in to it, whether a provider may sign in to it from now on."""
    found = remembered(request.session)
    if found is None:
        messages.error(request, "Connecting took too long, or was done in another window. Begin again.")
        return redirect("home")
    link, provider = found
    if request.method == "POST" and request.user.is_authenticated:
        return _agreed(cast(SignedInRequest, request), link, provider)
    login = f"{reverse('account_login')}?{urlencode({'next': reverse('sso_confirm')})}"
    return render(request, "accounts/sso/confirm.html", {"link": link, "provider": provider, "login": login})


def _agreed(request: SignedInRequest, link: PendingLink, provider: IdentityProvider) -> HttpResponse:
    forget(request.session)
    if "no" in request.POST:
        return redirect("home")
    try:
        account_link(user=request.user, provider=provider, link=link)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("home")
    prove(request.session, provider.pk)
    forget_roles(request.user)
    messages.success(request, f"{provider.name} opens {provider.organization.name} for you from now on.")
    return redirect(link.next)


def _asked(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    """Which of the organization's rules keeps the signed-in user out."""
    is_owner = organization.memberships.filter(user=request.user.pk, role=Role.OWNER).exists()
    has_factor = has_second_factor(request.user)
    return {
        "needs_own_sign_in": organization.requires_own_sign_in,
        "needs_factor": not has_factor and (organization.requires_second_factor or is_owner),
        "is_owner": is_owner,
    }


def _after(request: HttpRequest, organization: Organization) -> str:
    wanted = request.GET.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("organization_home", args=[organization.slug])
