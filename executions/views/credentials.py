"""The page about an organization's agents: whose key each uses, and how much may run with it at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.agents.registry import AGENTS, AgentKind
from executions.credentials import setting
from executions.credentials.asking import credential_test
from executions.models import AgentCredential
from mino.common.errors import ServiceError


@require_safe
def agent_credentials(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Each agent that needs a key, with the forms to set it."""
    require(request.user, setting.MANAGE, request.organization)
    return _page(request)


@sensitive_post_parameters("key")
@require_POST
def agent_key_set(request: WorkspaceRequest, slug: str, agent: str) -> HttpResponse:
    """Set or replace a key. It is never shown again, not even when it was refused."""
    kind = _kind(request, agent)
    try:
        setting.credential_set(
            organization=request.organization, kind=kind, key=request.POST.get("key", ""), user=request.user
        )
    except ServiceError as error:
        return _page(request, wrong_key={kind.name: error.message})
    messages.success(request, f"The key of {kind.label} is kept. Paused executions can be resumed.")
    return redirect("agent_credentials", slug=slug)


@require_POST
def agent_key_remove(request: WorkspaceRequest, slug: str, agent: str) -> HttpResponse:
    """Forget a key."""
    kind = _kind(request, agent)
    setting.credential_remove(organization=request.organization, kind=kind, user=request.user)
    messages.success(request, f"The key of {kind.label} is removed.")
    return redirect("agent_credentials", slug=slug)


@require_POST
def agent_key_test(request: WorkspaceRequest, slug: str, agent: str) -> HttpResponse:
    """Ask the agent's service whether the key works."""
    kind = _kind(request, agent)
    try:
        tested = credential_test(organization=request.organization, kind=kind, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        level = {True: messages.SUCCESS, False: messages.ERROR, None: messages.WARNING}[tested.works]
        messages.add_message(request, level, tested.sentence)
    return redirect("agent_credentials", slug=slug)


@require_POST
def agent_limit_set(request: WorkspaceRequest, slug: str, agent: str) -> HttpResponse:
    """Say how many runs may go on at once."""
    kind = _kind(request, agent)
    given = request.POST.get("concurrency", "").strip()
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    try:
        setting.credential_limit(organization=request.organization, kind=kind, concurrency=number, user=request.user)
    except ServiceError as error:
        return _page(request, wrong_limit={kind.name: error.message})
    messages.success(request, f"At most {number} runs of {kind.label} go on at once.")
    return redirect("agent_credentials", slug=slug)


def _kind(request: WorkspaceRequest, name: str) -> AgentKind:
    require(request.user, setting.MANAGE, request.organization)
    kind = AGENTS.get(name)
    if kind is None or not kind.key_setting:
        raise Http404("There is no such agent, or it needs no key.")
    return kind


def _page(
    request: WorkspaceRequest, *, wrong_key: dict[str, str] | None = None, wrong_limit: dict[str, str] | None = None
) -> HttpResponse:
    own = AgentCredential.objects.filter(organization=request.organization).select_related("set_by").defer("secret")
    credentials = {one.agent: one for one in own}
    agents: list[dict[str, Any]] = [
        {
            "kind": kind,
            "credential": credentials.get(kind.name),
            "from_installation": bool(kind.installation_key),
            "wrong_key": (wrong_key or {}).get(kind.name, ""),
            "wrong_limit": (wrong_limit or {}).get(kind.name, ""),
        }
        for kind in AGENTS.values()
        if kind.key_setting
    ]
    context = {
        "agents": agents,
        "shortest": setting.SHORTEST,
        "longest": setting.LONGEST,
        "least": setting.LEAST_AT_ONCE,
        "most": setting.MOST_AT_ONCE,
    }
    status = 422 if wrong_key or wrong_limit else 200
    return render(request, "executions/credentials.html", context, status=status)
