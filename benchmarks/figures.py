"""What a benchmark answers: a figure beside its floor, which the same run measured, and the aim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    `floor` is what the bare tool reached in the same run, in the same unit. `aim` is for the value, or for the ratio to
    the floor with `aim_is_ratio`. `less` says that smaller is better.
    """

    what: str
    value: float
    unit: str
    floor: float | None = None
    aim: float | None = None
    aim_is_ratio: bool = False
    less: bool = False

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached; None where there is none."""
        judged = self.ratio if self.aim_is_ratio else self.value
        if self.aim is None or judged is None:
            return None
        return judged <= self.aim if self.less else judged >= self.aim

    def line(self) -> str:
        """The figure as a line of a table in Markdown: what, value, floor, ratio, aim, reached."""
        sign = "≤" if self.less else "≥"
        aim = "" if self.aim is None else f"{sign} {self.aim:g}{'×' if self.aim_is_ratio else ' ' + self.unit}"
        cells = [
            self.what,
            f"{_short(self.value)} {self.unit}",
            "" if self.floor is None else f"{_short(self.floor)} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.2f}",
            aim,
            {True: "yes", False: "**no**", None: ""}[self.reached],
        ]
        return f"| {' | '.join(cells)} |"


HEADER = "| what | MINO | floor | ratio | aim | reached |\n|---|--:|--:|--:|--:|---|"


def medians(runs: Sequence[Iterable[Figure]]) -> list[Figure]:
    """Of each figure the run in the middle, by ratio where there is a floor and by value otherwise."""
    by_name: dict[str, list[Figure]] = {}
    for run in runs:
        for figure in run:
            by_name.setdefault(figure.what, []).append(figure)
    return [sorted(same, key=lambda one: one.ratio or one.value)[len(same) // 2] for same in by_name.values()]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
