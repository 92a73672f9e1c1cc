"""All addresses. Everything of an organization lies under `/o/<slug>/`."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("projects.urls")),
    path("", include("executions.urls")),
    path("", include("analytics.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
if settings.MINO_SAMPLE_SITE:
    urlpatterns.append(path("sample-site/", include("mino.sample_site.urls")))
