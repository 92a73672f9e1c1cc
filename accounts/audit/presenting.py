"""Entries of the audit trail in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.audit.actions import ACTIONS, SUBJECTS
from accounts.audit.erasing import ERASED
from accounts.models import AuditEntry, Channel
from mino.common.ui.formats import number

NOTHING = "–"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who acted: a name, how, and the filter that finds all that it did (empty where there is none)."""

    name: str
    how: str
    filter: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the pages show it."""

    entry: AuditEntry
    what: str
    about: str
    who: Who
    changes: Sequence[Change]

    @property
    def some_changes(self) -> Sequence[Change]:
        """As many as a line of the list has room for."""
        return self.changes[:SHOWN]

    @property
    def more_changes(self) -> int:
        """How many are left for the page of the entry."""
        return max(0, len(self.changes) - SHOWN)


def shown(entry: AuditEntry) -> Shown:
    """An entry, whose actor is loaded or unknown, in words."""
    action = ACTIONS.get(entry.event)
    return Shown(
        entry=entry,
        what=action.words if action else entry.event,
        about=SUBJECTS.get(entry.subject_kind, entry.subject_kind),
        who=who_of(entry),
        changes=[_change(name, pair) for name, pair in entry.changes.items()],
    )


def who_of(entry: AuditEntry) -> Who:
    """Who acted, and on whose behalf where that was a worker."""
    how = {Channel.WORKER: "by a worker", Channel.ADMIN: "platform staff", Channel.COMMAND: "command line"}
    told = how.get(Channel(entry.channel), "") if entry.channel in Channel.values else ""
    if entry.api_key_id:
        return Who(entry.api_key_text, told or "API key", f"key:{entry.api_key_id}")
    if entry.actor_id:
        return Who(entry.actor_email or ERASED, told, f"person:{entry.actor_id}")
    if entry.channel == Channel.WORKER:
        return Who("MINO itself", told, "")
    return Who("Somebody unknown", told, "") if entry.channel != Channel.COMMAND else Who("Command line", "", "")


def _change(name: str, pair: Any) -> Change:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
    return Change(name.replace("_", " "), in_words(before), in_words(after))


def in_words(value: Any) -> str:
    """A kept value as people read it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value, 0 if isinstance(value, int) or value.is_integer() else 4)
    if isinstance(value, list):
        return ", ".join(in_words(one) for one in value) or NOTHING
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
