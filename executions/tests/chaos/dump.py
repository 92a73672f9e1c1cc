"""What is known of a trial that went wrong, for whoever has to find out why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from executions.models import Execution, JobStatus
from executions.tests.chaos.place import Place
from executions.tests.chaos.plan import Plan

LINES = 25
_INTERESTING = re.compile(r"ERROR|CRITICAL|Traceback|^\w*(Error|Exception)\b", re.MULTILINE)


def dump(plan: Plan, place: Place, executions: Sequence[Execution]) -> str:
    """The plan, the executions, the jobs that have not ended or had several attempts, and the ends of the logs."""
    lines = [f"--- what is known of trial {plan.seed}", repr(plan)]
    for execution in executions:
        lines += _of_execution(execution)
    for told in place.remote_runs():
        lines.append(" ".join(f"{name}={told[name]}" for name in ("id", "url", "status", "created_at", "finished_at")))
    for path in sorted((place.folder / "logs").iterdir())[-8:]:
        text = path.read_text(errors="replace")
        lines += [f"-- {path.name}, {len(_INTERESTING.findall(text))} errors", *text.splitlines()[-LINES:]]
    return "\n".join([*lines, "---"])


def _of_execution(execution: Execution) -> list[str]:
    counters = {name: getattr(execution, f"{name}_jobs") for name in ("total", *JobStatus.values)}
    lines = [f"-- execution {execution.number}: {execution.status} {execution.status_code}, {counters}"]
    for job in execution.jobs.prefetch_related("sessions"):
        sessions = list(job.sessions.all())
        if job.is_active or len(sessions) > 1 or job.status == JobStatus.ERROR:
            lines.append(f"row {job.row_position}: {job.status} {job.error_code}, due {job.next_retry_at}, {job.url}")
            for one in sessions:
                flags = f"{'adopted ' * one.is_adopted}{'twice? ' * one.may_be_charged_twice}"
                times = f"{one.started_at:%H:%M:%S.%f} - {one.finished_at and one.finished_at.time()}"
                lease = one.lease_expires_at and one.lease_expires_at.time()
                lines.append(
                    f"  {one.number} {one.status} {flags}{one.agent_run_id or 'no run'} {times} lease {lease} "
                    f"by {one.worker}: {one.error_code} {one.error_message[:100]}"
                )
    return lines
