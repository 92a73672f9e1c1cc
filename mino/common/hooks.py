"""What a lower application tells the ones above it, which it may not import.

Each hook is registered in an `AppConfig.ready` and called by a service inside its transaction: what a hook raises
undoes the change.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Hook(Generic[P]):
    """Something that happens, and the functions to call then, in the order in which they were registered."""

    def __init__(self) -> None:
        self._functions: list[Callable[P, None]] = []

    def register(self, function: Callable[P, None]) -> Callable[P, None]:
        """Call `function` from now on. Registering it twice changes nothing."""
        if function not in self._functions:
            self._functions.append(function)
        return function

    def call(self, *arguments: P.args, **named: P.kwargs) -> None:
        """Tell all who registered."""
        for function in self._functions:
            function(*arguments, **named)


batches_deleting: Hook[[Collection[uuid.UUID]]] = Hook()
"""These batches are about to become unseen for ever. Raise InvalidState to refuse."""

batch_purging: Hook[[uuid.UUID]] = Hook()
"""The rows of this deleted batch are about to be removed: remove what hangs on them, in chunks, each its own
transaction (this hook alone is called outside of one)."""

ground_truth_changed: Hook[[uuid.UUID, Mapping[uuid.UUID, Collection[str]]]] = Hook()
"""Cells of truth of a batch have just got other values: the names of their columns, by the ids of their rows. The
batch and the rows are locked. Raise InvalidState to refuse."""
