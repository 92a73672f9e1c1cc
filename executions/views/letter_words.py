"""What acts on dead letters say: before, how many rows and at what cost; afterwards, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages

from executions.help.situation import cost_sentence
from executions.queries.dead_letters import Share
from executions.services.dead_letters import MOST_AT_ONCE, Handled
from mino.common.ui.formats import number

DONE = {"retry": ("will run again", "will run again"), "skip": ("are skipped", "is skipped")}


@dataclass(frozen=True, slots=True)
class Totals:
    """Chosen rows: all, those that can be acted on, those of ended executions, and those of others' projects.

    `cost` is in words, for the rows that can be acted on; empty where nothing is spent or known.
    """

    chosen: int
    usable: int
    final: int
    forbidden: int
    cost: str = ""

    @property
    def is_most(self) -> bool:
        """Whether there may be more than one act takes on."""
        return self.chosen >= MOST_AT_ONCE


def totals(verb: str, shares: Sequence[Share]) -> Totals:
    """Add up what is chosen; `verb` is retry or skip, and only a retry needs executions that can go on."""
    allowed = [share for share in shares if share.may_run]
    usable = [share for share in allowed if share.can_go_on or verb == "skip"]
    chosen, of_allowed, of_usable = (sum(len(one.rows) for one in group) for group in (shares, allowed, usable))
    return Totals(
        chosen,
        of_usable,
        final=of_allowed - of_usable,
        forbidden=chosen - of_allowed,
        cost=_cost(usable) if verb == "retry" and usable else "",
    )


def _cost(shares: Sequence[Share]) -> str:
    known = [share.cost for share in shares if share.cost is not None]
    unknown = sum(len(share.rows) for share in shares if share.cost is None)
    cost = sum(known, Decimal(0))
    told = cost_sentence(cost) if known else ""
    if not unknown:
        return told
    return f"{told} For {number(unknown)} of them no price is set.".strip()


def told(verb: str, handled: Handled) -> list[tuple[int, str]]:
    """The sentences for the reader, each with its level."""
    sentences = []
    if handled.done:
        many, one = DONE[verb]
        where = f" in {number(handled.executions)} executions" if handled.executions > 1 else ""
        sentences.append((messages.SUCCESS, f"{rows(handled.done)} {one if handled.done == 1 else many}{where}."))
    if handled.final:
        sentences.append((messages.WARNING, f"{rows(handled.final)} of ended executions: run them as a new execution."))
    if handled.forbidden:
        sentences.append((messages.WARNING, f"{rows(handled.forbidden)} of projects in which you may run nothing."))
    return sentences or [(messages.INFO, "Nothing was left to do: somebody else was faster.")]


def rows(count: int) -> str:
    """`1 row`, `1 234 rows`."""
    return f"{number(count)} row{'' if count == 1 else 's'}"
