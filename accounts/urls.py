"""Pages about people and organizations."""

from django.urls import include, path

from accounts import views
from accounts.limits import views as limits
from accounts.signing_in.views import security

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("profile/security/", security, name="security"),
    path("profile/avatar/<uuid:user_id>/", views.avatar, name="avatar"),
    path("organizations/new/", views.organization_create, name="organization_create"),
    path("", include("accounts.audit.urls")),
    path("", include("accounts.members.urls")),
    path("", include("accounts.sso.urls")),
    path("", include("accounts.organizations.urls")),
    path("", include("accounts.privacy.profile_urls")),
    path("", include("accounts.privacy.urls")),
    path("o/<slug:slug>/settings/usage/", limits.usage, name="usage"),
    path("o/<slug:slug>/settings/usage/plan/", limits.plan_request_create, name="plan_request_create"),
    path(
        "o/<slug:slug>/settings/usage/plan/<uuid:plan_request_id>/withdraw/",
        limits.plan_request_withdraw,
        name="plan_request_withdraw",
    ),
]
