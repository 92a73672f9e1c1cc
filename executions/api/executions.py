"""Executions: the list, and one of them."""

from __future__ import annotations

import uuid

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.agents.registry import AGENTS
from executions.api.execution_shapes import ExecutionGiven
from executions.api.finding import find_execution
from executions.models import Execution, ExecutionStatus, ExecutionType
from mino.common.api.cursors import Key
from mino.common.api.filters import CreatedFilter, IdFilter, IntegerFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.models import InstructionVersion, Project


class ExecutionFilter(CreatedFilter):
    """What the list of executions can be narrowed to."""

    project_id = IdFilter(field_name="project")
    batch_id = IdFilter(field_name="batch")
    pair_id = IdFilter(field_name="pair", help_text="The two of a paired run.")
    number = IntegerFilter(help_text="Counts within the organization.")
    instruction_version = IntegerFilter(method="with_version", help_text="Its number.")
    status = WordsFilter(choices=ExecutionStatus.choices)
    type = WordsFilter(choices=ExecutionType.choices)
    agent = WordsFilter(choices=[(kind.name, kind.label) for kind in AGENTS.values()])

    def with_version(self, executions: QuerySet[Execution], name: str, value: int) -> QuerySet[Execution]:
        """Those by a version of this number, of any project of the organization that all of them are of.

        The organization and the versions are looked up first: PostgreSQL knows how many executions each version has,
        but not how many a number has. The order is that of the list, so that an index has its first line; the versions
        are looked up project by project, or PostgreSQL may read those of all organizations.
        """
        newest = self.queryset.order_by("-created_at", "-id")
        organization = newest.values_list("organization", flat=True).first()
        numbered = InstructionVersion.objects.filter(project=OuterRef("pk"), number=value).order_by()
        projects = Project.objects.filter(organization=organization).order_by()
        versions = projects.annotate(numbered=Subquery(numbered.values("pk")[:1])).values_list("numbered", flat=True)
        return executions.filter(instruction_version__in=[one for one in versions if one is not None])


EXECUTIONS = Listing(ExecutionGiven, {"created_at": Key("created_at")}, filters=ExecutionFilter)


class ExecutionList(ApiView):
    """The executions of an organization."""

    heading = "Executions"

    @operation("execution_list", "List executions", scope=Scope.READ_RESULTS, listing=EXECUTIONS)
    def get(self, request: ApiRequest) -> Response:
        """The executions that you may see, the newest first."""
        return self.page(Execution.objects.visible_to(request.user).filter(organization=request.organization))


class ExecutionDetail(ApiView):
    """One execution."""

    heading = "Executions"

    @operation("execution_read", "Read an execution", scope=Scope.READ_RESULTS, answers=ExecutionGiven)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """How it stands, with its figures; `include=column_figures` has the outcomes of each column."""
        return self.answer(find_execution(request, execution_id), ExecutionGiven)
