"""What was changed in the truth, and what of it is suspect."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.authors import author_name
from analytics.exporting.lists.walking import list_table, moment, one_by_one
from analytics.exporting.table import Cell, FlatTable
from analytics.models import Suspect
from projects.models import TruthRevision

REVISION_HEADERS = ("row", "url", "column", "before", "after", "reason", "changed_by", "changed_at")
SUSPECT_HEADERS = (
    *("batch", "row", "url", "column", "truth", "results_say", "state", "support", "share"),
    *("first_seen", "last_seen", "decided_by", "decided_at"),
)
STRONGEST = ("support", "share", "last_seen", "id")


def revisions_table(revisions: QuerySet[TruthRevision]) -> FlatTable:
    """Changes of the truth, the newest first. An empty cell before or after says that no truth was known."""
    return list_table(
        "Truth", REVISION_HEADERS, revisions.select_related("row", "user", "api_key"), one_by_one(_revision)
    )


def suspects_table(suspects: QuerySet[Suspect]) -> FlatTable:
    """Suspects, the strongest first. The share is 0 to 1."""
    found = suspects.select_related("row", "batch", "decided_by", "api_key")
    return list_table("Suspects", SUSPECT_HEADERS, found, one_by_one(_suspect), keys=STRONGEST)


def _revision(one: TruthRevision) -> Sequence[Cell]:
    who = author_name(one.user, one.api_key) or None
    return (
        *(one.row.position, one.row.url, one.column, one.before, one.after, one.reason, who),
        moment(one.created_at),
    )


def _suspect(one: Suspect) -> Sequence[Cell]:
    who = author_name(one.decided_by, one.api_key) or None
    return (
        *(one.batch.name, one.row.position, one.row.url, one.column, one.truth, one.value, one.state, one.support),
        *(one.share / 1000, moment(one.first_seen), moment(one.last_seen), who, moment(one.decided_at)),
    )
