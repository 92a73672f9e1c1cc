"""Addresses of allauth that show a page of ours instead."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.signing_in.openid import openid_callback, openid_login
from accounts.signing_in.saml import finish_acs, no_logout
from accounts.signing_in.views import connections
from accounts.sso.views import sso_confirm, sso_find

to_security = RedirectView.as_view(pattern_name="security")
urlpatterns = [
    path("3rdparty/", connections, name="socialaccount_connections"),
    path("oidc/<str:provider_id>/login/", openid_login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", openid_callback, name="openid_connect_callback"),
    path("saml/<str:organization_slug>/acs/finish/", finish_acs, name="saml_finish_acs"),
    path("saml/<str:organization_slug>/sls/", no_logout, name="saml_sls"),
    path("sso/", sso_find, name="sso_find"),
    path("sso/confirm/", sso_confirm, name="sso_confirm"),
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/webauthn/", to_security, name="mfa_list_webauthn"),
    path("sessions/", to_security, name="usersessions_list"),
]
