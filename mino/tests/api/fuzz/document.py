"""The API as schemathesis sees it: the committed document, answered by the application within this process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import schemathesis
import yaml
from django.core.wsgi import get_wsgi_application
from schemathesis.config import SchemathesisConfig

from mino.tests.api.test_schema import COPY

ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "412", "413", "429", "5xx"]
"""What a request of the right form may be answered. 5xx has a check of its own.

The library's own list lacks 412 and 413: no form says which ETag is current, and how many cells a filter finds.
"""


@cache
def document() -> Any:
    """The document with the application behind it, the same each time."""
    return new_document()


def new_document() -> Any:
    """The document with the application behind it. All checks are on."""
    raw = yaml.load(COPY.read_text(), yaml.CSafeLoader)
    config = SchemathesisConfig.from_dict(
        {
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            # Who asks is decided here; wrong credentials are tried by the check `ignored_auth`.
            "generation": {"with-security-parameters": False},
            # Words from the sources would make other requests whenever any source changes.
            "analysis": {"constants": {"enabled": False}},
        }
    )
    found = schemathesis.openapi.from_dict(raw, config=config)
    found.app = get_wsgi_application()
    return found


@cache
def operations() -> Mapping[str, Any]:
    """All operations by their names."""
    found = (one.ok() for one in document().get_all_operations())
    return {one.definition.raw["operationId"]: one for one in found}


def documented_codes(operation: Any, status: int) -> set[str]:
    """The codes of errors that the document gives for a status of an operation."""
    answer = operation.definition.raw["responses"].get(str(status), {})
    if "$ref" in answer:
        answer = document().raw_schema["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
    return {one["value"]["code"] for one in examples.values()}
