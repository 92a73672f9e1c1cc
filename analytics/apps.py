"""The analytics application."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Figures, exports and the evaluate command."""

    name = "analytics"
