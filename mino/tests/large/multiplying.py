"""Multiplies an object by one statement: copies that differ in what is named, and are else as the original."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection, models

from benchmarks.filling import fill

STEP = "interval '5 minutes'"
"""What lies between two copies that stand in an order of time: 20,000 of them go back 69 days."""
ELSEWHERE = "SELECT n FROM generate_series(1, 20000) AS n WHERE mod(n, 4) > 0"
"""The copies of the neighbours (see `spread`), where the organization that is looked at has others."""
_BEGAN = f"{int(time.time() * 1000):012x}"
_kinds = count(1)
_kind_of: dict[type[models.Model], int] = {}


def id_of(model: type[models.Model], number: str = "n") -> str:
    """SQL for the id of a copy, which its number tells, so that others can refer to it. Ids are in the order of it."""
    kind = _kind_of.setdefault(model, next(_kinds))
    return f"('{_BEGAN}7{kind:03x}8' || lpad(to_hex({number}), 15, '0'))::uuid"


def one_id(model: type[models.Model], number: int) -> UUID:
    """The id of that copy."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {id_of(model, str(number))}")
        found: UUID = cursor.fetchone()[0]
    return found


def multiply(origin: models.Model, copies: int | str, **values: str) -> None:
    """Insert copies of the object: so many (n counts them from 1), or one for each row of SQL that gives n.

    `values` are SQL by field over n and `origin`; the id follows from n.
    """
    model = type(origin)
    fields = model._meta.local_fields
    copied = {field.name: f"(origin).{_quoted(str(field.column))}" for field in fields}
    key = model._meta.pk
    if isinstance(key, models.UUIDField):
        copied[key.name] = id_of(model)
    elif isinstance(key, models.AutoField):
        copied[key.name] = f"(SELECT max(id) FROM {_table(model)}) + n"
    source = f"(SELECT generate_series(1, {copies}) AS n)" if isinstance(copies, int) else f"({copies})"
    one = f"(SELECT one AS origin FROM {_table(model)} AS one WHERE {_quoted(str(key.column))} = %s) AS original"
    fill(model, copied | values, f"{one}, {source} AS copy", origin.pk)


def uuid(value: Any) -> str:
    """SQL for an object's id."""
    return f"'{value.pk if isinstance(value, models.Model) else value}'::uuid"


def spread(main: models.Model, others: Sequence[models.Model], share: int) -> str:
    """SQL that gives the copies whose number `share` divides to the first object, the rest to the others in turn."""
    listed = f"'{{{','.join(str(one.pk) for one in others)}}}'::uuid[]"
    return f"(CASE WHEN mod(n, {share}) = 0 THEN {uuid(main)} ELSE ({listed})[1 + mod(n / 4, {len(others)})] END)"


def ago(field: str, step: str = STEP) -> str:
    """SQL for a moment of the original, one step earlier for each copy."""
    return f"(origin).{field} - n * {step}"


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
