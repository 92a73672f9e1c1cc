"""What bodies look like: what is taken (strict), and what is given (with fewer or more fields when asked)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from hashlib import sha256
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from mino.common.api.fields import LENGTHS, NO_LIST, NO_OBJECT


class SeveralTaken(serializers.ListSerializer[Any]):
    """A list of bodies, or of parts of one."""

    default_error_messages: ClassVar[Any] = {"not_a_list": NO_LIST, **LENGTHS}


class Taken(serializers.Serializer[Any]):
    """A body, or a part of one. Fields that it doesn't have are refused by name.

    `example` is a body that is taken; it stands in the documentation, and a test takes it. `rules` is what JSON Schema
    says about the body as a whole, such as `{"minProperties": 1}`; the services check it.
    """

    default_error_messages: ClassVar[Any] = {"invalid": NO_OBJECT}
    example: ClassVar[Any] = None
    rules: ClassVar[Mapping[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ValidationError with all that is wrong, the unknown fields among it."""
        unknown = self._unknown(data)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from None
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, Mapping):
            return {}
        known = [name for name, field in self.fields.items() if not field.read_only]
        others = f"There are: {', '.join(known)}." if known else "Nothing is to be sent here."
        message = f"There is no field of this name. {others}"
        return {str(name)[:100]: [message] for name in data if name not in known}


class Given(serializers.Serializer[Any]):
    """An object as it is answered.

    `on_request` names fields that are only there when `include=` asks for them, `on_request_scope` the scope that an
    API key needs for those besides that of the operation. `edited` names the fields that people change: the ETag is
    made of them. `example` is one such object.
    """

    on_request: ClassVar[Collection[str]] = ()
    on_request_scope: ClassVar[str] = ""
    edited: ClassVar[Collection[str]] = ()
    example: ClassVar[Any] = None

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """`queryset` with what these fields need, so that a page takes the same few queries whatever its length."""
        return queryset

    @classmethod
    def names(cls) -> list[str]:
        """All fields, in their order."""
        return list(cls._declared_fields)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Only the fields that are wanted; of an object within another one the usual ones."""
        wanted = self.context.get("fields")
        if wanted is None:
            return super().get_fields()
        if self._is_within_another:
            wanted = self.usual_fields()
        return {name: deepcopy(field) for name, field in self._declared_fields.items() if name in wanted}

    @classmethod
    def usual_fields(cls) -> set[str]:
        """The fields that are there without `include=`."""
        return set(cls.names()) - set(cls.on_request)

    @property
    def _is_within_another(self) -> bool:
        above = self.parent
        if isinstance(above, serializers.ListSerializer):
            above = above.parent
        return above is not None


def wanted_fields(serializer: type[Given], fields: Collection[str] | None, includes: Collection[str]) -> set[str]:
    """The fields to answer: those that were asked for, or all but the ones on request; with what is included."""
    chosen = serializer.usual_fields() if fields is None else {"id", *fields}
    return {name for name in serializer.names() if name in chosen or name in includes}


def given(serializer: type[Given], item: Any, **options: Any) -> Any:
    """What the serializer answers about an object, as plain values."""
    return serializer(item, **options).data


def etag_of(serializer: type[Given], item: Any) -> str:
    """The ETag of an object: a digest of what people can change in it; counters and times are no part of it."""
    data = given(serializer, item, context={"fields": {"id", *serializer.edited}})
    return '"' + sha256(JSONRenderer().render(dict(data))).hexdigest()[:32] + '"'


def canonical(data: Any) -> bytes:
    """The same bytes for the same JSON, whatever the order of its keys."""
    return json.dumps(data, sort_keys=True, cls=JSONEncoder, separators=(",", ":")).encode("utf-8", "surrogatepass")
