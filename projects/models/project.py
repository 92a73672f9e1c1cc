"""One extraction task."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.models import ApiKey, Organization
from accounts.permissions import SEES_PRIVATE, Principal, organizations_of, roles_of
from mino.common.models import Dated, Identified


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> ProjectQuerySet:
        """Those of the user's organizations, private ones only with a grant or as admin or owner.

        An API key sees those of its organization, or of these the ones that it is limited to.
        """
        if isinstance(user, ApiKeyPrincipal):
            own = self.filter(organization=user.organization_id, is_deleted=False)
            return own if user.project_ids is None else own.filter(pk__in=user.project_ids)
        roles = roles_of(user)
        all_of = [organization for organization, role in roles.items() if role in SEES_PRIVATE]
        open_of = [organization for organization, role in roles.items() if role not in SEES_PRIVATE]
        visible = Q(organization__in=all_of) | Q(organization__in=open_of, is_private=False)
        if granted := list(grants_of(user)):
            visible |= Q(pk__in=granted)
        return self.filter(visible, is_deleted=False)


class Project(Identified, Dated):
    """What is wanted of many sites: instructions, in versions, plus the batches to run them over.

    A deleted project is unseen at once; what belongs to it is removed in the background.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="projects", db_index=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    is_private = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False, editable=False)
    production_version = models.ForeignKey(
        "projects.InstructionVersion", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_version_number = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    objects: ClassVar[Any] = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        permissions = [("view", "May look at the private project"), ("work", "May work on the private project")]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="project_name_unique")]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="project_newest"),
            # What the background has to remove; it looks every minute.
            models.Index(fields=["id"], name="project_to_remove", condition=Q(is_deleted=True)),
        ]

    def __str__(self) -> str:
        return self.name


def projects_of(user: Principal) -> models.QuerySet[Project] | list[uuid.UUID]:
    """What `project__in` takes, to narrow something to the projects that the user may see.

    Those of a guest are named, so that the database knows how much belongs to them: it would expect little, and sort
    all that a big project has for the first page of a list.
    """
    if isinstance(user, ApiKeyPrincipal) or organizations_of(user):
        return Project.objects.visible_to(user)
    return list(grants_of(user))


class ProjectUserObjectPermission(UserObjectPermissionBase):
    """A grant of `view` or `work` on one private project, kept by django-guardian."""

    content_object = models.ForeignKey(Project, models.CASCADE, related_name="grants")


def grants_of(user: Principal) -> Mapping[uuid.UUID, str]:
    """The user's grants: `view` or `work` by project, the stronger where both are given; asked once per user object."""
    cached: dict[uuid.UUID, str] | None = getattr(user, "_grants", None)
    if cached is None:
        cached = {}
        if user.is_authenticated:
            rows = ProjectUserObjectPermission.objects.filter(user=user.pk, content_object__is_deleted=False)
            found = list(rows.values_list("content_object_id", "permission__codename", "content_object__organization"))
            opened = _opened(user, {organization for *_, organization in found})
            for project, codename, organization in found:
                if organization in opened:
                    cached[project] = "work" if "work" in (codename, cached.get(project)) else "view"
        user._grants = cached  # type: ignore[attr-defined]
    return cached


def _opened(user: Principal, organizations: Collection[uuid.UUID]) -> Collection[uuid.UUID]:
    """Those of the organizations that the user may see: asked for only where they have no role."""
    known = set(roles_of(user))
    if unknown := set(organizations) - known:
        seen = Organization.objects.visible_to(user).order_by().filter(pk__in=unknown)
        known.update(seen.values_list("pk", flat=True))
    return known
