"""Pages about people and organizations."""

from django.urls import path

from accounts import views
from accounts.signing_in.views import security

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("profile/security/", security, name="security"),
    path("profile/avatar/<uuid:user_id>/", views.avatar, name="avatar"),
    path("organizations/new/", views.organization_create, name="organization_create"),
    path("o/<slug:slug>/settings/people/", views.people, name="organization"),
]
