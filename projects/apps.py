"""The projects application."""

from django.apps import AppConfig

from mino.common.hooks import organization_purging


class ProjectsConfig(AppConfig):
    """Projects, instruction versions, batches and their import."""

    name = "projects"

    def ready(self) -> None:
        """Take part in what happens below."""
        from projects.services.organization_end import projects_remove  # models exist from here on only

        organization_purging.register(projects_remove)
