"""Paired runs: two executions over the same rows, side by side."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.api.starting import check_runnable, find_version, naming_twin, with_defaults
from executions.api.starting_shapes import PairGiven, PairNew
from executions.models import Execution, PairedRun
from executions.services.locking import ACT
from executions.services.pairing import Runner, pair_create
from mino.common.api.operation import operation
from projects.api.finding import find_batch
from projects.models import Batch

DIFFERING = ("agent", "agent_settings", "instruction_version")


class BatchPairs(ApiView):
    """Paired runs over a batch."""

    heading = "Executions"

    @operation(
        "pair_create",
        "Start a paired run",
        scope=Scope.RUN_EXECUTIONS,
        takes=PairNew,
        answers=PairGiven,
        status=201,
        idempotent=True,
        errors=["BATCH_EMPTY", "AGENT_UNAUTHORIZED", "EXECUTION_ALREADY_RUNNING", "INVALID_STATE", "QUOTA_EXCEEDED"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Start two executions over the same rows, whose jobs are taken in turn and close together.

        So a site that changes meanwhile favours neither, and a difference is one of the version or the agent. They
        pause, resume and stop together, and count as two.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        second = values.pop("second")
        chosen = with_defaults(batch, {**values.pop("first"), **values}, "first.agent", second.get("agent"))
        first = {name: chosen.pop(name) for name in DIFFERING if name in chosen}
        with naming_twin():
            one, _ = pair_create(
                batch=batch,
                user=request.user,
                first=_runner(batch, first, "first"),
                second=_runner(batch, _beside(first, second), "second"),
                **chosen,
            )
        return self.answer(one.pair, PairGiven, created_at=reverse("api_pair", args=[one.pair_id]))


class PairDetail(ApiView):
    """One paired run."""

    heading = "Executions"

    @operation("pair_read", "Read a paired run", scope=Scope.READ_RESULTS, answers=PairGiven)
    def get(self, request: ApiRequest, pair_id: uuid.UUID) -> Response:
        """Both executions as they stand. Their comparison has the difference with its interval."""
        seen = Execution.objects.visible_to(request.user).filter(pair=OuterRef("pk"))
        pairs = PairedRun.objects.filter(Exists(seen), organization=request.organization)
        return self.answer(self.find(pairs, pk=pair_id), PairGiven)


def _beside(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """What the second is run by: as the first where it names nothing; another agent has its own settings."""
    is_same_agent = second.get("agent", first["agent"]) == first["agent"]
    same = first if is_same_agent else {name: value for name, value in first.items() if name != "agent_settings"}
    return {**same, **second}


def _runner(batch: Batch, values: Mapping[str, Any], path: str) -> Runner:
    check_runnable(values["agent"], f"{path}.agent")
    version = find_version(batch.project, values.get("instruction_version"), f"{path}.instruction_version")
    return Runner(version, values["agent"], values.get("agent_settings", {}))
