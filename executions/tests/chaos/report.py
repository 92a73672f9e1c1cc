"""What trials showed, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MOST_SHOWN = 20


@dataclass
class Outcome:
    """One trial. `flagged`: jobs that say that a run may be charged twice; `late_starts`: see `runs`."""

    seed: int
    seconds: float
    events: Counter[str]
    executions: int
    jobs: int
    attempts: int
    adoptions: int
    retries: int
    runs: int
    flagged: int
    late_starts: int
    failed: int
    violations: list[str]

    def line(self) -> str:
        """The trial in one line, and one for each violation."""
        events = ", ".join(f"{what}{f' x{count}' if count > 1 else ''}" for what, count in self.events.items())
        line = (
            f"seed {self.seed}: {self.jobs} jobs, {self.attempts} attempts, {self.adoptions} adopted, "
            f"{self.runs} runs, {self.seconds:.1f} s: {events or 'nothing happened'}"
        )
        found = [f"  VIOLATION: {one}" for one in self.violations[:MOST_SHOWN]]
        more = len(self.violations) - len(found)
        return "\n".join([line, *found, *([f"  and {more} more"] if more else [])])


@dataclass
class Report:
    """All trials together."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more trial."""
        self.outcomes.append(outcome)

    @property
    def violations(self) -> int:
        """How many things were not as they must be."""
        return sum(len(outcome.violations) for outcome in self.outcomes)

    def text(self) -> str:
        """The report that is printed at the end."""
        events = sum((outcome.events for outcome in self.outcomes), Counter())
        figures = {
            "trials": len(self.outcomes),
            **{f"  {what}": count for what, count in events.most_common()},
            "executions": self._sum("executions"),
            "jobs": self._sum("jobs"),
            "jobs that ended with an error": self._sum("failed"),
            "attempts": self._sum("attempts"),
            "adoptions": self._sum("adoptions"),
            "retries": self._sum("retries"),
            "runs at the agent's server": self._sum("runs"),
            "possible double charges, flagged": self._sum("flagged"),
            "runs begun by workers that overslept": self._sum("late_starts"),
            "minutes": round(sum(outcome.seconds for outcome in self.outcomes) / 60, 1),
            "violations": self.violations,
        }
        lines = [f"{what:<40}{count:>8}" for what, count in figures.items()]
        failed = [str(outcome.seed) for outcome in self.outcomes if outcome.violations]
        return "\n".join([*lines, *([f"seeds with violations: {', '.join(failed)}"] if failed else [])])

    def _sum(self, name: str) -> int:
        return sum(getattr(outcome, name) for outcome in self.outcomes)
