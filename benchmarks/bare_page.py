"""The floor of the pages: fifty jobs in a table by a plain template, behind the same middleware."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from executions.models import Job

ROWS = 50
TEMPLATE = """<!doctype html>
<title>Jobs</title>
<p>Signed in as {{ request.user.email }}</p>
<table>
  {% for job in jobs %}
    <tr>
      <td><a href="{% url "job" "bench" job.pk %}">{{ job.row_position }}</a></td>
      <td>{{ job.url }}</td>
      <td>{{ job.get_status_display }}</td>
      <td>{{ job.evaluation_result|default:"" }}</td>
      <td>{{ job.accuracy|floatformat:2 }}</td>
      <td>{{ job.error_code }}</td>
      <td>{{ job.attempts }}</td>
      <td>{{ job.finished_at|date:"j M Y, H:i" }}</td>
    </tr>
  {% endfor %}
</table>
"""


def bare_page(request: HttpRequest, execution_id: uuid.UUID) -> HttpResponse:
    """The first fifty jobs of an execution."""
    jobs = Job.objects.filter(execution=execution_id).order_by("position")[:ROWS]
    return HttpResponse(_template().render({"jobs": jobs}, request))


@lru_cache
def _template() -> Any:
    return engines["django"].from_string(TEMPLATE)


urlpatterns = [path("bare/<uuid:execution_id>/", bare_page, name="bare_page"), path("", include("mino.urls"))]
