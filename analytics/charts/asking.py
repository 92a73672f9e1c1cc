"""What the address of an analytics page asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from executions.models import Execution, ExecutionType

LATEST_DAY = date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class Ask:
    """Which executions count; empty where nothing is asked. `since` and `until` are days of the reader's time zone."""

    since: date | None = None
    until: date | None = None
    type: str = ""
    agent: str = ""
    version: int | None = None

    @classmethod
    def of(cls, query: QueryDict, agents: Sequence[str]) -> Ask:
        """Read the address. What makes no sense is left out."""
        kind, agent, version = query.get("type", ""), query.get("agent", ""), query.get("version", "")
        return cls(
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            type=kind if kind in ExecutionType.values else "",
            agent=agent if agent in agents else "",
            version=int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else None,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is asked."""
        return any((self.since, self.until, self.type, self.agent, self.version is not None))

    def narrow(self, executions: QuerySet[Execution]) -> QuerySet[Execution]:
        """The executions that are asked for."""
        if self.since:
            executions = executions.filter(created_at__gte=_begin(self.since))
        if self.until:
            executions = executions.filter(created_at__lt=_begin(self.until + timedelta(days=1)))
        if self.type:
            executions = executions.filter(type=self.type)
        if self.agent:
            executions = executions.filter(agent=self.agent)
        if self.version is not None:
            executions = executions.filter(instruction_version__number=self.version)
        return executions


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day < LATEST_DAY else None


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
