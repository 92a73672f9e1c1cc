"""The floor of the load test: Django with one view, fifty jobs by a plain template. No middleware, sign-in or layout.

gunicorn serves it with the settings of the Procfile.
"""

from __future__ import annotations

import os

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

TEMPLATE = """<!doctype html>
<title>Jobs</title>
<table>
  {% for job in jobs %}
    <tr>{% for cell in job %}<td>{{ cell }}</td>{% endfor %}</tr>
  {% endfor %}
</table>
"""
STATEMENT = (
    "SELECT row_position, url, status, evaluation_result, accuracy, error_code, attempts, finished_at "
    "FROM executions_job WHERE execution_id = %s ORDER BY position LIMIT 50"
)

database = dict(dj_database_url.parse(os.environ["DATABASE_URL"]))
database["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 20}}
loaders = [
    ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", {"jobs.html": TEMPLATE})])
]
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}],
)


def jobs(request: HttpRequest, execution_id: str) -> HttpResponse:
    """The first fifty jobs of an execution."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [execution_id])
        return render(request, "jobs.html", {"jobs": cursor.fetchall()})


urlpatterns = [path("bare/<uuid:execution_id>", jobs)]
application = get_wsgi_application()
