"""The webhooks application."""

from django.apps import AppConfig

from mino.common.hooks import organization_deleting, organization_purging, person_erase, person_export
from mino.common.rotation import register_column


class WebhooksConfig(AppConfig):
    """Subscriptions of other systems, and what is sent to them."""

    name = "webhooks"

    def ready(self) -> None:
        """Have the secrets rotated with all others, and take part in the end of organizations."""
        from webhooks.models import Subscription
        from webhooks.organization_end import deliveries_end, webhooks_remove
        from webhooks.own_data import webhooks_export
        from webhooks.own_traces import webhooks_erase
        from webhooks.secrets import CURRENT, PREVIOUS

        organization_deleting.register(deliveries_end)
        organization_purging.register(webhooks_remove)
        person_export.register(webhooks_export)
        person_erase.register(webhooks_erase)
        register_column("Webhooks' secrets", Subscription, CURRENT)
        register_column("Webhooks' previous secrets", Subscription, PREVIOUS)
