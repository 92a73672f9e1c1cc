"""Many inserts or updates in one statement."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model, QuerySet

Names = tuple[str, ...]
Rows = Sequence[Mapping[str, Any]]
"""Values by attribute (`execution_id`); all rows name the same ones."""


def update_many(
    model: type[Model],
    rows: Rows,
    *,
    match: Sequence[str] = ("id",),
    where: Mapping[str, Any] | None = None,
    add: Collection[str] = (),
) -> int:
    """Update each row of `rows`, found by its `match` columns, with its other values; answers how many were found.

    `where` names further columns and the values that they must have before the update. The values of `add` are added
    to what is there. The objects are locked in no particular order: where others may do the same, lock them first.
    """
    if not rows:
        return 0
    conditions = where or {}
    given = tuple(rows[0])
    statement = _update(connection.vendor, model, given, tuple(match), tuple(conditions), frozenset(add))
    fields = _fields(model, given)
    constants = [_field(model, name).get_db_prep_save(value, connection) for name, value in conditions.items()]
    if connection.vendor == "postgresql":
        return _execute(statement, [_as_json(fields, rows), *constants])
    ordered = {name: fields[name] for name in [*(name for name in given if name not in match), *match]}
    return _execute_many(statement, [[*_prepared(ordered, row), *constants] for row in rows])


def insert_many(model: type[Model], rows: Rows) -> None:
    """Insert `rows`; a field that they don't name gets its default.

    Several times faster than `bulk_create`, which makes an expression of every cell.
    """
    if not rows:
        return
    fields = {field.attname: field for field in model._meta.local_fields}
    missing = [field for name, field in fields.items() if name not in rows[0]]
    complete = [{**{field.attname: field.get_default() for field in missing}, **row} for row in rows]
    statement = _insert(connection.vendor, model)
    if connection.vendor == "postgresql":
        _execute(statement, [_as_json(fields, complete)])
    else:
        _execute_many(statement, [_prepared(fields, row) for row in complete])


def delete_in_chunks(queryset: QuerySet[Any], size: int = 5000) -> int:
    """Delete what `queryset` finds, `size` objects per transaction, and answer how many it were.

    No object is loaded and nothing cascades: what refers to the objects must be gone already.
    """
    deleted = 0
    while True:
        chunk = queryset.order_by("pk").values("pk")[:size]
        with transaction.atomic():
            count: int = queryset.model._default_manager.filter(pk__in=chunk)._raw_delete(queryset.db)
        deleted += count
        if not count:
            return deleted


def update_in_chunks(queryset: QuerySet[Any], size: int = 5000, **values: Any) -> int:
    """Set values on what `queryset` finds, `size` objects per transaction, and answer how many it were.

    What was set must not be found any more, or this never ends.
    """
    updated: int = 0
    while True:
        chunk = list(queryset.order_by("pk").values_list("pk", flat=True)[:size])
        updated += int(queryset.model._default_manager.filter(pk__in=chunk).update(**values))
        if len(chunk) < size:
            return updated


@lru_cache(maxsize=256)
def _update(vendor: str, model: type[Model], given: Names, match: Names, conditions: Names, add: frozenset[str]) -> str:
    """The statement of an update. Made once: it takes as long as to run it."""
    fields = _fields(model, given)
    table = _quoted(model._meta.db_table)
    from_json = vendor == "postgresql"

    def value(name: str) -> str:
        return f"given.{_column(fields[name])}" if from_json else "%s"

    def target(name: str) -> str:
        old = f"{table}.{_column(fields[name])} + " if name in add else ""
        return f"{_column(fields[name])} = {old}{value(name)}"

    assignments = ", ".join(target(name) for name in given if name not in match)
    found = [f"{table}.{_column(fields[name])} = {value(name)}" for name in match]
    found += [f"{table}.{_column(_field(model, name))} = %s" for name in conditions]
    source = f"FROM {_recordset(fields.values())} " if from_json else ""
    return f"UPDATE {table} SET {assignments} {source}WHERE {' AND '.join(found)}"  # noqa: S608 - the model's own names


@lru_cache(maxsize=64)
def _insert(vendor: str, model: type[Model]) -> str:
    fields = model._meta.local_fields
    columns = ", ".join(map(_column, fields))
    marks = ", ".join(["%s"] * len(fields))
    into = f"INSERT INTO {_quoted(model._meta.db_table)} ({columns})"
    if vendor == "postgresql":
        return f"{into} SELECT {columns} FROM {_recordset(fields)}"  # noqa: S608 - the model's own names
    return f"{into} VALUES ({marks})"


def _execute(statement: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _execute_many(statement: str, parameters: Sequence[Sequence[Any]]) -> int:
    with connection.cursor() as cursor:
        cursor.executemany(statement, parameters)
        return int(cursor.rowcount)


def _recordset(fields: Iterable[Field[Any, Any]]) -> str:
    """A parameter with rows as JSON, read as a table: one value to send, and a statement that never changes."""
    columns = ", ".join(f"{_column(field)} {_bare_type(field)}" for field in fields)
    return f"json_to_recordset(%s::json) AS given ({columns})"


def _bare_type(field: Field[Any, Any]) -> str:
    # Without its length: a text that is too long must be refused when it is stored, not cut here.
    return re.sub(r"\(.*\)", "", field.db_type(connection) or "text")


def _as_json(fields: Mapping[str, Field[Any, Any]], rows: Rows) -> str:
    columns = {name: field.column for name, field in fields.items()}
    return json.dumps([{columns[name]: value for name, value in row.items()} for row in rows], default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, Decimal)):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON.")


def _prepared(fields: Mapping[str, Field[Any, Any]], row: Mapping[str, Any]) -> list[Any]:
    return [field.get_db_prep_save(row[name], connection) for name, field in fields.items()]


def _fields(model: type[Model], names: Names) -> dict[str, Field[Any, Any]]:
    return {name: _field(model, name) for name in names}


@lru_cache(maxsize=1024)
def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return next(field for field in model._meta.local_fields if name in (field.attname, field.name))


def _column(field: Field[Any, Any]) -> str:
    return _quoted(str(field.column))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
