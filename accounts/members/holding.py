"""What every change to the people of an organization, and to what opens it, begins with."""

from __future__ import annotations

from accounts.models import Organization, Role, User
from accounts.permissions import Principal, forget_roles, require, roles_of
from mino.common.errors import Forbidden, InvalidState


def organization_held(organization: Organization) -> Organization:
    """Lock the organization, so that two changes to its people never see the same state; for inside a transaction.

    Rows that refer to it can be added meanwhile: what works for it need not wait. Raises InvalidState when it was
    deleted meanwhile.
    """
    held: Organization | None = (
        Organization.objects.select_for_update(no_key=True).filter(pk=organization.pk, deleted_at=None).first()
    )
    if held is None:
        raise InvalidState("This organization was deleted a moment ago.")
    return held


def required_now(user: Principal | None, permission: str, organization: Organization) -> None:
    """As `require`, with the role that the user has now that the organization is locked; None may do everything."""
    if user is not None:
        forget_roles(user)
        require(user, permission, organization)


def refuse_above(user: User | None, organization: Organization, *roles: str) -> None:
    """Keep an admin from touching owners and from making any. Raises Forbidden."""
    if user is None or roles_of(user).get(organization.pk) == Role.OWNER:
        return
    if Role.OWNER in roles:
        raise Forbidden("Only an owner can change what an owner is, or make somebody an owner. Ask one of them.")
