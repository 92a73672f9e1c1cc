"""The pages of the sample shop: each product in another markup, and the troubles that real sites have."""

from __future__ import annotations

import time

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mino.sample_site.catalogue import BROKEN, BY_SLUG, PRODUCTS

SLOW_SECONDS = 6.0


@login_not_required
@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """The list of all goods."""
    return render(request, "sample_site/shop.html", {"products": PRODUCTS})


@login_not_required
@require_safe
def product(request: HttpRequest, product_slug: str) -> HttpResponse:
    """One article; one of them is slow, one breaks the server, and all others that are asked for do not exist."""
    if product_slug == BROKEN:
        return HttpResponseServerError("<h1>Something fell off the shelf</h1>")
    found = BY_SLUG.get(product_slug)
    if found is None:
        raise Http404("The sample shop does not sell this.")
    if found.markup == "slow":
        time.sleep(SLOW_SECONDS)
    return render(request, f"sample_site/{found.markup}.html", {"product": found})
