"""What a trial is made of: everything is drawn from its seed, so that the seed alone plays it again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

EVENTS_WITHIN = 6.0
"""Seconds in which things begin to happen: not more than the executions of a trial take undisturbed."""
KINDS = (
    "kill a worker",
    "kill a worker",
    "end a worker",
    "freeze a worker",
    "kill beat",
    "flush Redis",
    "restart Redis",
    "restart PostgreSQL",
    "crash PostgreSQL",
    "pause",
    "change the concurrency",
)


"""What may happen; what stands there twice happens twice as often."""


@dataclass(frozen=True)
class Order:
    """An execution: how many rows, how many of them at once."""

    rows: int
    concurrency: int


@dataclass(frozen=True)
class Plan:
    """One trial. `limit` is how many runs of all executions together the organization's account may have at once."""

    seed: int
    workers: int
    orders: Sequence[Order]
    limit: int | None
    weather: Sequence[str]
    events: Sequence[tuple[float, str]]


def draw_plan(seed: int, kinds: Sequence[str] = ()) -> Plan:
    """The trial of that seed; `kinds` narrows what may happen."""
    rng = random.Random(seed)
    orders = [Order(rng.randint(20, 40), rng.randint(4, 12)) for _ in range(rng.choice([1, 2]))]
    events = [(rng.uniform(0.3, EVENTS_WITHIN), rng.choice(kinds or KINDS)) for _ in range(rng.randint(1, 5))]
    return Plan(
        seed=seed,
        workers=rng.choice([2, 3]),
        orders=orders,
        limit=rng.choice([None, 6, 10]),
        weather=_draw_weather(rng),
        events=sorted(events),
    )


def _draw_weather(rng: random.Random) -> list[str]:
    chances = {
        "delay": rng.uniform(0.2, 0.8),
        "delay-up-to": rng.uniform(2.0, 5.0),
        "refusals": rng.choice([0, 0, 0.02]),
        "lost-starts": rng.choice([0, 0.05, 0.15]),
        "cuts": rng.choice([0, 0.1, 0.3]),
        "failures": rng.choice([0, 0.05, 0.15]),
        "wait": 1,
        "seed": rng.randint(0, 2**31),
        "outages": rng.choice([0, 0, 0.3]),
    }
    return [word for name, value in chances.items() for word in (f"--{name}", f"{round(value, 3)}")]
