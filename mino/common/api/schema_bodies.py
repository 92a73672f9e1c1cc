"""What the OpenAPI document says about bodies that are taken: exactly what they may be."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from mino.common.api.serializers import Taken


def strict(body: Taken, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body, in place: no further fields, no empty texts where there must be one, files as bytes."""
    for name, field in body.fields.items():
        _say_more(field, schema["properties"][name])
    schema["additionalProperties"] = False
    schema.update(body.rules)
    return schema


def _say_more(field: Any, schema: dict[str, Any]) -> None:
    if isinstance(field, serializers.FileField):
        schema["format"] = "binary"
    elif isinstance(field, serializers.CharField) and not field.allow_blank:
        schema.setdefault("minLength", 1)
    elif isinstance(field, serializers.ListField | serializers.ListSerializer):
        if not field.allow_empty:
            schema.setdefault("minItems", 1)
        if (most := getattr(field, "max_length", None)) is not None:
            schema.setdefault("maxItems", most)
        if isinstance(field, serializers.ListField):
            _say_more(field.child, schema.get("items", {}))
