"""Many inserts or updates in one statement."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model, QuerySet

Rows = Sequence[Mapping[str, Any]]
"""Values by attribute (`execution_id`); all rows name the same ones."""


def update_many(
    model: type[Model], rows: Rows, *, match: Sequence[str] = ("id",), where: Mapping[str, Any] | None = None
) -> int:
    """Update each row of `rows`, found by its `match` columns, with its other values; answers how many were found.

    `where` names further columns and the values that they must have before the update. The objects are locked in no
    particular order: where others may do the same, lock them first.
    """
    if not rows:
        return 0
    conditions = where or {}
    given = {name: _field(model, name) for name in rows[0]}
    changed = [name for name in given if name not in match]
    table = _quoted(model._meta.db_table)
    filters = [f"{_column(_field(model, name))} = %s" for name in conditions]
    constants = [_field(model, name).get_db_prep_save(value, connection) for name, value in conditions.items()]
    if connection.vendor == "postgresql":
        assignments = ", ".join(f"{_column(given[name])} = given.{_column(given[name])}" for name in changed)
        found = [f"{table}.{_column(given[name])} = given.{_column(given[name])}" for name in match]
        filters = [f"{table}.{one}" for one in filters]
        statement = f"UPDATE {table} SET {assignments} FROM {_recordset(given.values())} WHERE {_all(found, filters)}"  # noqa: S608 - the model's own names
        return _execute(statement, [_as_json(given, rows), *constants])
    assignments = ", ".join(f"{_column(given[name])} = %s" for name in changed)
    found = [f"{_column(given[name])} = %s" for name in match]
    statement = f"UPDATE {table} SET {assignments} WHERE {_all(found, filters)}"  # noqa: S608 - the model's own names
    ordered = {name: given[name] for name in [*changed, *match]}
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
    columns = ", ".join(map(_column, fields.values()))
    into = f"INSERT INTO {_quoted(model._meta.db_table)} ({columns})"
    if connection.vendor == "postgresql":
        _execute(f"{into} SELECT {columns} FROM {_recordset(fields.values())}", [_as_json(fields, complete)])  # noqa: S608 - the model's own names
    else:
        marks = ", ".join(["%s"] * len(fields))
        _execute_many(f"{into} VALUES ({marks})", [_prepared(fields, row) for row in complete])


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


def _execute(statement: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _execute_many(statement: str, parameters: Sequence[Sequence[Any]]) -> int:
    with connection.cursor() as cursor:
        cursor.executemany(statement, parameters)
        return int(cursor.rowcount)


def _recordset(fields: Any) -> str:
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


def _all(*conditions: Sequence[str]) -> str:
    return " AND ".join(one for group in conditions for one in group)


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return next(field for field in model._meta.local_fields if name in (field.attname, field.name))


def _column(field: Field[Any, Any]) -> str:
    return _quoted(str(field.column))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
