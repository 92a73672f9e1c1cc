"""Addresses about organizations and people."""

from django.urls import path

from accounts.api import audit, guests, invitations, members, organizations, retention, usage

ORGANIZATION = "organizations/<str:organization_id>"
MEMBER = "members/<str:membership_id>"
INVITATION = "invitations/<str:invitation_id>"

urlpatterns = [
    path("organizations", organizations.OrganizationList.as_view(), name="api_organizations"),
    path(ORGANIZATION, organizations.OrganizationDetail.as_view(), name="api_organization"),
    path(f"{ORGANIZATION}/leave", organizations.OrganizationLeaving.as_view(), name="api_organization_leave"),
    path("members", members.MemberList.as_view(), name="api_members"),
    path(MEMBER, members.MemberDetail.as_view(), name="api_member"),
    path(f"{MEMBER}/transfer", members.OwnershipTransfer.as_view(), name="api_ownership_transfer"),
    path("invitations", invitations.InvitationList.as_view(), name="api_invitations"),
    path(INVITATION, invitations.InvitationDetail.as_view(), name="api_invitation"),
    path(f"{INVITATION}/resend", invitations.InvitationResending.as_view(), name="api_invitation_resend"),
    path("guests", guests.GuestList.as_view(), name="api_guests"),
    path("guests/<str:guest_id>", guests.GuestDetail.as_view(), name="api_guest"),
    path("retention", retention.Retention.as_view(), name="api_retention"),
    path("usage", usage.Usage.as_view(), name="api_usage"),
    path("audit", audit.AuditList.as_view(), name="api_audit"),
]
