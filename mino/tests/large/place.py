"""Whose the copies are: one organization that has a fourth of everything, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Organization
from executions.models import Execution, Job
from mino.tests.factories import BatchFactory, ExecutionFactory, OrganizationFactory, ProjectFactory
from mino.tests.large.multiplying import spread
from mino.tests.subjects import Subjects
from projects.models import Batch, Project

NEIGHBOURS = 20
FEW = 16
"""One copy in so many."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organization with a project, a batch and an execution."""

    organization: Organization
    project: Project
    batch: Batch
    execution: Execution


class Places:
    """The organization that is looked at, whose objects are the subjects, and the neighbours.

    Of the copies a part is the former's, the rest are the neighbours' in turn.
    """

    def __init__(self, subjects: Subjects) -> None:
        self.subjects = subjects
        self.job = Job.objects.get(pk=subjects.value("job_id"))
        self.execution = self.job.execution
        self.batch, self.project = self.execution.batch, self.execution.project
        self.organization = self.project.organization
        self.running = self.execution  # until there is one that runs
        self.neighbours = [_neighbour(number) for number in range(NEIGHBOURS)]

    def of(self, name: str, share: int = 4) -> str:
        """SQL for whose a copy is: `organization`, `project`, `batch` or `execution`."""
        return spread(getattr(self, name), [getattr(one, name) for one in self.neighbours], share)

    def owners(self, *names: str) -> dict[str, str]:
        """The same for several fields of these names, of what an organization has very many of."""
        return {name: self.of(name) for name in names}

    def few(self, *names: str) -> dict[str, str]:
        """The same for what an organization has some hundreds of."""
        return {name: self.of(name, FEW) for name in names}

    def subject(self, model: Any, parameter: str) -> Any:
        """The subject whose id an address of that parameter holds."""
        return model.objects.get(pk=self.subjects.value(parameter))


def _neighbour(number: int) -> Place:
    organization = OrganizationFactory(name=f"Neighbour {number}", slug=f"neighbour-{number}")
    batch = BatchFactory(project=ProjectFactory(organization=organization))
    return Place(organization, batch.project, batch, ExecutionFactory(batch=batch, status="completed"))
