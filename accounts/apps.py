"""The accounts application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, organizations, memberships and the permission table."""

    name = "accounts"
