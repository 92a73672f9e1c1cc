"""All addresses of the REST API, below `/api/v1/`. None of them ends with a slash."""

from django.urls import include, path

from mino.api_views import ApiDocument, ApiDocumentation

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("webhooks.api.urls")),
    path("", include("projects.api.urls")),
    path("", include("executions.api.urls")),
    path("", include("analytics.api.urls")),
    path("openapi.json", ApiDocument.as_view(), name="api_document"),
    path("docs", ApiDocumentation.as_view(), name="api_documentation"),
]
