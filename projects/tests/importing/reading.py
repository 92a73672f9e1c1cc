"""Helpers: text becomes a table, and a table its rows and problems."""

from __future__ import annotations

import io

from projects.importing.parse.check import Report, check
from projects.importing.parse.choices import choices_from_guesses
from projects.importing.parse.guess import ColumnGuess, guess_columns
from projects.importing.parse.limits import Limits
from projects.importing.parse.opening import open_table
from projects.importing.parse.problems import Problem, ProblemCode, ProblemLog
from projects.importing.parse.table import Table


def table_of(content: str | bytes, **options: object) -> Table:
    """The table in a text."""
    data = content.encode() if isinstance(content, str) else content
    return open_table(io.BytesIO(data), **options)  # type: ignore[arg-type]


def rows_of(table: Table) -> list[list[str]]:
    """The cells of all records."""
    return [cells for _, cells in table.records()]


def read(content: str | bytes, **options: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """The records with their lines, and all problems told on the way."""
    table = table_of(content, **options)
    log = ProblemLog()
    return list(table.records(log)), table.problems + log.kept()


def guesses(content: str) -> dict[str, ColumnGuess]:
    """What each column is taken for, by its header."""
    return {guess.header: guess for guess in guess_columns(table_of(content))}


def checked(content: str | bytes, limits: Limits | None = None) -> Report:
    """The report on a text when every guess is accepted."""
    table = table_of(content)
    return check(table, choices_from_guesses(guess_columns(table)), limits)


def where(problems: list[Problem], code: ProblemCode) -> list[tuple[int | None, str | None]]:
    """Line and column of all problems with a code."""
    return [(problem.line, problem.column) for problem in problems if problem.code == code]
