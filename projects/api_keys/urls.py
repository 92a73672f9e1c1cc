"""Addresses of API keys, under the settings of an organization."""

from django.urls import path

from projects.api_keys import views

KEYS = "o/<slug:slug>/settings/api-keys/"

urlpatterns = [
    path(KEYS, views.api_keys, name="api_keys"),
    path(f"{KEYS}new/", views.api_key_create, name="api_key_create"),
    path(f"{KEYS}<uuid:api_key_id>/rotate/", views.api_key_rotate, name="api_key_rotate"),
    path(f"{KEYS}<uuid:api_key_id>/revoke/", views.api_key_revoke, name="api_key_revoke"),
]
