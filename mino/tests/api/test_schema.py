"""The API's document: complete, without warnings, and the same as the committed copy."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from mino.common.api.serializers import Taken
from mino.tests.api.places import ALL, Place

COPY = Path(__file__).parent.parent.parent.parent / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def document() -> Any:
    """The document as it is made, without warnings."""
    written = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=written)
    return yaml.safe_load(written.getvalue())


def test_the_committed_copy_is_the_same(document: Any) -> None:
    assert document == yaml.safe_load(COPY.read_text()), "renew it by `make openapi`"


def test_every_operation_says_all_about_itself(document: Any) -> None:
    described = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    assert set(described) == {place.operation.name for place in ALL}
    for name, one in described.items():
        assert one["summary"], name
        assert len(one["description"].splitlines()) >= 3, f"{name}: give the method a docstring"
        assert one["tags"] != [""], f"{name}: give the view a heading"
        assert {"401", "403", "404", "429", "500"} <= set(one["responses"]), name
        bodies = [one.get("requestBody"), *(answer for status, answer in one["responses"].items() if status < "300")]
        for body in bodies:
            for content in ((body or {}).get("content") or {}).values():
                assert content.get("examples") or "schema" not in content, f"{name}: give the serializers examples"


@pytest.mark.parametrize("place", ALL, ids=lambda place: place.operation.name)
def test_headers_are_told_where_they_are_heeded(document: Any, place: Place) -> None:
    operations = [one for path in document["paths"].values() for one in path.values()]
    described = next(one for one in operations if one["operationId"] == place.operation.name)
    taken = {one.get("$ref", "").rpartition("/")[2] for one in described["parameters"]}
    assert ("X-Mino-Organization" in taken) is not place.is_outside
    assert ("Idempotency-Key" in taken) is place.operation.idempotent
    assert ("If-Match" in taken) is place.operation.conditional
    given = described["responses"][str(place.operation.status)].get("headers", {})
    assert ("Idempotency-Replayed" in given) is place.operation.idempotent


def test_examples_tell_of_one_row_behind_one_address(document: Any) -> None:
    shown = [one for one in _objects(document) if one.get("url") == "https://shop.example/kettle"]
    ids = {one.get("row_id") or ("job_id" not in one and one.get("id")) for one in shown} - {False, None}
    places = {one.get("row_position", one.get("position")) for one in shown} - {None}
    assert (len(ids), places) == (1, {3}), (ids, places)


def test_examples_name_who_decided_where_that_was_done(document: Any) -> None:
    examples = [one for one in _objects(document) if "decided_at" in one and isinstance(one.get("state"), str)]
    assert {one["state"] for one in examples} == {"open", "corrected"}
    for one in examples:
        is_decided = one["state"] != "open"
        assert (one["decided_at"] is not None, one["decided_by"] is not None) == (is_decided, is_decided)


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    """All objects in a part of the document."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        yield from _objects(inner)


def test_every_heading_is_introduced(document: Any) -> None:
    used = {tag for path in document["paths"].values() for about in path.values() for tag in about["tags"]}
    introduced = [tag["name"] for tag in document["tags"]]
    assert (set(introduced), len(introduced)) == (used, len(used))
    assert all(tag["description"] for tag in document["tags"])


def test_what_clients_make_types_of_has_a_name(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert not [name for name in schemas if name.endswith(("Given", "Taken")) or any(map(str.isdigit, name))]
    nameless = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
        if "enum" in part or "enum" in part.get("items", {})
    ]
    assert not nameless
    assert "x-spec-enum-id" not in yaml.safe_dump(document)
    assert schemas["Execution"]["properties"]["status"] == {"$ref": "#/components/schemas/ExecutionStatus"}
    wanted = next(
        one for one in document["paths"]["/api/v1/executions"]["get"]["parameters"] if one.get("name") == "status"
    )
    assert wanted["schema"]["items"] == {"$ref": "#/components/schemas/ExecutionStatus"}


def test_bodies_have_no_further_fields(document: Any) -> None:
    for path in document["paths"].values():
        for one in path.values():
            for content in one.get("requestBody", {"content": {}})["content"].values():
                shape = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
                assert shape["additionalProperties"] is False, one["operationId"]


@pytest.mark.parametrize(
    "place", [one for one in ALL if one.operation.takes is not None], ids=lambda place: place.operation.name
)
def test_the_example_of_a_body_is_taken(place: Place) -> None:
    takes = place.operation.takes
    assert takes is not None
    assert issubclass(takes, Taken)
    body = takes(data=takes.example)
    assert body.is_valid() or place.operation.multipart, body.errors


def test_it_is_served_with_swagger_ui_from_here(document: Any) -> None:
    client = Client()
    given = client.get(reverse("api_document"))
    assert given.json()["openapi"] == "3.1.0"
    assert given.json() == document
    assert client.get(reverse("api_document"), headers={"If-None-Match": given["ETag"]}).status_code == 304
    page = client.get(reverse("api_documentation"))
    assert "swagger-ui-bundle.js" in page.text
    assert "<style" not in page.text
    assert "://" not in page.text.replace("http://www.w3.org", "")
    script = client.get(f"{reverse('api_documentation')}?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert reverse("api_document") in script.text.replace("\\u002D", "-")
