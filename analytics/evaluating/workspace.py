"""Where the command line works: the organization, the project with its instructions, and the batch."""

from __future__ import annotations

from django.db import OperationalError, connection

from accounts.models import Organization, Plan
from accounts.services import organization_create
from analytics.evaluating.arguments import BadInput, Request
from mino.common.errors import AlreadyExists
from projects.importing.files import FileRefused, ImportedFile, import_file, sentence
from projects.importing.parse.check import Progress, Report
from projects.importing.parse.problems import ProblemCode, Severity
from projects.models import InstructionVersion, Project
from projects.services.deletion import purge_deleted
from projects.services.projects import project_find_or_create

LOCAL = "local"
SHOWN_WARNINGS = 5
FOR_RESULTS = "Answers that something else produced, read from a file."
"""The instructions of a project whose answers come from files and for which none were given."""


def check_database() -> None:
    """Raise BadInput when the database can't be reached or the tables are not there."""
    try:
        tables = connection.introspection.table_names()
    except OperationalError as error:
        raise BadInput(f"The database can't be reached, as DATABASE_URL names it: {error}".rstrip()) from error
    if Organization._meta.db_table not in tables:
        raise BadInput("The database has no tables yet. Run this first: python manage.py migrate")


def find_organization(slug: str) -> Organization | None:
    """The organization of that short name, or without one the workspace `local`, which may not be there yet."""
    found: Organization | None = Organization.objects.filter(slug=slug or LOCAL).first()
    if found is None and slug:
        raise BadInput(f"There is no organization “{slug}”. Leave --organization out to use the workspace “{LOCAL}”.")
    return found


def organization_of(slug: str) -> Organization:
    """The organization of that short name, or without one the workspace `local`, which is made once."""
    if (found := find_organization(slug)) is not None:
        return found
    try:
        return organization_create(name="Local", slug=LOCAL, owner=None, plan=Plan.ENTERPRISE)
    except AlreadyExists:  # another command was faster
        return Organization.objects.get(slug=LOCAL)


def project_of(organization: Organization, request: Request) -> tuple[Project, InstructionVersion]:
    """The project, named as the request or the file says, and the version with the request's instructions."""
    return project_find_or_create(
        organization=organization,
        user=None,
        name=request.project_name,
        instructions=request.instructions or FOR_RESULTS,
    )


def batch_of(project: Project, request: Request, progress: Progress) -> ImportedFile:
    """The batch with the file's content, imported if the project does not have it already. Raises BadInput."""
    try:
        with request.file.open("rb") as file:
            return import_file(
                project=project,
                user=None,
                file=file,
                filename=request.file.name,
                url_column=request.url_column,
                key_column=request.key_column,
                types=request.types,
                options=request.options,
                reuse=True,
                progress=progress,
            )
    except FileRefused as refusal:  # it was changed after it was checked
        purge_deleted()  # there may be no worker that ever would
        raise BadInput(refused_text(request.file.name, refusal)) from refusal


def first_warnings(report: Report) -> list[str]:
    """The warnings of an import, each with its line; the first ones of many."""
    warnings = [problem for problem in report.problems if problem.severity is Severity.WARNING]
    told = [f"line {one.line}: {sentence(one)}" if one.line else sentence(one) for one in warnings[:SHOWN_WARNINGS]]
    left = report.log.warnings - len(told)
    return [*told, f"... and {left:,} more warnings."] if left > 0 else told


def refused_text(name: str, refusal: FileRefused) -> str:
    """What is wrong with the file, each error with its line."""
    if refusal.report.log.counts[ProblemCode.NO_URL_COLUMN]:
        return f"{name}: No column has the addresses of the sites. Name it with --url-column COLUMN."
    lines = [f"{name}: {refusal.message}"]
    lines += [f"  {detail.path}: {detail.message}" for detail in refusal.details if detail.message != refusal.message]
    left = refusal.report.log.errors - len(refusal.details)
    if left > 0:
        lines.append(f"  ... and {left:,} more.")
    return "\n".join(lines)
