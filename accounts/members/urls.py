"""Addresses about the people of an organization."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.members import invitation_views, joining, views

PEOPLE = "o/<slug:slug>/settings/people/"
MEMBER = f"{PEOPLE}<uuid:membership_id>/"
INVITATION = f"{PEOPLE}invitations/<uuid:invitation_id>/"

urlpatterns: list[URLPattern] = [
    path(PEOPLE, views.people, name="organization"),
    path(f"{PEOPLE}guests/", views.people_guests, name="people_guests"),
    path(f"{PEOPLE}guests/<uuid:guest_id>/remove/", views.guest_remove, name="guest_remove"),
    path(f"{PEOPLE}leave/", views.people_leave, name="people_leave"),
    path(f"{PEOPLE}invite/", invitation_views.invitation_create, name="invitation_create"),
    path(f"{PEOPLE}invitations/", invitation_views.invitation_list, name="invitation_list"),
    path(f"{INVITATION}send/", invitation_views.invitation_send, name="invitation_send"),
    path(f"{INVITATION}revoke/", invitation_views.invitation_revoke, name="invitation_revoke"),
    path(MEMBER, views.people_member, name="people_member"),
    path(f"{MEMBER}role/", views.people_role, name="people_role"),
    path(f"{MEMBER}remove/", views.people_remove, name="people_remove"),
    path(f"{MEMBER}transfer/", views.people_transfer, name="people_transfer"),
    path("invitations/<str:token>/", joining.invitation, name="invitation"),
    path("invitations/<str:token>/sign-up/", joining.invitation_sign_up, name="invitation_sign_up"),
]
