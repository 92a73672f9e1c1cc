"""Users, organizations, who is in them and API keys, what organizations use, and the audit trail."""

from accounts.models.api_key import ApiKey
from accounts.models.audit_entry import Act, AuditEntry, AuditEntryFixed, Channel
from accounts.models.former_slug import FormerSlug
from accounts.models.guest import Guest
from accounts.models.idempotent_request import IdempotentRequest
from accounts.models.identity_provider import EmailDomain, IdentityProvider, Protocol
from accounts.models.invitation import GUEST, Ending, Invitation
from accounts.models.legal_text import Consent, LegalKind, LegalText
from accounts.models.membership import Membership, Role
from accounts.models.organization import Organization, Plan
from accounts.models.person_export import PersonExport, PersonExportStatus
from accounts.models.plan_request import PlanRequest, PlanRequestState
from accounts.models.usage_month import UsageMonth
from accounts.models.user import User, display_name

__all__ = [
    "GUEST",
    "Act",
    "ApiKey",
    "AuditEntry",
    "AuditEntryFixed",
    "Channel",
    "Consent",
    "EmailDomain",
    "Ending",
    "FormerSlug",
    "Guest",
    "IdempotentRequest",
    "IdentityProvider",
    "Invitation",
    "LegalKind",
    "LegalText",
    "Membership",
    "Organization",
    "PersonExport",
    "PersonExportStatus",
    "Plan",
    "PlanRequest",
    "PlanRequestState",
    "Protocol",
    "Role",
    "UsageMonth",
    "User",
    "display_name",
]
