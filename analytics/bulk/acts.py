"""What can be done with chosen rows: one entry for each, with its words and the right that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do. `ask` is the question before it is done, with `{rows}` for how many rows it concerns."""

    name: str
    label: str
    icon: str
    permission: str
    ask: str
    verb: str
    about: str = ""
    is_destructive: bool = False


RUN, CHANGE, DELETE = "projects.run_execution", "projects.change", "projects.delete"
ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            "rerun",
            "Run again",
            "player-play",
            RUN,
            "Run {rows} again?",
            "Run",
            "A new execution is started as the last one was: version, limits and budget. What is there stays.",
        ),
        Act(
            "rerun_with",
            "Run with other instructions",
            "file-text",
            RUN,
            "Run {rows} with other instructions?",
            "Run",
            "A new execution is started by the version that you choose, or by a new one of the text that you write.",
        ),
        Act(
            "retry",
            "Retry failed",
            "refresh",
            RUN,
            "Retry what failed of {rows}?",
            "Retry",
            "They are queued again in the same execution, each with all its retries.",
        ),
        Act(
            "instructions",
            "Own instructions",
            "edit",
            CHANGE,
            "Give {rows} instructions of their own?",
            "Save",
            "Later executions use them instead of their version’s. Without any text the rows lose what they have.",
        ),
        Act("tag", "Tag", "tag", CHANGE, "Tag {rows}?", "Tag"),
        Act("untag", "Untag", "x", CHANGE, "Take a tag from {rows}?", "Untag"),
        Act(
            "delete",
            "Delete rows",
            "trash",
            DELETE,
            "Delete {rows}?",
            "Delete",
            "Their truth with its history and their results in every execution go too, for everybody and for good. "
            "The figures of those executions count the rows that stay, except those kept from the day they ended and "
            "what was spent. The rows after them get smaller numbers. At most 10,000 rows go at once.",
            is_destructive=True,
        ),
    )
}
EXPORT = "export"
