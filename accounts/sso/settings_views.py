"""Settings of an organization, Sign-in: its rules, its provider and its e-mail domains. For owners."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.models import EmailDomain, IdentityProvider, Protocol
from accounts.permissions import require
from accounts.signing_in.second_factors import has_second_factor
from accounts.sso import connecting, domains, rules
from accounts.sso.forms import DomainForm, OpenIDForm, SamlForm
from accounts.sso.gate import let_forms_lead_to
from accounts.sso.providers import login_url
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error


@require_safe
def sign_in_settings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """How people sign in to the organization."""
    require(request.user, connecting.MANAGE, request.organization)
    return _page(request)


@require_POST
def sign_in_rules(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Ask for a second factor, or for a sign-in by the own provider, or not."""
    try:
        rules.rules_set(
            organization=request.organization,
            user=request.user,
            requires_second_factor="requires_second_factor" in request.POST,
            requires_own_sign_in="requires_own_sign_in" in request.POST,
        )
    except ServiceError as error:
        return _page(request, refused={detail.path: detail.message for detail in error.details})
    messages.success(request, "The rules hold from now on, also for who is signed in.")
    return redirect("sign_in_settings", slug=slug)


@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def identity_provider_openid(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Connect a provider that speaks OpenID Connect, or change what is known of it."""
    return _connect(request, OpenIDForm, connecting.openid_connect, Protocol.OPENID, ("issuer", "client_id"))


@require_http_methods(["GET", "HEAD", "POST"])
def identity_provider_saml(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Connect a provider that speaks SAML, or change what is known of it."""
    return _connect(request, SamlForm, connecting.saml_connect, Protocol.SAML, ("metadata_url",))


@require_POST
def identity_provider_switch(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Switch the provider off, or on again."""
    is_enabled = request.POST.get("is_enabled") == "true"
    try:
        connecting.provider_switch(organization=request.organization, user=request.user, is_enabled=is_enabled)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The provider is switched on." if is_enabled else "The provider is switched off.")
    return redirect("sign_in_settings", slug=slug)


@require_POST
def identity_provider_remove(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Disconnect the provider."""
    try:
        connecting.provider_remove(organization=request.organization, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The provider is disconnected. People sign in by password again.")
    return redirect("sign_in_settings", slug=slug)


@require_POST
def email_domain_add(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Name a domain."""
    require(request.user, connecting.MANAGE, request.organization)
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            added = domains.email_domain_add(
                organization=request.organization, user=request.user, domain=form.cleaned_data["domain"]
            )
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"Now add the record for {added.domain} to your DNS, then have it looked up.")
            return redirect("sign_in_settings", slug=slug)
    return _page(request, domain_form=form)


@require_POST
def email_domain_check(request: WorkspaceRequest, slug: str, domain_id: uuid.UUID) -> HttpResponse:
    """Look the record of a domain up."""
    domain = _domain(request, domain_id)
    try:
        domains.email_domain_check(domain=domain, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{domain.domain} is confirmed.")
    return redirect("sign_in_settings", slug=slug)


@require_POST
def email_domain_remove(request: WorkspaceRequest, slug: str, domain_id: uuid.UUID) -> HttpResponse:
    """Forget a domain."""
    domain = _domain(request, domain_id)
    domains.email_domain_remove(domain=domain, user=request.user)
    messages.success(request, f"{domain.domain} is removed.")
    return redirect("sign_in_settings", slug=slug)


def _domain(request: WorkspaceRequest, domain_id: uuid.UUID) -> EmailDomain:
    mine = EmailDomain.objects.visible_to(request.user).filter(organization=request.organization)
    domain: EmailDomain = get_object_or_404(mine.select_related("organization"), pk=domain_id)
    require(request.user, connecting.MANAGE, request.organization)
    return domain


def _provider(request: WorkspaceRequest) -> IdentityProvider | None:
    return IdentityProvider.objects.filter(organization=request.organization).first()


def _page(request: WorkspaceRequest, **more: Any) -> HttpResponse:
    provider = _provider(request)
    named = EmailDomain.objects.filter(organization=request.organization)
    context = {
        "provider": provider,
        "login_url": login_url(provider) if provider else "",
        "domains": [(one, domains.record_name(one), domains.record_text(one)) for one in named],
        "domain_form": DomainForm(),
        "lacking": rules.owners_without_second_factor(request.organization),
        "has_factor": has_second_factor(request.user),
        "refused": {},
        **more,
    }
    response = render(request, "accounts/sso/settings.html", context)
    return let_forms_lead_to(response, [provider.sign_in_url] if provider else [])


def _connect(
    request: WorkspaceRequest,
    form_class: type[Form],
    connect: Callable[..., IdentityProvider],
    protocol: Protocol,
    shown: tuple[str, ...],
) -> HttpResponse:
    require(request.user, connecting.MANAGE, request.organization)
    provider = _provider(request)
    initial: dict[str, str] = {"name": request.organization.name[:40]}
    if provider is not None and provider.protocol == protocol:
        initial = {field: getattr(provider, field) for field in ("name", "joins_as", *shown)}
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            connect(organization=request.organization, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "The provider is connected. Try it before you require it.")
            return redirect("sign_in_settings", slug=request.organization.slug)
    name = str(request.organization.pk)
    addresses = {
        Protocol.OPENID: [("Address to return to", reverse("openid_connect_callback", args=[name]))],
        Protocol.SAML: [
            ("Entity ID (audience), and MINO’s own metadata", reverse("saml_metadata", args=[name])),
            ("Address for responses (ACS)", reverse("saml_acs", args=[name])),
        ],
    }[protocol]
    context = {
        "form": form,
        "provider": provider,
        "protocol": protocol,
        "addresses": [(label, request.build_absolute_uri(path)) for label, path in addresses],
    }
    return render(request, "accounts/sso/connect.html", context)
