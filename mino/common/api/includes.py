"""What a higher application adds to what a lower one answers, for those who ask for it by `include=`.

It is registered where the application's addresses of the API are, and read for all objects of a page at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework import serializers

from mino.common.api.serializers import Given


@dataclass(frozen=True, slots=True)
class Addition:
    """A field that is added. `read` finds its values by the ids of the objects, in the same few queries however many
    these are; an object that has none gets null. `scope` is what an API key needs to ask for it.
    """

    read: Callable[[Collection[UUID]], Mapping[UUID, Any]]
    scope: str


_additions: dict[tuple[type[Given], str], Addition] = {}


def include_register(
    serializer: type[Given], name: str, field: serializers.Field[Any, Any, Any, Any], addition: Addition
) -> None:
    """Let `include=NAME` add `field` to what `serializer` answers. Registering it twice changes nothing."""
    if (serializer, name) in _additions:
        return
    _additions[serializer, name] = addition
    serializer.on_request = (*serializer.on_request, name)
    serializer._declared_fields[name] = field


def additions_among(serializer: type[Given], fields: Collection[str]) -> Mapping[str, Addition]:
    """The additions that these fields ask for, by name."""
    wanted = ((name, _additions.get((serializer, name))) for name in fields)
    return {name: addition for name, addition in wanted if addition is not None}


def scopes_among(serializer: type[Given], fields: Collection[str]) -> Mapping[str, str]:
    """The scopes that an API key needs for some of these fields besides that of the operation, by field."""
    own = serializer.on_request_scope
    found = {name: own for name in fields if own and name in serializer.on_request}
    return {**found, **{name: addition.scope for name, addition in additions_among(serializer, fields).items()}}


def additions_read(serializer: type[Given], items: Sequence[Any], fields: Collection[str]) -> None:
    """Put the values of the wanted additions on the objects."""
    for name, addition in additions_among(serializer, fields).items():
        values = addition.read([item.pk for item in items])
        for item in items:
            setattr(item, name, values.get(item.pk))
