"""Addresses of signing in by an organization's own provider."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.sso import settings_views as settings
from accounts.sso.views import organization_sign_in

SETTINGS = "o/<slug:slug>/settings/sign-in/"

urlpatterns: list[URLPattern] = [
    path("sign-in/<slug:slug>/", organization_sign_in, name="organization_sign_in"),
    path(SETTINGS, settings.sign_in_settings, name="sign_in_settings"),
    path(f"{SETTINGS}rules/", settings.sign_in_rules, name="sign_in_rules"),
    path(f"{SETTINGS}openid-connect/", settings.identity_provider_openid, name="identity_provider_openid"),
    path(f"{SETTINGS}saml/", settings.identity_provider_saml, name="identity_provider_saml"),
    path(f"{SETTINGS}provider/switch/", settings.identity_provider_switch, name="identity_provider_switch"),
    path(f"{SETTINGS}provider/remove/", settings.identity_provider_remove, name="identity_provider_remove"),
    path(f"{SETTINGS}domains/", settings.email_domain_add, name="email_domain_add"),
    path(f"{SETTINGS}domains/<uuid:domain_id>/check/", settings.email_domain_check, name="email_domain_check"),
    path(f"{SETTINGS}domains/<uuid:domain_id>/remove/", settings.email_domain_remove, name="email_domain_remove"),
]
