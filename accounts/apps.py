"""The accounts application."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from mino.common.hooks import person_erase, person_export
from mino.common.rotation import register_column, register_secrets


class AccountsConfig(AppConfig):
    """Users, organizations, memberships and the permission table."""

    name = "accounts"

    def ready(self) -> None:
        """Say which secrets are kept here, and listen to how people get in."""
        from accounts.audit.signing_in import listen
        from accounts.models import IdempotentRequest, IdentityProvider
        from accounts.privacy.own_data import accounts_export
        from accounts.privacy.own_traces import accounts_erase
        from accounts.signing_in.second_factors import rotate_second_factors
        from accounts.sso.providers import COLUMN

        listen()
        person_export.register(accounts_export)
        person_erase.register(accounts_erase)
        register_column("Identity providers' secrets", IdentityProvider, COLUMN)
        register_column("Answers to requests with an Idempotency-Key", IdempotentRequest, "answer")
        register_secrets("Second factors", rotate_second_factors)


class StaffAdminConfig(AdminConfig):
    """Django admin behind a second factor."""

    default_site = "accounts.signing_in.staff.StaffSite"
