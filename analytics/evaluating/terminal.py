"""What the command shows while it works: on standard error, so that standard output holds the result alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from executions.models import Execution
from mino.common.values.clean import clean_text

TELL_EVERY = 10.0
"""Seconds between two lines about the progress where there is no terminal to draw a bar on."""
PLAIN_WIDTH = 120
"""Columns of a table that goes to a file or a pipe."""


def output_console() -> Console:
    """For the result. Tables are as wide as the terminal, but do not shrink to nothing in a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, PLAIN_WIDTH), highlight=False)


class Terminal:
    """Messages and progress bars."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def say(self, message: str) -> None:
        """One message; line breaks stay, what could steer the terminal goes."""
        self._console.print(Text(clean_text(message)), soft_wrap=True)

    @contextmanager
    def reading(self, what: str) -> Iterator[Callable[[int, float], None]]:
        """A bar for the share of the file that is read; it takes the rows done and the share."""
        with self._progress(TaskProgressColumn()) as bar:
            task = bar.add_task(what, total=1.0)
            yield lambda rows, share: bar.update(task, completed=share)

    @contextmanager
    def running(self) -> Iterator[Callable[[Execution], None]]:
        """A bar for the jobs; it takes the execution as it is."""
        with self._progress(MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[note]}")) as bar:
            task = bar.add_task("Running", total=None, note="")

            told = time.monotonic()

            def show(execution: Execution) -> None:
                nonlocal told
                if not self._console.is_terminal and time.monotonic() - told >= TELL_EVERY:
                    told = time.monotonic()
                    self.say(f"{execution.final_jobs:,} of {execution.total_jobs:,} rows are done.")
                note = f"{execution.error_jobs:,} errors" if execution.error_jobs else ""
                bar.update(task, total=execution.total_jobs, completed=execution.final_jobs, note=note)

            yield show

    def _progress(self, *columns: ProgressColumn) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *columns,
            console=self._console,
            disable=not self._console.is_terminal,
        )
