"""Answers `user.has_perm("accounts.…", organization)` from the user's role."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.models import Organization
from accounts.permissions import ROLE_PERMISSIONS, roles_of


class OrganizationBackend(BaseBackend):
    """Permissions on organizations."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the role of `user_obj` in the organization `obj` has `perm`; False for anything else."""
        if not isinstance(obj, Organization) or not perm.startswith("accounts."):
            return False
        return perm in ROLE_PERMISSIONS.get(roles_of(user_obj).get(obj.pk, ""), frozenset())
