"""Icons, states and outcomes: always a shape and a word, never colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

STATES: dict[str, tuple[str, str]] = {
    "queued": ("circle", "Queued"),
    "pending": ("circle", "Pending"),
    "running": ("loader-2", "Running"),
    "importing": ("loader-2", "Importing"),
    "stopping": ("loader-2", "Stopping"),
    "retrying": ("refresh", "Retrying"),
    "waiting": ("hourglass", "Waiting"),
    "paused": ("player-pause", "Paused"),
    "completed": ("check", "Completed"),
    "ready": ("check", "Ready"),
    "error": ("alert-triangle", "Error"),
    "failed": ("alert-triangle", "Failed"),
    "stopped": ("player-stop", "Stopped"),
    "skipped": ("player-skip-forward", "Skipped"),
    "handed_back": ("arrow-back-up", "Handed back"),
    "delivered": ("check", "Delivered"),
    "active": ("check", "Active"),
    "failing": ("alert-triangle", "Failing"),
    "disabled": ("player-pause", "Disabled"),
    "genuine": ("check", "Genuine"),
    "refused": ("x", "Refused"),
    "lost": ("plug-connected-x", "Lost"),
}
LOOKS_LIKE = {
    "importing": "running",
    "stopping": "running",
    "ready": "completed",
    "waiting": "retrying",
    "lost": "error",
    "delivered": "completed",
    "active": "completed",
    "genuine": "completed",
    "failing": "failed",
    "refused": "failed",
    "disabled": "paused",
}

OUTCOMES: dict[str, tuple[str, str]] = {
    "correct": ("check", "Correct"),
    "correctly_empty": ("circle-off", "Correctly empty"),
    "wrong": ("x", "Wrong"),
    "missed": ("minus", "Missed"),
    "invented": ("plus", "Invented"),
    "not_gradable": ("question-mark", "Not gradable"),
    "error": ("alert-triangle", "Error"),
    "pending": ("point", "Pending"),
}
VERDICTS: dict[str, tuple[str, str]] = {
    "pass": ("correct", "Passed"),
    "fail": ("wrong", "Failed"),
    "not_gradable": ("not_gradable", "Not gradable"),
}


@cache
def _icon(sprite: str, name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', sprite, name)


def icon(name: str) -> SafeString:
    """One icon of the sprite, hidden from screen readers: the word beside it says the same."""
    return _icon(static("vendor/icons/icons.svg"), name)


def state(value: str, label: str = "") -> SafeString:
    """The state of a job, an execution or a batch as a pill of icon and word. Unknown states show their own name."""
    name, word = STATES.get(value, ("point", value.replace("_", " ").capitalize()))
    looks = LOOKS_LIKE.get(value, value)
    return format_html('<span class="mn-state" data-state="{}">{}{}</span>', looks, icon(name), label or word)


def pip(value: str, label: str = "") -> SafeString:
    """The outcome of a cell as a small square, with its name for those who can't see it."""
    name, word = OUTCOMES[value]
    return format_html(
        '<span class="pip" data-o="{0}" role="img" aria-label="{1}" title="{1}">{2}</span>',
        value,
        label or word,
        icon(name),
    )


def bare_pip(value: str) -> SafeString:
    """The small square of an outcome beside words that say it."""
    return format_html('<span class="pip" data-o="{}" aria-hidden="true">{}</span>', value, icon(OUTCOMES[value][0]))


def outcome(value: str, label: str = "") -> SafeString:
    """The outcome of a cell as a pip and a word."""
    return format_html(
        '<span class="mn-out" data-o="{}">{}{}</span>', value, bare_pip(value), label or OUTCOMES[value][1]
    )


def verdict(value: str | None) -> SafeString:
    """Whether a job passed, failed, or can't be graded; nothing while that is not known."""
    if value is None:
        return SafeString("")
    looks, word = VERDICTS[value]
    return outcome(looks, word)


def strip(cells: Iterable[tuple[str, str]]) -> SafeString:
    """A row at a glance: one pip for each (column name, outcome), named as a whole for screen readers."""
    known = list(cells)
    told = ", ".join(f"{name}: {OUTCOMES[value][1].lower()}" for name, value in known)
    pips = format_html_join("", "{}", ((_titled_pip(name, value),) for name, value in known))
    return format_html('<span class="mn-strip" role="img" aria-label="{}">{}</span>', told, pips)


def _titled_pip(name: str, value: str) -> SafeString:
    icon_name, word = OUTCOMES[value]
    return format_html(
        '<span class="pip" data-o="{}" title="{}: {}">{}</span>', value, name, word.lower(), icon(icon_name)
    )
