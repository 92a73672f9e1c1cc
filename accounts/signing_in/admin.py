"""What allauth registers with Django admin, in place of its own pages: those show secrets, or search what is not there.

Providers are configured by the environment and by organizations, not here.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from mino.common.admin import ReadOnlyAdmin

for _model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """The addresses of people, and whether they are confirmed."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email"]


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, without their seeds. One that was lost is taken away, so that its owner can sign in."""

    exclude = ["data"]
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["=user__email"]

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """For superusers."""
        return bool(getattr(getattr(request, "user", None), "is_superuser", False))


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    """Accounts of people at identity providers."""

    exclude = ["extra_data"]
    list_display = ["user", "provider", "uid", "date_joined", "last_login"]
    list_filter = ["provider"]
    list_select_related = ["user"]
    search_fields = ["=uid", "=user__email"]


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """Where people are signed in; the keys of these sessions are not shown."""

    exclude = ["session_key", "data"]
    list_display = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["=user__email", "=ip"]
