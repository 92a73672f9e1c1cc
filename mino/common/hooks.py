"""What a lower application tells the ones above it, which it may not import.

Each hook is registered in an `AppConfig.ready` and called by a service inside its transaction: what a hook raises
undoes the change.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Generic, ParamSpec

P = ParamSpec("P")
Section = Callable[[str, Iterable[Mapping[str, Any]]], None]
"""Takes the name of a section and its rows, which are read at once, one by one."""


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


class HookAround(Generic[P]):
    """Something that takes place, and the context managers to enter before it and to leave after it."""

    def __init__(self) -> None:
        self._functions: list[Callable[P, AbstractContextManager[None]]] = []

    def register(self, function: Callable[P, AbstractContextManager[None]]) -> None:
        """Enter what `function` gives from now on. Registering it twice changes nothing."""
        if function not in self._functions:
            self._functions.append(function)

    @contextmanager
    def around(self, *arguments: P.args, **named: P.kwargs) -> Iterator[None]:
        """Let it take place within what all who registered give."""
        with ExitStack() as stack:
            for function in self._functions:
                stack.enter_context(function(*arguments, **named))
            yield


batches_deleting: Hook[[Collection[uuid.UUID]]] = Hook()
"""These batches are about to become unseen for ever. Raise InvalidState to refuse."""

batch_purging: Hook[[uuid.UUID]] = Hook()
"""The rows of this deleted batch are about to be removed: remove what hangs on them, in chunks, each its own
transaction (this hook alone is called outside of one)."""

rows_purging: Hook[[uuid.UUID, Collection[uuid.UUID]]] = Hook()
"""These rows of a batch are about to be deleted: remove what can't go in one transaction with them (this hook is called
outside of one). Raise InvalidState to refuse."""

rows_deleting: Hook[[uuid.UUID, Collection[uuid.UUID]]] = Hook()
"""These rows of a batch are being deleted: remove what hangs on them. The batch is locked. Raise InvalidState to
refuse."""

rows_moved: Hook[[uuid.UUID, Collection[uuid.UUID]]] = Hook()
"""These rows of a batch have just got other positions, because rows before them were deleted."""

rows_settled: Hook[[uuid.UUID]] = Hook()
"""All rows of this batch have their new positions (called outside of a transaction)."""

ground_truth_changed: Hook[[uuid.UUID, Mapping[uuid.UUID, Collection[str]]]] = Hook()
"""Cells of truth of a batch have just got other values: the names of their columns, by the ids of their rows. The
batch and the rows are locked. Raise InvalidState to refuse."""

options_changed: Hook[[uuid.UUID, Collection[str]]] = Hook()
"""Columns of ground truth of a batch (their names) have just got other matching options. The batch is locked. Raise
InvalidState to refuse."""

execution_finished: Hook[[uuid.UUID]] = Hook()
"""This execution has just become completed, stopped or failed. Its row is locked."""

execution_rescored: Hook[[Collection[uuid.UUID]]] = Hook()
"""Any number of stored results of these executions have just got other verdicts, or are gone."""

results_rescoring: HookAround[[uuid.UUID, Collection[uuid.UUID], Collection[uuid.UUID]]] = HookAround()
"""Within, results of a batch get other verdicts: those of these executions (the second) about these rows (the third),
which have results there. The executions are locked."""

invitation_accepted: Hook[[uuid.UUID, uuid.UUID]] = Hook()
"""This invitation has just been accepted by this user, who now has a place in its organization. The organization is
locked."""

invitation_replaced: Hook[[uuid.UUID, uuid.UUID]] = Hook()
"""The first of these invitations is worthless from now on; the second one was sent in its place."""

place_ended: Hook[[uuid.UUID, uuid.UUID]] = Hook()
"""In this organization this user has just ceased to be a member or a guest. The organization is locked."""

organization_deleting: Hook[[uuid.UUID]] = Hook()
"""This organization is being hidden from everybody, to be removed after a time of grace in which it may be restored.
Its row is locked. Raise InvalidState to refuse."""

organization_purging: Hook[[uuid.UUID]] = Hook()
"""The grace of this organization is over: remove what is its, in chunks, each its own transaction (this hook is called
outside of one, and again if it was interrupted). Raise InvalidState to have it tried later."""

person_erase: Hook[[uuid.UUID]] = Hook()
"""The grace of this account is over: take the person out of all that stays, and remove what is theirs alone, in chunks,
each its own transaction (this hook is called outside of one, and again if it was interrupted). The account itself and
what cascades from it go last."""

person_export: Hook[[uuid.UUID, Section]] = Hook()
"""This person wants a copy of all that is kept about them: give each kind of it to the section, without secrets (called
outside of a transaction)."""
