"""What EVA is told: the goal in words, and the form of the answer as a JSON schema.

Follows the maker's advice on prompting: objective, the exact fields, keys and types, null for what is absent, what to
ignore. Precise goals finish several times faster than vague ones.
"""

from __future__ import annotations

import json
import math
from typing import Any

from tinyfish import AgentConfig, BrowserProfile, CaptureConfig, ProxyConfig

from executions.agents.base import Task
from executions.agents.errors import AGENT_INPUT
from mino.common.values.columns import ColumnType

MAX_SCHEMA_BYTES = 64 * 1024

_FORMS = {
    ColumnType.TEXT: ("string", "text as the page shows it"),
    ColumnType.NUMBER: ("number", "a number without currency or unit"),
    ColumnType.URL: ("string", "an absolute URL"),
    ColumnType.EMAIL: ("string", "an e-mail address"),
    ColumnType.DATE: ("string", "a date as YYYY-MM-DD, with the time only if it matters"),
    ColumnType.PHONE: ("string", "a phone number with its country code if the page shows one"),
    ColumnType.BOOLEAN: ("boolean", "true or false"),
}


def goal_of(task: Task) -> str:
    """The goal: the instructions, the address, and the exact keys and types of the answer.

    The address stands in it because the service's list of runs shows goals but no addresses: so the run for one site
    can be told from those for others (`looking`). The same task always gives the same goal.
    """
    task_and_place = f"{task.instructions.strip()}\n\nThe page to work on: {task.url}"
    if not task.fields:
        return f"{task_and_place}\n\nReturn one JSON object with what was found. {_CLOSING}"
    keys = "\n".join(
        f"- {json.dumps(field.name, ensure_ascii=False)}: {_FORMS[field.type][0]} or null; {_FORMS[field.type][1]}"
        for field in task.fields
    )
    return (
        f"{task_and_place}\n\n"
        f"Return exactly one JSON object with exactly these keys, spelled as here:\n{keys}\n\n"
        f"Use null for whatever the site does not show. Do not guess. {_CLOSING}"
    )


_CLOSING = (
    "Ignore advertisements, cookie notices and offers for other items. If the page can't be reached or used, return "
    '{"status": "failure", "reason": "..."} instead, with the reason in one sentence.'
)


def schema_of(task: Task) -> dict[str, Any] | None:
    """The form of the answer in the keywords that the service knows; None when there is nothing to say or too much."""
    names = [field.name for field in task.fields]
    schema = {
        "type": "object",
        "properties": {field.name: {"type": _FORMS[field.type][0], "nullable": True} for field in task.fields},
        "required": names,
        "propertyOrdering": names,
    }
    return schema if names and len(json.dumps(schema).encode()) <= MAX_SCHEMA_BYTES else None


def options_of(task: Task) -> dict[str, Any]:
    """The other arguments of a run, from the agent's settings. Raises `AgentError` when one of them can't be used."""
    settings = task.settings
    country = str(settings.get("proxy_country") or "").strip().upper()
    try:
        return {
            "browser_profile": BrowserProfile(settings.get("browser_profile") or "lite"),
            "proxy_config": ProxyConfig(enabled=True, country_code=country) if country else None,
            "agent_config": AgentConfig(
                max_steps=settings.get("max_steps"), max_duration_seconds=max(1, math.ceil(task.timeout))
            ),
            "capture_config": CaptureConfig(screenshots=True) if settings.get("screenshots") else None,
        }
    # pydantic's ValidationError is a ValueError.
    except ValueError as error:
        raise AGENT_INPUT.error("One of the agent's settings is not valid.") from error
