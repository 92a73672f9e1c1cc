"""The API's own documentation: the OpenAPI document, and Swagger UI to read and try it."""

from __future__ import annotations

import threading
from functools import cache
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import etag
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView

from mino.common.api.parsers import AlwaysTheFirst

_one_at_a_time = threading.Lock()


@cache
def _made() -> tuple[bytes, str]:
    made = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # the library has no types for it
    document = OpenApiJsonRenderer().render(made, renderer_context={})
    return document, f'"{sha256(document).hexdigest()[:32]}"'


def _document() -> tuple[bytes, str]:
    """The document and its ETag. Making it takes seconds, and anybody may ask: a process makes it once."""
    with _one_at_a_time:
        return _made()


@method_decorator(login_not_required, name="dispatch")
class ApiDocument(View):
    """The document; anybody may read it."""

    @method_decorator(etag(lambda request: _document()[1]))
    def get(self, request: HttpRequest) -> HttpResponse:
        """The document as JSON."""
        return HttpResponse(_document()[0], content_type=OpenApiJsonRenderer.media_type)


class ApiDocumentation(SpectacularSwaggerSplitView):
    """Swagger UI, served from here: its script comes as a file of its own, as the strict policy wants it.

    It is a page whatever `Accept` says, as the operations answer JSON.
    """

    content_negotiation_class = AlwaysTheFirst
    url_name = "api_document"
    template_name = "api/documentation.html"
