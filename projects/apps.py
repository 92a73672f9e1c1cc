"""The projects application."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects, instruction versions, batches and their import."""

    name = "projects"
