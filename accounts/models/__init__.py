"""Users, organizations and memberships, and the audit trail."""

from accounts.models.audit_entry import Act, AuditEntry, AuditEntryFixed, Channel
from accounts.models.membership import Membership, Role
from accounts.models.organization import Organization, Plan
from accounts.models.user import User, display_name

__all__ = [
    "Act",
    "AuditEntry",
    "AuditEntryFixed",
    "Channel",
    "Membership",
    "Organization",
    "Plan",
    "Role",
    "User",
    "display_name",
]
