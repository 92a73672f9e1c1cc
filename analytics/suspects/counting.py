"""How many cells of truth are suspect, for the home page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Organization
from accounts.permissions import Principal
from analytics.models import Suspect, SuspectState
from projects.models import Project

LOOKED_AT = 1_000
MOST_PROJECTS = 3


@dataclass(frozen=True, slots=True)
class Suspected:
    """A project with suspects, and how many; `or_more` where not all were counted."""

    project: Project
    count: int
    or_more: bool


def suspected_projects(user: Principal, organization: Organization) -> Sequence[Suspected]:
    """The projects with the most open suspects, by an index on these alone: at most two queries."""
    open_ones = Suspect.objects.visible_to(user).filter(organization=organization, state=SuspectState.OPEN)
    found = list(open_ones.values_list("project_id", flat=True)[:LOOKED_AT])
    if not found:
        return ()
    most = dict(Counter(found).most_common(MOST_PROJECTS))
    projects = Project.objects.in_bulk(most)
    return [Suspected(projects[pk], count, len(found) == LOOKED_AT) for pk, count in most.items() if pk in projects]
