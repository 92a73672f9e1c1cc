"""Addresses of one's own data."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.privacy import profile_views as views

urlpatterns: list[URLPattern] = [
    path("profile/privacy/", views.privacy, name="privacy"),
    path("profile/privacy/erasure/", views.erasure_request_view, name="erasure_request"),
    path("profile/privacy/erasure/cancel/", views.erasure_cancel_view, name="erasure_cancel"),
    path("profile/privacy/copy/", views.person_export_order_view, name="person_export_order"),
    path("profile/privacy/copy/<uuid:person_export_id>/", views.person_export_file, name="person_export_file"),
]
