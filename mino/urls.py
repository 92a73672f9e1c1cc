"""All addresses. Everything of an organization lies under `/o/<slug>/`."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from executions.operating.metrics import metrics
from executions.operating.page import engine
from executions.operating.probes import health_live, health_ready

admin.site.index_template = "operating/admin_index.html"
urlpatterns = [
    path("api/v1/", include("mino.api_urls")),
    path("", include("accounts.urls")),
    path("", include("webhooks.urls")),
    path("", include("projects.urls")),
    path("", include("executions.urls")),
    path("", include("analytics.urls")),
    path("accounts/", include("accounts.signing_in.urls")),
    path("accounts/", include("allauth.urls")),
    # Staff sign in where everybody does: Django's own form counts no failures.
    path("admin/", include([path("login/", secure_admin_login(admin.site.login))])),
    path("admin/", include([path("engine/", admin.site.admin_view(engine), name="engine")])),
    path("admin/", admin.site.urls),
    path("health/live", health_live, name="health_live"),
    path("health/ready", health_ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
]
if settings.MINO_SAMPLE_SITE:
    urlpatterns.append(path("sample-site/", include("mino.sample_site.urls")))
