"""The agent `agentql`: one request per page to AgentQL's REST API (https://docs.agentql.com/rest-api/api-reference)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from executions.agents import errors
from executions.agents.answers import pick
from executions.agents.base import Agent, AgentError, Reporter, Result, Screenshot, Step, Task, WantedField
from executions.agents.pictures import picture_from_base64
from executions.agents.remote import OutOfTime, Pool, TooMuch, Watch, WatchedTransport
from mino.common.values.columns import ColumnType

DEFAULT_BASE_URL = "https://api.agentql.com"
MAX_ANSWER_BYTES = 50 * 1024 * 1024

_MAX_WAIT = 10
_HINTS = {
    ColumnType.NUMBER: "(number)",
    ColumnType.URL: "(url)",
    ColumnType.DATE: "(date as YYYY-MM-DD)",
    ColumnType.BOOLEAN: "(true or false)",
}


class AgentQLAgent(Agent):
    """AgentQL. One instance stands for one account; it serves many threads.

    Asks with a query made of the wanted fields. Without any, or with the setting `ask` = "prompt", it asks with the
    instructions in plain language instead: the service takes one or the other.
    """

    name = "agentql"
    default_timeout = 900.0

    def __init__(self, *, api_key: str, base_url: str = DEFAULT_BASE_URL) -> None:
        self._has_key = bool(api_key)
        self._clients = Pool(lambda: _Client(api_key, base_url))

    def run(self, task: Task, reporter: Reporter) -> Result:
        """Ask, and read the answer. See `Agent.run`."""
        if not self._has_key:
            raise errors.UNAUTHORIZED.error("No key is set.")
        names = identifiers(task.fields)
        watch = Watch(task.timeout, reporter.cancelled, MAX_ANSWER_BYTES)
        reporter.step(Step("Asking AgentQL", task.url))
        try:
            with self._clients.borrowed() as client:
                answer = client.ask(request_of(task, names), watch)
        except (OutOfTime, httpx.TimeoutException) as error:
            raise _unanswered(errors.AGENT_SLOW.error(f"Not done after {task.timeout:g} seconds."), watch) from error
        except TooMuch as error:
            raise errors.INVALID_RESULT.error("Far more than an answer may have.") from error
        except httpx.RequestError as error:
            kind = errors.AGENT_CUT_OFF if watch.sent else errors.AGENT_UNREACHABLE
            raise _unanswered(kind.error(), watch) from error
        return _read(answer, task.fields, names, reporter)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()


class _Client:
    def __init__(self, api_key: str, base_url: str) -> None:
        self._transport = WatchedTransport()
        self._http = httpx.Client(
            base_url=base_url,
            headers={"X-API-Key": api_key, "Accept": "application/json", "Accept-Encoding": "identity"},
            transport=self._transport,
        )

    def ask(self, request: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        """POST one question. Raises `AgentError`, `OutOfTime`, `TooMuch`, `Cancelled` or httpx's RequestError."""
        body = bytearray()
        timeout = httpx.Timeout(watch.remaining(), connect=10.0)
        with (
            self._transport.watched(watch),
            self._http.stream("POST", "/v1/query-data", json=request, timeout=timeout) as response,
        ):
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise TooMuch
        return _checked(response, bytes(body))

    def close(self) -> None:
        self._http.close()


def _unanswered(error: AgentError, watch: Watch) -> AgentError:
    """A question that left may be charged though nobody heard the answer: it has no id to ask for it again."""
    error.may_be_charged_twice = watch.sent
    return error


def identifiers(fields: Sequence[WantedField]) -> dict[str, str]:
    """A name that a query may use for each field's name: ASCII letters, digits and underscores, each only once."""
    names: dict[str, str] = {}
    for field in fields:
        plain = unicodedata.normalize("NFKD", field.name).encode("ascii", "ignore").decode().lower()
        word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "field"
        word = word if word[0].isalpha() else f"field_{word}"
        number, name = 1, word
        while name in names.values():
            number += 1
            name = f"{word}_{number}"
        names[field.name] = name
    return names


def request_of(task: Task, names: Mapping[str, str]) -> dict[str, Any]:
    """The body of the request. Raises `AgentError` when a setting can't be used."""
    settings = task.settings
    mode, wait = settings.get("mode", "fast"), settings.get("wait_for") or 0
    if mode not in ("fast", "standard") or not isinstance(wait, int) or not 0 <= wait <= _MAX_WAIT:
        raise errors.AGENT_INPUT.error("One of the agent's settings is not valid.")
    params = {
        "mode": mode,
        "wait_for": wait,
        "is_scroll_to_bottom_enabled": bool(settings.get("scroll")),
        "is_screenshot_enabled": bool(settings.get("screenshots")),
    }
    if task.fields and settings.get("ask", "query") == "query":
        lines = [f"  {names[field.name]}{_HINTS.get(field.type, '')}" for field in task.fields]
        return {"query": "\n".join(["{", *lines, "}"]), "url": task.url, "params": params}
    keys = "".join(f"\n- {names[field.name]} ({field.type.value})" for field in task.fields)
    prompt = f"{task.instructions}\n\nReturn one value for each of these fields:{keys}" if keys else task.instructions
    return {"prompt": prompt, "url": task.url, "params": params}


def _checked(response: httpx.Response, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if response.is_error:
        said = answer.get("error_info") if isinstance(answer, dict) else ""
        raise errors.from_api_status(
            response.status_code, message=str(said or ""), retry_after=response.headers.get("retry-after"), raw=answer
        )
    if not isinstance(answer, dict):
        raise errors.AGENT_GARBLED.error()
    return answer


def _read(
    answer: Mapping[str, Any], fields: Sequence[WantedField], names: Mapping[str, str], reporter: Reporter
) -> Result:
    metadata = answer.get("metadata")
    image = picture_from_base64(metadata.get("screenshot")) if isinstance(metadata, dict) else None
    if image is not None:
        reporter.screenshot(Screenshot(image, "The page as AgentQL saw it"))
    found = answer.get("data")
    if not isinstance(found, dict):
        raise errors.INVALID_RESULT.error(raw=found)
    if not fields:
        return Result(found, raw=found)
    asked = [WantedField(names[field.name], field.type) for field in fields]
    picked = {**pick(found, fields), **pick(found, asked)}
    data = {field.name: picked.get(names[field.name], picked.get(field.name)) for field in fields}
    if found and not picked:
        raise errors.INVALID_RESULT.error("None of the wanted fields.", raw=found)
    return Result(data, raw=found)
