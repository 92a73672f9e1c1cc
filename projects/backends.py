"""Answers `user.has_perm("projects.…", project)` from the user's role and grants."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.permissions import GRANT_PERMISSIONS, ROLE_PERMISSIONS, SEES_PRIVATE, roles_of
from projects.models import Project
from projects.models.project import grants_of


class ProjectBackend(BaseBackend):
    """Permissions on projects. A private project needs a grant, except for those who see all of them."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether role or grant give `user_obj` the permission on the project `obj`; False for anything else."""
        if not isinstance(obj, Project) or not perm.startswith("projects."):
            return False
        role = roles_of(user_obj).get(obj.organization_id, "")
        if (not obj.is_private or role in SEES_PRIVATE) and perm in ROLE_PERMISSIONS.get(role, frozenset()):
            return True
        return perm in GRANT_PERMISSIONS.get(grants_of(user_obj).get(obj.pk, ""), frozenset())
