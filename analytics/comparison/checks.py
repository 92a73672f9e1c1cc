"""What was looked at before two executions are compared."""

from __future__ import annotations

from dataclasses import dataclass

from projects.instruction_diff import InstructionDiff

FINE, DOUBT, NOTE = "fine", "doubt", "note"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `kind` is fine, doubt (forbids the `conclusion` that is named) or note."""

    kind: str
    text: str
    conclusion: str = ""
    diff: InstructionDiff | None = None
