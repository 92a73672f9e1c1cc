"""The analytics application."""

from django.apps import AppConfig

from mino.common.hooks import batch_purging


class AnalyticsConfig(AppConfig):
    """Figures, exports and the evaluate command."""

    name = "analytics"

    def ready(self) -> None:
        """Take part in what happens below."""
        from analytics.exporting.background.sweeping import exports_remove  # models exist from here on only

        batch_purging.register(exports_remove)
