"""Changes to projects."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.authors import author_fields
from accounts.limits.counting import project_count
from accounts.models import Organization, User
from accounts.permissions import Principal, require
from mino.common.errors import AlreadyExists, Detail
from projects.access.granting import MANAGE, project_set_private
from projects.models import InstructionVersion, Project
from projects.services.checks import checked_description, checked_instructions, checked_name
from projects.services.versions import add_version, version_create

WHAT = "the project a name"


def project_create(
    *,
    organization: Organization,
    user: Principal | None,
    name: str,
    description: str = "",
    instructions: str,
    is_private: bool = False,
) -> Project:
    """Create a project. Its instructions become version 1, which is also the production version.

    A private one is never seen by others, and its creator works on it (only for those who may make projects private).

    Raises InvalidInput, AlreadyExists when the name is taken, QuotaExceeded or PermissionDenied.
    """
    if user is not None:
        require(user, "accounts.create_project", organization)
        if is_private:
            require(user, MANAGE, organization)
    project = Project(
        organization=organization,
        name=checked_name(name, WHAT),
        description=checked_description(description),
        **author_fields(user),
    )
    text = checked_instructions(instructions)
    with transaction.atomic():
        project_count(organization.pk)
        _save(project)
        add_version(project, text, "", user, set_as_production=True)
        after = {"name": project.name, "description": project.description, "instructions": text}
        record("project.created", project, organization=organization, after=after, by=user)
        if is_private:
            project_set_private(project=project, is_private=True, user=user if isinstance(user, User) else None)
            project.is_private = True
    return project


def project_update(*, project: Project, user: Principal | None, name: str, description: str) -> Project:
    """Rename and describe a project. Raises InvalidInput, AlreadyExists when the name is taken, or PermissionDenied."""
    if user is not None:
        require(user, "projects.change", project)
    before = {"name": project.name, "description": project.description}
    project.name = checked_name(name, WHAT)
    project.description = checked_description(description)
    after = {"name": project.name, "description": project.description}
    if after != before:
        with transaction.atomic():
            _save(project, ["name", "description", "updated_at"])
            organization = project.organization_id
            record("project.updated", project, organization=organization, before=before, after=after, by=user)
    return project


def project_find(*, organization: Organization | None, name: str) -> Project | None:
    """The project of that name, if there is one. Raises InvalidInput for what can't be a name."""
    named = Project.objects.filter(organization=organization, name=checked_name(name, WHAT), is_deleted=False)
    project: Project | None = named.first()
    return project


def project_find_or_create(
    *, organization: Organization, user: Principal | None, name: str, instructions: str
) -> tuple[Project, InstructionVersion]:
    """The project of that name with a version of exactly these instructions, each made only where it is missing.

    Raises what `project_create` and `version_create` raise.
    """
    text = checked_instructions(instructions)
    project = project_find(organization=organization, name=name)
    if project is None:
        project = project_create(organization=organization, user=user, name=name, instructions=text)
    version = project.versions.filter(text=text).order_by("-number").first()
    if version is None:
        version = version_create(project=project, user=user, text=text)
    return project, version


def _save(project: Project, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            project.save(update_fields=fields)
    except IntegrityError:
        message = f"There is already a project called “{project.name}”. Choose another name."
        raise AlreadyExists(message, details=[Detail("name", message)]) from None
