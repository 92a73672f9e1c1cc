"""Finds what is wrong with what was given before anything is written: a mistake leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO

from analytics.evaluating.answers import AnswerBook, read_answers
from analytics.evaluating.arguments import BadInput, Request
from analytics.evaluating.workspace import FOR_RESULTS, find_organization, refused_text
from executions.agents.registry import AgentKind
from executions.credentials.availability import usable_agent
from executions.services.choosing import check_placeholders, frozen, with_fields
from projects.importing.files import FileRefused, good_rows, open_file, same_batch
from projects.importing.parse.check import CheckedRows, Progress
from projects.importing.parse.choices import ColumnChoice
from projects.importing.parse.problems import ProblemCode
from projects.importing.parse.table import Table
from projects.importing.settings import import_limits
from projects.importing.staging import content_hash
from projects.models import Project, Row
from projects.services.checks import checked_instructions
from projects.services.projects import project_find

WRONG_KEYS = (ProblemCode.DUPLICATE_KEY, ProblemCode.EMPTY_KEY, ProblemCode.LONG_KEY)


def check_input(request: Request, progress: Progress) -> tuple[Request, AnswerBook | None]:
    """The request with its key column decided, and the answers if it names some. Only reads.

    Raises BadInput or a ServiceError for anything that can't be used: the agent and its settings, the organization, the
    instructions, the file (all its rows) and the answers. `progress` gets the rows done and the share of the file.
    """
    organization = find_organization(request.organization)
    kind = usable_agent(request.agent, organization.pk if organization else None)
    kind.check_settings(typed_settings(kind, request.agent_settings))
    project = project_find(organization=organization, name=request.project_name)
    try:
        return request, _check_file(request, project, progress)
    except FileRefused as refusal:
        counts = refusal.report.log.counts
        if request.key_column is not None or not any(counts[code] for code in WRONG_KEYS):
            raise BadInput(refused_text(request.file.name, refusal)) from refusal
    # The key was guessed, and wrongly: what is not unique is an input.
    request = replace(request, key_column="")
    try:
        return request, _check_file(request, project, progress)
    except FileRefused as refusal:
        raise BadInput(refused_text(request.file.name, refusal)) from refusal


def typed_settings(kind: AgentKind, given: Mapping[str, str]) -> dict[str, Any]:
    """The settings as the agent wants them: on a command line all is text. What can't be meant is left to the agent."""
    kinds = {setting.name: setting.kind for setting in kind.settings}
    values: dict[str, Any] = dict(given)
    for name, text in given.items():
        if kinds.get(name) == "boolean" and text.lower() in ("true", "false"):
            values[name] = text.lower() == "true"
        elif kinds.get(name) == "integer" and text.isascii() and text.isdigit():
            values[name] = int(text)
    return values


def _check_file(request: Request, project: Project | None, progress: Progress) -> AnswerBook | None:
    with request.file.open("rb") as file:
        table, choices = open_file(
            file,
            url_column=request.url_column,
            key_column=request.key_column,
            types=request.types,
            options=request.options,
        )
        rows = _identities(file, table, choices, project, progress)
        first = next(rows)  # the header must be right before anything is looked up in it
        columns = with_fields([frozen(choice) for choice in choices], project.pk if project else None)
        check_placeholders(checked_instructions(request.instructions or FOR_RESULTS), columns)
        book = read_answers(request.results, columns) if request.results else None
        for key, url in chain([first], rows):
            if book:
                book.meet(key, url)
    if book and request.results:
        book.check_known(request.results.name)
    return book


def _identities(
    file: BinaryIO, table: Table, choices: list[ColumnChoice], project: Project | None, progress: Progress
) -> Iterator[tuple[str, str]]:
    """The key and the URL of each row, at least one: from the file, or from the batch that the project has of it."""
    if project and (batch := same_batch(project, content_hash(file), choices)):
        yield from Row.objects.filter(batch=batch).order_by("position").values_list("key", "url").iterator()
    else:
        for row in good_rows(CheckedRows(table, choices, import_limits(), progress)):
            yield row.key, row.url
