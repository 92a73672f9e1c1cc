"""Changes to the columns of batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.permissions import require
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions, OptionError
from projects.models import Column
from projects.services.checks import wrong


def column_update_options(*, column: Column, user: User | None, options: Mapping[str, Any]) -> Column:
    """Set how the cells of a column are compared from the next execution on; options left out get their defaults.

    Raises InvalidInput at the option that can't be used, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change_ground_truth", column.batch.project)
    kind = ColumnType(column.type)
    try:
        matching = MatchingOptions.from_mapping(kind, options)
    except OptionError as error:
        raise wrong(error.option, str(error)) from None
    column.options = matching.to_mapping(kind)
    column.save(update_fields=["options"])
    return column
