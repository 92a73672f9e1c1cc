"""A page with a live part, to try `static/js/live.js` against: a count that ends at `LAST` or breaks when told to."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path

PART = """
<section class="card" id="part" data-live hx-get="/live/part/" hx-swap="morph:outerHTML"
  {% if not done %}hx-trigger="every 200ms"{% else %}data-live-done="All is counted."{% endif %}>
  <p>Counted <b id="count">{{ count }}</b></p>
  <label for="note">Note</label><input class="form-control" id="note">
  <label><input type="checkbox" id="seen"> Seen</label>
  <details id="more"><summary>More</summary>Counting goes on.</details>
</section>
"""
PAGE = "{% extends 'app.html' %}{% block heading %}Live{% endblock %}{% block content %}" + PART + "{% endblock %}"


@dataclass
class Site:
    """What the live part answers next."""

    count: int = 0
    last: int = 1_000_000
    broken: bool = False


site = Site()


def answer(request: HttpRequest, source: str) -> HttpResponse:
    context = RequestContext(request, {"count": site.count, "done": site.count >= site.last})
    return HttpResponse(Template(source).render(context))


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    return answer(request, PAGE)


@login_not_required
def part(request: HttpRequest) -> HttpResponse:
    if site.broken:
        return HttpResponse(status=503)
    site.count += 1
    return answer(request, PART)


urlpatterns = [path("live/", page), path("live/part/", part), path("", include("mino.urls"))]
