"""Addresses of allauth that show a page of ours instead."""

from django.urls import path
from django.views.generic import RedirectView

to_security = RedirectView.as_view(pattern_name="security")
urlpatterns = [
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/webauthn/", to_security, name="mfa_list_webauthn"),
    path("sessions/", to_security, name="usersessions_list"),
]
