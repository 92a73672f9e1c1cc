"""The whole evaluation: import, run, report. Exit codes: 0, 1 not good enough, 2 bad input, 130 interrupted."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from rich.text import Text

from analytics.evaluating.answers import AnswerBook
from analytics.evaluating.arguments import BadInput, Request
from analytics.evaluating.checking import check_input, typed_settings
from analytics.evaluating.comparing import Compared, check_pairable, earlier, find_baseline
from analytics.evaluating.interrupting import interruptible
from analytics.evaluating.networks import open_ports
from analytics.evaluating.reporting import below_minimum, is_below, print_report, report_as_json
from analytics.evaluating.running import run_to_end
from analytics.evaluating.terminal import Terminal, output_console
from analytics.evaluating.workspace import batch_of, check_database, first_warnings, organization_of, project_of
from analytics.exporting.writing import ExportFormat, write_export
from executions.agents.base import Agent
from executions.agents.file import FileAgent
from executions.agents.registry import AgentKind, agent_kind
from executions.models import Execution, ExecutionStatus, SampleMethod
from executions.services.creation import execution_create
from mino.common.errors import ServiceError
from mino.common.waking import without_wake_ups
from projects.models import Batch, InstructionVersion, Project, Row

DONE, NOT_GOOD_ENOUGH, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def evaluate(request: Request, terminal: Terminal) -> int:
    """Evaluate the file and answer the exit code. Says what is wrong on standard error, never raises for bad input."""
    try:
        with interruptible(), without_wake_ups():
            return _evaluate(request, terminal)
    except BadInput as error:
        terminal.say(str(error))
    except ServiceError as error:
        terminal.say("\n".join([error.message, *_further(error)]))
    except KeyboardInterrupt:
        terminal.say("Interrupted.")
        return INTERRUPTED
    return BAD_INPUT


def _further(error: ServiceError) -> list[str]:
    return [f"  {detail.path}: {detail.message}" for detail in error.details if detail.message != error.message]


def _evaluate(request: Request, terminal: Terminal) -> int:
    check_database()
    baseline = find_baseline(request)
    with terminal.reading("Checking") as show:
        request, book = check_input(request, show)
    project, version = project_of(organization_of(request.organization), request)
    batch = _import(request, project, terminal)
    if baseline:
        check_pairable(baseline, batch)
    if book and book.missing:
        terminal.say(f"The answers have no column for {', '.join(book.missing)}: these fields count as not found.")
    execution = _create(request, batch, version, one_by_one=bool(book and book.in_order))
    return _run(request, execution, _agent(agent_kind(request.agent), execution, book), baseline, terminal)


def _import(request: Request, project: Project, terminal: Terminal) -> Batch:
    with terminal.reading("Importing") as show:
        imported = batch_of(project, request, show)
    batch = imported.batch
    found = "is imported already" if imported.reused else "is imported"
    terminal.say(f"{request.file.name} {found}: rows {batch.row_count:,}, with truth {batch.truth_row_count:,}.")
    for warning in first_warnings(imported.report):
        terminal.say(f"  {warning}")
    return batch


def _create(request: Request, batch: Batch, version: InstructionVersion, *, one_by_one: bool) -> Execution:
    method = SampleMethod.ALL
    if request.sample is not None:
        method = SampleMethod.FIRST if request.seed is None else SampleMethod.RANDOM
    return execution_create(
        batch=batch,
        user=None,
        instruction_version=version,
        agent=request.agent,
        agent_settings=typed_settings(agent_kind(request.agent), request.agent_settings),
        sample_method=method,
        sample_size=request.sample,
        seed=request.seed,
        concurrency=1 if one_by_one else request.concurrency,
        has_own_worker=True,
        allow_parallel=True,  # an earlier command that was killed must not stand in the way
    )


def _agent(kind: AgentKind, execution: Execution, book: AnswerBook | None) -> Agent:
    if book is not None:
        book.arrange(execution)
        return FileAgent(book.lookup)
    if kind.build is None:
        raise BadInput(f"The agent {kind.name} can't be run from the command line.")
    open_ports(Row.objects.filter(batch=execution.batch_id).values_list("url", flat=True).iterator())
    return kind.build(kind.installation_key)


def _run(request: Request, execution: Execution, agent: Agent, baseline: Execution | None, terminal: Terminal) -> int:
    began = time.monotonic()
    code = DONE
    try:
        with terminal.running() as show:
            run_to_end(execution, {request.agent: agent}, show)
    except KeyboardInterrupt:
        terminal.say("Interrupted. What is done is kept; the execution is stopped.")
        code = INTERRUPTED
    compared = _compare(request, execution, baseline)
    _report(request, execution, time.monotonic() - began, compared)
    if code == INTERRUPTED:
        return code
    if execution.status != ExecutionStatus.COMPLETED:
        terminal.say(
            f"The execution is {execution.status}: {execution.status_reason or 'it was ended from elsewhere.'}"
        )
        return BAD_INPUT
    if request.min_accuracy is not None and is_below(execution, request.min_accuracy):
        terminal.say(below_minimum(execution, request.min_accuracy))
        code = NOT_GOOD_ENOUGH
    if compared and request.baseline and compared.is_worse:
        terminal.say(f"It is worse than execution {compared.baseline.number}.")
        code = NOT_GOOD_ENOUGH
    if request.compare == "" and compared is None:
        terminal.say("There is no earlier execution to compare it with.")
    return code


def _compare(request: Request, execution: Execution, baseline: Execution | None) -> Compared | None:
    """The comparison that was asked for; None where there is nothing to compare with, or the execution did not end."""
    if execution.status != ExecutionStatus.COMPLETED:
        return None
    if request.compare == "":
        baseline = earlier(execution)
    return Compared(baseline, execution) if baseline else None


def _report(request: Request, execution: Execution, seconds: float, compared: Compared | None) -> None:
    if request.json:
        report = report_as_json(execution, seconds) | ({"comparison": compared.as_json()} if compared else {})
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        console = output_console()
        print_report(execution, seconds, console)
        for line in compared.lines() if compared else ():
            console.print(Text(line), soft_wrap=True)
    if request.export is not None:
        _export(execution, request.export)


def _export(execution: Execution, path: Path) -> None:
    """Write the export beside its place and then move it there: a file of that name is always a whole one."""
    export_format = ExportFormat(path.suffix.lower().removeprefix("."))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            write_export(execution, export_format, file)
        draft.replace(path)
    except OSError as error:
        raise BadInput(f"The export {path} could not be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
