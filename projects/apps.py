"""The projects application."""

from django.apps import AppConfig

from mino.common.hooks import (
    invitation_accepted,
    invitation_replaced,
    organization_purging,
    person_erase,
    person_export,
    place_ended,
)


class ProjectsConfig(AppConfig):
    """Projects, instruction versions, batches and their import."""

    name = "projects"

    def ready(self) -> None:
        """Take part in what happens below."""
        from projects.access.receiving import grants_begin, grants_end, grants_follow
        from projects.own_data import projects_export
        from projects.own_traces import projects_erase
        from projects.services.organization_end import projects_remove  # models exist from here on only

        invitation_accepted.register(grants_begin)
        invitation_replaced.register(grants_follow)
        place_ended.register(grants_end)
        organization_purging.register(projects_remove)
        person_export.register(projects_export)
        person_erase.register(projects_erase)
