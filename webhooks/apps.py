"""The webhooks application."""

from django.apps import AppConfig

from mino.common.rotation import register_column


class WebhooksConfig(AppConfig):
    """Subscriptions of other systems, and what is sent to them."""

    name = "webhooks"

    def ready(self) -> None:
        """Have the secrets rotated with all others."""
        from webhooks.models import Subscription
        from webhooks.secrets import CURRENT, PREVIOUS

        register_column("Webhooks' secrets", Subscription, CURRENT)
        register_column("Webhooks' previous secrets", Subscription, PREVIOUS)
