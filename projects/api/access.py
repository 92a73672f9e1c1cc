"""Who sees a project: whether it is private, grants, and what invitations promise. For signed-in people alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.members.holding import organization_held
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.access import granting
from projects.access.queries import grants_on, promised_on
from projects.api import shapes
from projects.api.access_shapes import Access, AccessNew, Grant, LevelChoice, PromisedGrant, Visibility
from projects.api.finding import find_project
from projects.models import InvitedGrant, Project, ProjectUserObjectPermission

HEADING = "People"
GRANTS = Listing(Grant, {"given": Key("id")}, default="given")
PROMISED = Listing(PromisedGrant, {"given": Key("id")}, default="-given")


class ProjectVisibility(ApiView):
    """Whether a project is private."""

    heading = HEADING

    @operation(
        "project_visibility_set",
        "Make a project private, or not",
        people_only=True,
        takes=Visibility,
        answers=shapes.Project,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def put(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Hide a project from those without a grant, or show it to the whole organization again. Needs an admin.

        Who created it keeps working on it.
        """
        project = _managed(request, project_id)
        with self.edited(project, shapes.Project, lock=_lock) as current:
            granting.project_set_private(project=current, user=request.person, **values)
        return self.answer(project, shapes.Project)


class GrantList(ApiView):
    """The grants on a project."""

    heading = HEADING

    @operation("grant_list", "List grants", people_only=True, listing=GRANTS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Members and guests who were given this project, the earliest first. Guests see no grants."""
        return self.page(grants_on(_seen(request, project_id)))

    @operation(
        "access_give",
        "Give access",
        people_only=True,
        takes=AccessNew,
        answers=Access,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give somebody `view` or `work` on a project by their address, in the place of what they have. Needs an admin.

        Members and guests have it at once. Anybody else is invited as a guest, or has it added to the invitation that
        waits for their answer; a new one counts among the 50 mails of 24 hours.
        """
        project = _managed(request, project_id)
        given = granting.access_give(project=project, user=request.person, **values)
        if isinstance(given, InvitedGrant):
            key, email, name = given.pk, given.invitation.email, "api_promised_grant"
        else:
            key, email, name = given.user_id, given.user.email, "api_grant"
        answer = {"id": key, "email": email, "level": values["level"], "is_invited": isinstance(given, InvitedGrant)}
        return self.answer(answer, Access, created_at=reverse(name, args=[project.pk, key]))


class GrantDetail(ApiView):
    """The grant of one person."""

    heading = HEADING

    @operation("grant_read", "Read a grant", people_only=True, answers=Grant)
    def get(self, request: ApiRequest, project_id: uuid.UUID, user_id: uuid.UUID) -> Response:
        """What a person was given on the project. Guests see no grants."""
        return self.answer(_grant(self, _seen(request, project_id), user_id), Grant)

    @operation(
        "grant_update",
        "Change a grant",
        people_only=True,
        takes=LevelChoice,
        answers=Grant,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, project_id: uuid.UUID, user_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give the person `view` in the place of `work`, or the other way round. Needs an admin."""
        project = _managed(request, project_id)
        grant = _grant(self, project, user_id)
        with self.edited(grant, Grant, lock=lambda _: _lock(project)):
            granting.grant_set(project=project, person=grant.user, level=values["level"], user=request.person)
        return self.answer(grant, Grant)

    @operation(
        "grant_remove",
        "Take a grant away",
        people_only=True,
        status=204,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def delete(self, request: ApiRequest, project_id: uuid.UUID, user_id: uuid.UUID) -> Response:
        """Take the person's grant away; a guest who has none left is a guest no more. Needs an admin."""
        project = _managed(request, project_id)
        grant = _grant(self, project, user_id)
        with self.unchanged(grant, Grant, lambda _: _lock(project)):
            granting.grant_remove(project=project, person=grant.user, user=request.person)
        return self.nothing()


class PromisedGrantList(ApiView):
    """What invitations promise of a project."""

    heading = HEADING

    @operation("promised_grant_list", "List promised grants", people_only=True, listing=PROMISED)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Those who are invited to the project and have not answered, the newest first. Needs an admin."""
        return self.page(promised_on(_managed(request, project_id)))


class PromisedGrantDetail(ApiView):
    """One promise."""

    heading = HEADING

    @operation("promised_grant_read", "Read a promised grant", people_only=True, answers=PromisedGrant)
    def get(self, request: ApiRequest, project_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """What an invitation promises of the project. Needs an admin."""
        return self.answer(_promised(self, _managed(request, project_id), grant_id), PromisedGrant)

    @operation("promised_grant_remove", "Take a promise back", people_only=True, status=204, errors=["INVALID_STATE"])
    def delete(self, request: ApiRequest, project_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """Take the project out of an invitation; one that offers a guest nothing more is withdrawn. Needs an admin."""
        grant = _promised(self, _managed(request, project_id), grant_id)
        granting.invited_grant_remove(grant=grant, user=request.person)
        return self.nothing()


def _seen(request: ApiRequest, project_id: uuid.UUID) -> Project:
    project = find_project(request, project_id)
    require(request.user, "accounts.view", project.organization)
    return project


def _managed(request: ApiRequest, project_id: uuid.UUID) -> Project:
    project = find_project(request, project_id)
    require(request.user, granting.MANAGE, project.organization)
    return project


def _grant(view: ApiView, project: Project, user_id: uuid.UUID) -> ProjectUserObjectPermission:
    return view.find(grants_on(project), user=user_id)


def _promised(view: ApiView, project: Project, grant_id: uuid.UUID) -> InvitedGrant:
    promised = promised_on(project).select_related("invitation", "project__organization")
    return view.find(promised, pk=grant_id)


def _lock(project: Project) -> None:
    organization_held(project.organization)
