"""Checks that several services share."""

from __future__ import annotations

from mino.common.errors import Detail, InvalidInput
from mino.common.values.clean import clean_text
from projects.models.instruction_version import MAX_INSTRUCTIONS, MIN_INSTRUCTIONS

MAX_NAME = 100
MAX_DESCRIPTION = 500


def checked_text(path: str, value: str, *, what: str, minimum: int = 0, maximum: int) -> str:
    """`value` without control characters and outer white space. Raises InvalidInput if it is too short or too long."""
    text = clean_text(value).strip()
    where = f"in the {path.replace('_', ' ')}"
    if not text and minimum:
        raise wrong(path, f"Give {what}.")
    if len(text) < minimum:
        raise wrong(path, f"Write at least {minimum} characters {where}: there are only {len(text)}.")
    if len(text) > maximum:
        raise wrong(path, f"Write at most {maximum} characters {where}: there are {len(text)}.")
    return text


def checked_name(value: str, what: str) -> str:
    """A name of 1 to 100 characters, on one line."""
    return checked_text("name", " ".join(value.split()), what=what, minimum=1, maximum=MAX_NAME)


def checked_description(value: str, path: str = "description") -> str:
    """A description of up to 500 characters."""
    return checked_text(path, value, what="the description", maximum=MAX_DESCRIPTION)


def checked_instructions(value: str, path: str = "instructions") -> str:
    """Instructions long enough to mean something."""
    return checked_text(
        path, value, what="the text of the instructions", minimum=MIN_INSTRUCTIONS, maximum=MAX_INSTRUCTIONS
    )


def wrong(path: str, message: str) -> InvalidInput:
    """The error that says `message` at the field `path`."""
    return InvalidInput(message, details=[Detail(path, message)])
