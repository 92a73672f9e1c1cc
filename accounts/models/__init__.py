"""Users, organizations and memberships."""

from accounts.models.membership import Membership, Role
from accounts.models.organization import Organization, Plan
from accounts.models.user import User, display_name

__all__ = ["Membership", "Organization", "Plan", "Role", "User", "display_name"]
