"""Addresses about projects and what is in them."""

from django.urls import path

from projects.api import api_keys, projects, versions

urlpatterns = [
    path("api-keys", api_keys.ApiKeyList.as_view(), name="api_api_keys"),
    path("api-keys/<str:api_key_id>", api_keys.ApiKeyDetail.as_view(), name="api_api_key"),
    path("api-keys/<str:api_key_id>/rotate", api_keys.ApiKeyRotation.as_view(), name="api_api_key_rotate"),
    path("projects", projects.ProjectList.as_view(), name="api_projects"),
    path("projects/<str:project_id>", projects.ProjectDetail.as_view(), name="api_project"),
    path(
        "projects/<str:project_id>/production-version",
        versions.ProductionVersion.as_view(),
        name="api_production_version",
    ),
    path("projects/<str:project_id>/versions", versions.VersionList.as_view(), name="api_versions"),
    path("projects/<str:project_id>/versions/<int:number>", versions.VersionDetail.as_view(), name="api_version"),
]
