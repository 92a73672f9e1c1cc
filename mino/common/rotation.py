"""Encrypts all stored secrets anew with the first key, so that an old one can be thrown away.

An application that stores secrets registers them in its `AppConfig.ready`; `manage.py rotate_secrets` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.views.decorators.debug import sensitive_variables

from mino.common.secrets import SecretUnreadable, current_prefix, decrypt, encrypt

CHUNK = 500


@dataclass(slots=True)
class Rotated:
    """What came of it: how many were encrypted anew, and how many can't be read, with why."""

    done: int = 0
    unreadable: int = 0
    reason: str = ""


Rotate = Callable[[], Rotated]
_registered: dict[str, Rotate] = {}


def register_secrets(name: str, rotate: Rotate) -> None:
    """Have secrets rotated with all others. `name` says what they are; `rotate` may be run twice, and at any time."""
    _registered[name] = rotate


def register_column(name: str, model: type[Model], column: str) -> None:
    """The same for a text column that holds what `encrypt` gave for its table, its name and the row's primary key."""
    register_secrets(name, lambda: rotate_column(model, column))


def registered_secrets() -> Iterator[tuple[str, Rotate]]:
    """All that registered, by name."""
    yield from sorted(_registered.items())


def rotate_column(model: type[Model], column: str) -> Rotated:
    """Encrypt with the first key what another one encrypted. Each row for itself: nothing is locked for long."""
    rotated, last = Rotated(), None
    while True:
        rows = _of_other_keys(model, column)
        if last is not None:
            rows = rows.filter(pk__gt=last)
        found = list(rows.order_by("pk").values_list("pk", column)[:CHUNK])
        if not found:
            return rotated
        for pk, stored in found:
            _rotate_row(model, column, pk, stored, rotated)
        last = found[-1][0]


def _of_other_keys(model: type[Model], column: str) -> QuerySet[Model]:
    kept = model._default_manager.exclude(**{column: ""})
    return kept.exclude(**{f"{column}__startswith": current_prefix()})


@sensitive_variables()
def _rotate_row(model: type[Model], column: str, pk: object, stored: str, rotated: Rotated) -> None:
    """One row, unless somebody has just stored another secret there."""
    table = model._meta.db_table
    try:
        text = decrypt(stored, table=table, column=column, row=str(pk))
    except SecretUnreadable as error:
        rotated.unreadable, rotated.reason = rotated.unreadable + 1, str(error)
        return
    fresh = encrypt(text, table=table, column=column, row=str(pk))
    same = model._default_manager.filter(**{"pk": pk, column: stored})
    rotated.done += same.update(**{column: fresh})
