"""Writes what many operations have in common down once in the OpenAPI document, under names that clients can use.

Generated clients make a type of each named part, and one more of every list of words that stands anywhere unnamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mino.common.api.listing import TOTAL

SHARED = ("cursor", "limit", "X-Mino-Organization", "Idempotency-Key", "If-Match")
CHOOSING = {"fields": "Field", "include": "Include"}
SCHEMAS = "#/components/schemas/"
Words = tuple[str, ...]


def share_parts(result: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Refer to one description of each error, header, parameter and choice of words.

    Comes after the library's own hook.
    """
    components = result["components"]
    operations = [one for path in result["paths"].values() for one in path.values()]
    _name_words(operations, components["schemas"])
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["headers"] = dict(sorted(_share_headers(operations).items()))
    components["responses"] = dict(sorted(_share_errors(operations).items()))
    components["parameters"] = dict(sorted(_share_parameters(operations).items()))
    return result


def _share_headers(operations: list[dict[str, Any]]) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    for about in operations:
        for answer in about["responses"].values():
            for name, header in answer.get("headers", {}).items():
                headers[name] = header
                answer["headers"][name] = {"$ref": f"#/components/headers/{name}"}
    return headers


def _share_errors(operations: list[dict[str, Any]]) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for about in operations:
        for status, answer in about["responses"].items():
            if int(status) >= 400:
                name = "Error" + "".join(one.title().replace("_", "") for one in _codes_in(answer))
                errors[name] = answer
                about["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return errors


def _codes_in(answer: dict[str, Any]) -> list[str]:
    examples = answer["content"]["application/json"]["examples"]
    return [one["value"]["code"] for one in examples.values()]


def _share_parameters(operations: list[dict[str, Any]]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for about in operations:
        for place, parameter in enumerate(about.get("parameters", [])):
            if parameter["name"] in SHARED:
                parameters[parameter["name"]] = parameter
                about["parameters"][place] = {"$ref": f"#/components/parameters/{parameter['name']}"}
    return parameters


def _name_words(operations: list[dict[str, Any]], schemas: dict[str, Any]) -> None:
    """Name the words that `fields` and `include` take, and refer to a choice wherever its words stand."""
    names = {_words(schema): name for name, schema in schemas.items() if "enum" in schema}
    for about in operations:
        answered = _answered(about)
        for parameter in about.get("parameters", []):
            if answered and parameter["name"] in CHOOSING:
                _share_choosing(parameter, answered, schemas)
            else:
                _refer(parameter["schema"], names)
    for schema in schemas.values():
        for part in schema.get("properties", {}).values():
            _refer(part, names)
            _allow_null(part)


def _share_choosing(parameter: dict[str, Any], answered: str, schemas: dict[str, Any]) -> None:
    words = parameter["schema"]["items"]
    of_what = answered.removesuffix("Page") if parameter["name"] == "fields" else answered
    name = ("Page" if words["enum"] == [TOTAL] else of_what) + CHOOSING[parameter["name"]]
    if schemas.setdefault(name, words) != words:
        raise TypeError(f"Two operations answer {answered}, but take other words for `{parameter['name']}`.")
    parameter["schema"]["items"] = {"$ref": SCHEMAS + name}


def _answered(about: dict[str, Any]) -> str:
    """The name of what the operation answers; nothing if that has none."""
    for status in ("200", "201"):
        content = about["responses"].get(status, {}).get("content", {}).get("application/json", {})
        if "$ref" in content.get("schema", {}):
            return str(content["schema"]["$ref"]).removeprefix(SCHEMAS)
    return ""


def _words(schema: dict[str, Any]) -> Words:
    return tuple(sorted(map(str, schema["enum"])))


def _refer(schema: dict[str, Any], names: dict[Words, str]) -> None:
    for part in _choices_in(schema):
        if name := names.get(_words(part)):
            del part["enum"], part["type"]
            part["$ref"] = SCHEMAS + name


def _allow_null(schema: dict[str, Any]) -> None:
    """Any JSON may be null, which “any JSON, or else null” would refuse as being both."""
    if schema.get("oneOf") == [{}, {"type": "null"}]:
        del schema["oneOf"]
    for part in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict):
            _allow_null(part)


def _choices_in(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema itself, or that of its items or values, if it is a choice of words."""
    for part in (schema, schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict) and "enum" in part:
            yield part
