"""Finding the wanted fields in what a remote agent answered, and telling an answer from an excuse."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from executions.agents.base import WantedField
from executions.agents.errors import ACCESS_BLOCKED, GOAL_FAILED, INVALID_RESULT, reads_as_blocked

_FENCE = re.compile(r"^\s*```[a-z]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL | re.IGNORECASE)
_FAILURES = frozenset({"failure", "failed", "fail", "error", "blocked"})
_EXCUSES = ("reason", "error", "message", "detail", "explanation")
_WRAPPERS = ("result", "data", "output", "answer")


def data_from_answer(answer: Any, fields: Sequence[WantedField]) -> dict[str, Any]:
    """The wanted fields of an answer, None for those that it does not have; everything when no field is wanted.

    Raises `AgentError`: GOAL_FAILED or ACCESS_BLOCKED when the answer says that the goal was not reached,
    INVALID_RESULT when it holds none of the fields.
    """
    found = _one_object(answer, fields)
    _raise_for_excuse(found, fields)
    if not fields:
        return found
    picked = pick(found, fields)
    if not any(field.name in picked for field in fields):
        raise _without_fields(found)
    return {field.name: picked.get(field.name) for field in fields}


def pick(found: Mapping[str, Any], fields: Sequence[WantedField]) -> dict[str, Any]:
    """What `found` says of each wanted field, also when it spells the name a little differently."""
    folded = {fold_name(key): value for key, value in reversed(list(found.items()))}
    picked: dict[str, Any] = {}
    for field in fields:
        if field.name in found:
            picked[field.name] = found[field.name]
        elif (key := fold_name(field.name)) and key in folded:
            picked[field.name] = folded[key]
    return picked


def fold_name(name: str) -> str:
    """A column's name without case, accents' form, spaces and punctuation."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def _one_object(answer: Any, fields: Sequence[WantedField]) -> dict[str, Any]:
    if isinstance(answer, str):
        return _from_text(answer, fields)
    if isinstance(answer, list):
        return _from_list(answer, fields)
    if not isinstance(answer, dict):
        raise INVALID_RESULT.error(raw=answer)
    wrapped = [answer[key] for key in _WRAPPERS if key in answer]
    if len(answer) == 1 and wrapped and not pick(answer, fields):
        return _one_object(wrapped[0], fields)
    return {str(key): value for key, value in answer.items()}


def _from_text(text: str, fields: Sequence[WantedField]) -> dict[str, Any]:
    """Models like to wrap JSON in text; other text is no data, whatever it says."""
    fenced = _FENCE.match(text)
    try:
        parsed = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, (dict, list)):
        return _one_object(parsed, fields)
    raise (ACCESS_BLOCKED if reads_as_blocked(text) else INVALID_RESULT).error(text, raw=text)


def _from_list(items: list[Any], fields: Sequence[WantedField]) -> dict[str, Any]:
    if len(items) == 1 and isinstance(items[0], (dict, str)):
        return _one_object(items[0], fields)
    if len(fields) == 1 and items and all(isinstance(item, (str, int, float, bool)) for item in items):
        return {fields[0].name: items}
    raise INVALID_RESULT.error(f"{len(items)} records where one was wanted.", raw=items)


def _raise_for_excuse(found: Mapping[str, Any], fields: Sequence[WantedField]) -> None:
    """`{"status": "failure", "reason": ...}` says that the goal was not reached, unless it also holds wanted fields."""
    told = {fold_name(key): value for key, value in found.items()}
    data = {name: value for name, value in pick(found, fields).items() if fold_name(name) not in ("status", "success")}
    failed = str(told.get("status", "")).casefold() in _FAILURES or told.get("success") is False
    if failed and not any(value is not None for name, value in data.items() if fold_name(name) not in _EXCUSES):
        reason = next((str(told[key]) for key in _EXCUSES if told.get(key)), "")
        raise (ACCESS_BLOCKED if reads_as_blocked(reason) else GOAL_FAILED).error(reason, raw=dict(found))


def _without_fields(found: Mapping[str, Any]) -> Exception:
    text = " ".join(value for value in found.values() if isinstance(value, str))
    return (ACCESS_BLOCKED if reads_as_blocked(text) else INVALID_RESULT).error(text, raw=dict(found))
