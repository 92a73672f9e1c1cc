"""Addresses of the audit trail."""

from django.urls import path

from accounts.audit import views

urlpatterns = [
    path("o/<slug:slug>/settings/audit/", views.audit, name="audit"),
    path("o/<slug:slug>/settings/audit/export/", views.audit_export, name="audit_export"),
    path("o/<slug:slug>/settings/audit/<uuid:entry_id>/", views.audit_entry, name="audit_entry"),
]
