"""Changes to the instructions of projects: versions are only ever added."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import record
from accounts.authors import author_fields
from accounts.permissions import Principal, require
from projects.models import InstructionVersion, Project
from projects.services.checks import checked_description, checked_instructions, wrong


def version_create(
    *,
    project: Project,
    user: Principal | None,
    text: str,
    change_description: str = "",
    set_as_production: bool = False,
) -> InstructionVersion:
    """Add the next version of the project's instructions.

    Raises InvalidInput, also when the text is that of the newest version, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", project)
    text = checked_instructions(text, "text")
    change_description = checked_description(change_description, "change_description")
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        newest = locked.versions.order_by("-number").first()
        if newest is not None and newest.text == text:
            raise wrong("text", f"This is the text of version {newest.number}. Change it to make a new version.")
        version = add_version(locked, text, change_description, user, set_as_production=set_as_production)
        after = {"version": version.number, "text": text, "change_description": change_description}
        if set_as_production:
            after["in_production"] = True
        record("version.created", project, organization=project.organization_id, after=after, by=user)
    project.last_version_number = locked.last_version_number
    project.production_version_id = locked.production_version_id
    return version


def add_version(
    project: Project, text: str, change_description: str, user: Principal | None, *, set_as_production: bool
) -> InstructionVersion:
    """Write the next version of `project`, which the caller's transaction has locked or made."""
    project.last_version_number += 1
    version = InstructionVersion.objects.create(
        project=project,
        number=project.last_version_number,
        text=text,
        change_description=change_description,
        **author_fields(user),
    )
    if set_as_production:
        project.production_version = version
    project.save(update_fields=["last_version_number", "production_version", "updated_at"])
    return version


def version_set_production(*, version: InstructionVersion, user: Principal | None) -> Project:
    """Make `version` the one that production executions use; again changes nothing. Raises PermissionDenied."""
    project = version.project
    if user is not None:
        require(user, "projects.change", project)
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("production_version")
        earlier = locked.get(pk=project.pk).production_version
        project.production_version = version
        project.save(update_fields=["production_version", "updated_at"])
        record(
            "version.put_in_production",
            project,
            organization=project.organization_id,
            before={"version": earlier.number if earlier else None},
            after={"version": version.number},
            by=user,
        )
    return project
