"""Changes to the columns of batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.permissions import Principal, require
from mino.common.hooks import options_changed
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions, OptionError
from projects.models import Column
from projects.services.checks import wrong
from projects.services.truth import lock_batch


def column_update_options(*, column: Column, user: Principal | None, options: Mapping[str, Any]) -> Column:
    """Set how the cells of a column are compared; options left out get their defaults.

    Stored results are scored anew. Raises InvalidInput at the option that can't be used, or for a column without truth,
    InvalidState while the batch is not ready, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change_ground_truth", column.batch.project)
    if options:
        refuse_without_truth(column)
    wanted = checked_options(column, options).to_mapping(ColumnType(column.type))
    with transaction.atomic():
        lock_batch(column.batch)
        column.refresh_from_db(fields=["options"])
        if column.options != wanted:
            before, column.options = column.options, wanted
            column.save(update_fields=["options"])
            record(
                "column.options_changed",
                column.batch,
                organization=column.batch.organization_id,
                before={f"{column.name}: {name}": value for name, value in before.items()},
                after={f"{column.name}: {name}": value for name, value in wanted.items()},
                by=user,
            )
            options_changed.call(column.batch_id, [column.name])
    return column


def refuse_without_truth(column: Column) -> None:
    """Raise InvalidInput for a column with which nothing is compared, so that no matching option means anything."""
    if column.role != ColumnRole.GROUND_TRUTH:
        raise wrong("", f"{column.name} holds no truth, so nothing is compared with it: it takes no matching options.")


def checked_options(column: Column, options: Mapping[str, Any]) -> MatchingOptions:
    """The matching options that `options` stands for. Raises InvalidInput at the one that can't be used."""
    try:
        return MatchingOptions.from_mapping(ColumnType(column.type), options)
    except OptionError as error:
        raise wrong(error.option, str(error)) from None
