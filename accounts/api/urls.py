"""Addresses about organizations and people."""

from django.urls import path

from accounts.api import audit, organizations, usage

urlpatterns = [
    path("organizations", organizations.OrganizationList.as_view(), name="api_organizations"),
    path("organizations/<str:organization_id>", organizations.OrganizationDetail.as_view(), name="api_organization"),
    path("members", organizations.MemberList.as_view(), name="api_members"),
    path("usage", usage.Usage.as_view(), name="api_usage"),
    path("audit", audit.AuditList.as_view(), name="api_audit"),
]
