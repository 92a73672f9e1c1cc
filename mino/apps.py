"""The application that holds what spans all others: template tags, and the commands of the whole."""

from django.apps import AppConfig

from mino.celery import app as celery_app

__all__ = ["MinoConfig", "celery_app"]


class MinoConfig(AppConfig):
    """MINO's wiring as a Django app. Importing the Celery application here binds every shared task to it."""

    name = "mino"
    default_auto_field = "django.db.models.BigAutoField"
