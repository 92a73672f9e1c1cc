"""Addresses about a project's people."""

from __future__ import annotations

from django.urls import URLPattern, path

from projects.access import views

PEOPLE = "o/<slug:slug>/projects/<uuid:project_id>/people/"

urlpatterns: list[URLPattern] = [
    path(PEOPLE, views.project_people, name="project_people"),
    path(f"{PEOPLE}give/", views.project_access_give, name="project_access_give"),
    path(f"{PEOPLE}visibility/", views.project_visibility, name="project_visibility"),
    path(f"{PEOPLE}<uuid:user_id>/", views.project_grant, name="project_grant"),
    path(f"{PEOPLE}invited/<uuid:grant_id>/", views.project_invited, name="project_invited"),
]
