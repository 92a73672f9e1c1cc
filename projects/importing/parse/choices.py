"""What a person (or a program) decided about each column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mino.common.values.columns import ColumnRole, ColumnType

from .guess import ColumnGuess
from .problems import ProblemCode, ProblemLog


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file with the name, role, type and matching options that it shall have in the batch."""

    index: int
    header: str
    name: str
    role: ColumnRole
    type: ColumnType
    options: Mapping[str, Any] = field(default_factory=dict)


def choices_from_guesses(guesses: Iterable[ColumnGuess]) -> list[ColumnChoice]:
    """The choices that take every guess as it is."""
    return [
        ColumnChoice(guess.index, guess.header, guess.name, guess.role, guess.type, guess.options) for guess in guesses
    ]


def check_choices(choices: list[ColumnChoice], log: ProblemLog) -> None:
    """Note what is wrong with the choices themselves: exactly one URL column, at most one key, distinct names."""
    roles = Counter(choice.role for choice in choices)
    if roles[ColumnRole.SITE_URL] == 0:
        log.error(
            None,
            None,
            ProblemCode.NO_URL_COLUMN,
            "No column has the addresses of the sites.",
            remedy="Choose the role “Site URL” for the column with the addresses, or add such a column to the file.",
        )
    if roles[ColumnRole.SITE_URL] > 1:
        log.error(
            None,
            None,
            ProblemCode.SEVERAL_URL_COLUMNS,
            "More than one column has the role “Site URL”.",
            remedy="Leave it to the column that the agent shall visit, and make the others inputs.",
        )
    if roles[ColumnRole.KEY] > 1:
        log.error(
            None,
            None,
            ProblemCode.SEVERAL_KEY_COLUMNS,
            "More than one column has the role “Key”.",
            remedy="Leave it to one column, and make the others inputs.",
        )
    _check_names(choices, log)


def _check_names(choices: list[ColumnChoice], log: ProblemLog) -> None:
    used = [choice for choice in choices if choice.role != ColumnRole.IGNORED]
    for choice in used:
        if not choice.name.strip():
            log.error(
                None,
                choice.header,
                ProblemCode.EMPTY_NAME,
                f"Column {choice.index + 1} has no name.",
                remedy="Give it a name, or ignore it.",
            )
    # An input and a truth may share a name: what was known before, and what is to be found.
    repeated = Counter((choice.role == ColumnRole.GROUND_TRUTH, choice.name.casefold()) for choice in used)
    for choice in used:
        if repeated.pop((choice.role == ColumnRole.GROUND_TRUTH, choice.name.casefold()), 0) > 1:
            log.error(
                None,
                choice.name,
                ProblemCode.DUPLICATE_NAME,
                f"Two columns would be called “{choice.name}”.",
                remedy="Rename one of them, or ignore it.",
            )
