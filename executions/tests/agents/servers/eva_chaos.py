"""How the stand-in for TinyFish behaves on bad days: times and chances, drawn anew for each run."""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, replace

from executions.tests.agents.servers.eva_scenarios import BROKEN, BUSY, HEARTBEAT, LIVE, PROGRESS, USUAL, Scenario


@dataclass(frozen=True)
class Chaos:
    """Seconds that a run takes, and the chance (0 to 1) of each mishap. Runs whose address names a scenario play that.

    `lost_starts`: the run exists, but the connection is cut before anybody learns its id. `wait`: how many seconds
    refusals and failures ask for, instead of their usual ones. `outages`: a question for runs is answered with 503.
    """

    shortest: float = 0.0
    longest: float = 0.0
    refusals: float = 0.0
    lost_starts: float = 0.0
    cuts: float = 0.0
    failures: float = 0.0
    wait: float | None = None
    outages: float = 0.0
    seed: int | None = None
    progress_every: float = 0.0


class Weather:
    """Draws what happens to each run."""

    def __init__(self, chaos: Chaos) -> None:
        self._chaos = chaos
        self.progress_every = chaos.progress_every
        self._random = random.Random(chaos.seed)

    def delay(self) -> float:
        """Seconds that the next run takes."""
        return self._random.uniform(self._chaos.shortest, max(self._chaos.shortest, self._chaos.longest))

    def is_away(self) -> bool:
        """Whether the next question is not answered."""
        return self._happens(self._chaos.outages)

    def befalls(self, usual: Scenario) -> Scenario:
        """What becomes of a run that would go as `usual`."""
        if self._happens(self._chaos.refusals):
            return self._waiting(BUSY)
        scenario = replace(self._waiting(BROKEN), events=USUAL) if self._happens(self._chaos.failures) else usual
        if self._happens(self._chaos.lost_starts):
            return replace(scenario, start=self._random.choice(["cut", "cut_after_headers"]))
        if self._happens(self._chaos.cuts):
            return replace(scenario, events=(LIVE, PROGRESS, "cut", HEARTBEAT))
        return scenario

    def _waiting(self, scenario: Scenario) -> Scenario:
        wait = self._chaos.wait
        if wait is None:
            return scenario
        if scenario.refusal:
            return replace(scenario, refusal=replace(scenario.refusal, headers={"Retry-After": f"{wait:g}"}))
        return replace(scenario, error={**(scenario.error or {}), "retry_after": wait})

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line may say of it."""
    parser.add_argument("--delay-up-to", type=float, default=0.0, help="each run takes from --delay to this (seconds)")
    parser.add_argument("--refusals", type=float, default=0.0, help="chance of 429")
    parser.add_argument("--lost-starts", type=float, default=0.0, help="chance of a cut before STARTED")
    parser.add_argument("--cuts", type=float, default=0.0, help="chance of a cut in the middle of the stream")
    parser.add_argument("--failures", type=float, default=0.0, help="chance of SYSTEM_FAILURE")
    parser.add_argument("--wait", type=float, help="seconds that refusals and failures ask for, instead of 11 and 7")
    parser.add_argument("--progress-every", type=float, default=0.0, help="seconds between two steps of a run")
    parser.add_argument("--outages", type=float, default=0.0, help="chance that a question for runs gets 503")
    parser.add_argument("--seed", type=int, help="the same number draws the same mishaps")


def chaos_of(arguments: argparse.Namespace) -> Chaos:
    """What the command line said."""
    return Chaos(
        shortest=arguments.delay,
        longest=arguments.delay_up_to,
        refusals=arguments.refusals,
        lost_starts=arguments.lost_starts,
        cuts=arguments.cuts,
        failures=arguments.failures,
        wait=arguments.wait,
        outages=arguments.outages,
        seed=arguments.seed,
        progress_every=arguments.progress_every,
    )
