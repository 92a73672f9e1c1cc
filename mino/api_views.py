"""The API's own documentation: the OpenAPI document, and Swagger UI to read and try it."""

from __future__ import annotations

from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class ApiDocument(SpectacularAPIView):
    """The document; anybody may read it."""

    renderer_classes = [OpenApiJsonRenderer]


class ApiDocumentation(SpectacularSwaggerSplitView):
    """Swagger UI, served from here: its script comes as a file of its own, as the strict policy wants it."""

    url_name = "api_document"
    template_name = "api/documentation.html"
