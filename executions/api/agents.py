"""The agents that an organization may run, what each can be told, and what it charges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.agents.registry import AGENTS, AgentKind, AgentSetting
from executions.costs.prices import currency, price_of
from executions.credentials.availability import keyless_agents
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, given

TYPES = ("choice", "boolean", "integer", "text")
NO_WORKER = "No worker runs it: its answers come from the command line."


class SettingChoiceGiven(serializers.Serializer[Any]):
    """A value that a setting may have."""

    value = serializers.CharField()
    label: Any = serializers.CharField()


class AgentSettingGiven(serializers.Serializer[Any]):
    """Something that an agent can be told, in `agent_settings`."""

    name = serializers.CharField()
    label: Any = serializers.CharField()
    type = serializers.ChoiceField(choices=TYPES, help_text="An `integer` may be null as well: the agent decides.")
    default = serializers.JSONField(allow_null=True, help_text="What holds where nothing is said.")
    help = serializers.CharField(allow_blank=True)
    choices = SettingChoiceGiven(many=True, help_text="Of a `choice`; otherwise empty.")
    minimum = serializers.IntegerField(allow_null=True, help_text="Of an `integer`.")
    maximum = serializers.IntegerField(allow_null=True, help_text="Of an `integer`.")
    max_length = serializers.IntegerField(allow_null=True, help_text="Of a `text`, in characters.")


class AgentPriceGiven(serializers.Serializer[Any]):
    """What an attempt is charged today."""

    per_step = serializers.FloatField(allow_null=True, help_text="For each step that the agent counts.")
    per_request = serializers.FloatField(
        allow_null=True, help_text="For an attempt, where it has no price by step or nobody knows the steps."
    )
    currency = serializers.CharField()


class AgentGiven(Given):
    """Something that can do the jobs of executions."""

    example: ClassVar[Any] = {
        "name": "eva",
        "label": "EVA",
        "description": "TinyFish's web agent: works in a browser of its own and follows the instructions.",
        "needs_key": True,
        "has_key": True,
        "is_usable": True,
        "reason": "",
        "default_timeout": 600,
        "settings": [
            {
                "name": "max_steps",
                "label": "Most steps",
                "type": "integer",
                "default": None,
                "help": "Empty for the maker's own limit.",
                "choices": [],
                "minimum": 1,
                "maximum": 500,
                "max_length": None,
            }
        ],
        "price": {"per_step": 0.016, "per_request": 0.05, "currency": "USD"},
    }

    name = serializers.CharField(help_text="What executions call it, in `agent`.")
    label: Any = serializers.CharField(help_text="What people call it.")
    description = serializers.CharField()
    needs_key = serializers.BooleanField()
    has_key = serializers.BooleanField(
        help_text="Whether the organization has a key of it, or the installation one for all; false: it needs none."
    )
    is_usable = serializers.BooleanField(help_text="Whether executions can be started with it.")
    reason = serializers.CharField(allow_blank=True, help_text="Why they can't; empty where they can.")
    default_timeout = serializers.IntegerField(help_text="Seconds for one attempt, where the execution says nothing.")
    settings = AgentSettingGiven(many=True)
    price = AgentPriceGiven(allow_null=True, help_text="Null: none is set, so that what it costs is unknown.")


class AgentList(ApiView):
    """The agents."""

    heading = "Executions"

    @operation("agent_list", "List the agents", scope=Scope.RUN_EXECUTIONS, answers=AgentGiven, many=True)
    def get(self, request: ApiRequest) -> Response:
        """All agents: whether the organization can run each now, the settings it takes, and its price.

        Nothing is told of keys but whether there is one. Whether the agent's service accepts it shows when it is used.
        """
        require(request.user, "accounts.view", request.organization)
        keyless = keyless_agents(AGENTS.values(), request.organization.pk)
        told = [_told(kind, has_no_key=kind.name in keyless) for kind in AGENTS.values()]
        return Response({"data": given(AgentGiven, told, many=True)})


def _told(kind: AgentKind, *, has_no_key: bool) -> dict[str, Any]:
    names = ("name", "label", "description", "default_timeout")
    reason = NO_WORKER if kind.build is None else kind.no_key if has_no_key else ""
    return {
        **{name: getattr(kind, name) for name in names},
        "needs_key": bool(kind.key_setting),
        "has_key": bool(kind.key_setting) and not has_no_key,
        "is_usable": not reason,
        "reason": reason,
        "settings": [_setting(one) for one in kind.settings],
        "price": _price(kind),
    }


def _setting(setting: AgentSetting) -> Mapping[str, Any]:
    is_integer = setting.kind == "integer"
    return {
        "name": setting.name,
        "label": setting.label,
        "type": setting.kind,
        "default": setting.default,
        "help": setting.help,
        "choices": [{"value": value, "label": label} for value, label in setting.choices],
        "minimum": setting.low if is_integer else None,
        "maximum": setting.high if is_integer else None,
        "max_length": setting.max_length if setting.kind == "text" else None,
    }


def _price(kind: AgentKind) -> Mapping[str, Any] | None:
    price = price_of(kind.name, timezone.now())
    if price is None:
        return None
    return {"per_step": price.per_step, "per_request": price.per_request, "currency": currency()}
