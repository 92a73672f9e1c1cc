"""What the readers hand in, and how one value is chosen from several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from executions.agents.local.concepts import Concept


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of a wanted fact: where it was found, and how surely (0..1) it is the right one.

    A candidate without a concept was found by the name of one column alone. `origin` names the sort of evidence: two
    candidates of different origin that agree strengthen each other, two of the same origin do not.
    """

    concept: Concept | None
    value: str
    source: str
    confidence: float
    origin: str


def best(candidates: Iterable[tuple[str, Candidate]], least: float) -> tuple[str, Candidate] | None:
    """Return the likeliest of the candidates (each with the key under which equal values fall together).

    Agreement counts: the confidences of equal values from different origins are joined as independent chances are
    (1 - product of the doubts). Below `least` there is no answer. Of equals the first wins.
    """
    groups: dict[str, dict[str, Candidate]] = {}
    for key, candidate in candidates:
        group = groups.setdefault(key, {})
        held = group.get(candidate.origin)
        if held is None or candidate.confidence > held.confidence:
            group[candidate.origin] = candidate
    chosen: tuple[str, Candidate] | None = None
    highest = least
    for key, group in groups.items():
        doubt = 1.0
        for candidate in group.values():
            doubt *= 1 - min(candidate.confidence, 0.99)
        if 1 - doubt > highest + 1e-9:
            highest = 1 - doubt
            chosen = key, max(group.values(), key=lambda each: each.confidence)
    return chosen
