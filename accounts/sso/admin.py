"""Organizations' own sign-in for platform staff."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.http import SignedInRequest
from accounts.models import EmailDomain, IdentityProvider
from accounts.sso.domains import email_domain_confirm
from mino.common.admin import ReadOnlyAdmin
from mino.common.errors import ServiceError


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ReadOnlyAdmin):
    """Organizations' own identity providers; secrets are not shown."""

    list_display = ["name", "organization", "protocol", "issuer", "is_enabled", "last_sign_in_at"]
    list_filter = ["protocol", "is_enabled"]
    list_select_related = ["organization"]
    search_fields = ["name", "issuer", "organization__name", "organization__slug"]


@admin.register(EmailDomain)
class EmailDomainAdmin(ReadOnlyAdmin):
    """E-mail domains; staff confirm those whose owners can't add a record to the DNS."""

    list_display = ["domain", "organization", "confirmed_at", "confirmed_by_staff"]
    list_filter = [("confirmed_at", admin.EmptyFieldListFilter), "confirmed_by_staff"]
    list_select_related = ["organization"]
    search_fields = ["domain", "organization__name", "organization__slug"]
    actions = ["confirm"]

    @admin.action(description="Confirm that these belong to their organizations", permissions=["confirm"])
    def confirm(self, request: SignedInRequest, chosen: QuerySet[EmailDomain]) -> None:
        """Take each for its organization's own."""
        for domain in chosen.select_related("organization"):
            try:
                email_domain_confirm(domain=domain, user=request.user, by_staff=True)
            except ServiceError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"{domain.domain} is confirmed for {domain.organization}.")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Who may change domains."""
        return request.user.has_perm("accounts.change_emaildomain")
