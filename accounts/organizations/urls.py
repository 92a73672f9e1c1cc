"""Addresses of an organization's own settings."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.organizations import privacy_views, views

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/settings/", views.organization_settings, name="organization_settings"),
    path("o/<slug:slug>/settings/privacy/", privacy_views.organization_privacy, name="organization_privacy"),
    path("o/<slug:slug>/settings/delete/", views.organization_delete_page, name="organization_delete"),
]
