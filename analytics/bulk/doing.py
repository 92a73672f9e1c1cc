"""Does to chosen rows what was confirmed, through the services, some hundred rows at a time."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from accounts.audit import summed
from accounts.models import User
from analytics.bulk.selection import Selection
from executions.models import Execution
from executions.services.cloning import rows_run
from executions.services.requeueing import jobs_requeue
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.ui.formats import number
from mino.common.values.clean import clean_text
from projects.models import InstructionVersion, Tag
from projects.services.rows import rows_set_instructions
from projects.services.rows_deletion import rows_delete
from projects.services.tags import COLOURS, rows_tag, tag_create
from projects.services.versions import version_create

MOST_DELETED = 10_000
"""Rows that one request deletes, so that it ends in time; asked again, it goes on with the rest."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, and the page that shows it; none where the batch's own page does."""

    text: str
    address: str = ""


Given = Mapping[str, str]


def rows_in_words(count: int) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{number(count)} row{'' if count == 1 else 's'}"


def like_of(selection: Selection) -> Execution | None:
    """The execution that a new one is started like: the one that is shown, else the batch's newest."""
    if selection.execution is not None:
        return selection.execution
    newest: Execution | None = Execution.objects.filter(batch=selection.batch).order_by("-created_at", "-id").first()
    return newest


def do(act: str, selection: Selection, user: User, given: Given) -> Done:
    """Do it. Raises what the services raise: InvalidInput for a field of `given`, InvalidState, PermissionDenied."""
    with summed():
        return DOING[act](selection, user, given)


def _run(selection: Selection, user: User, given: Given, version: InstructionVersion | None = None) -> Done:
    like = like_of(selection)
    if like is None:
        raise InvalidState("This batch was never run. Start its first execution with “Run”, which asks for the agent.")
    execution = rows_run(like.pk, selection.positions(), user=user, version=version, agent=given.get("agent", ""))
    told = f"Execution {execution.number} is started: {rows_in_words(execution.total_jobs // execution.repeats)}."
    return Done(told, reverse("execution", args=[execution.organization.slug, execution.pk]))


def _run_with(selection: Selection, user: User, given: Given) -> Done:
    return _run(selection, user, given, version=_version(selection, user, given))


def _version(selection: Selection, user: User, given: Given) -> InstructionVersion:
    """The version that is chosen; a new one where its text was changed."""
    versions = selection.batch.project.versions
    chosen = given.get("version", "")
    version = versions.filter(number=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 10 else None
    text = clean_text(given.get("text", "")).replace("\r\n", "\n").strip()
    if text:
        same: InstructionVersion | None = versions.filter(text=text).order_by("-number").first()
        about = given.get("change_description", "")
        return same or version_create(project=selection.batch.project, user=user, text=text, change_description=about)
    if version is None:
        message = "Choose a version, or write new instructions."
        raise InvalidInput(message, details=[Detail("version", message)])
    return version


def _retry(selection: Selection, user: User, given: Given) -> Done:
    if selection.execution is None:
        raise InvalidState("Show an execution first: rows are retried within one.")
    requeued = 0
    for chunk in selection.chunks():
        if failed := selection.failed(chunk):
            requeued += jobs_requeue(selection.execution.pk, user=user, jobs=failed).affected_jobs
    if not requeued:
        raise InvalidState("None of these rows has failed in this execution.")
    address = reverse("execution", args=[selection.execution.organization.slug, selection.execution.pk])
    return Done(f"{rows_in_words(requeued)} will be tried again.", address)


def _instructions(selection: Selection, user: User, given: Given) -> Done:
    text = given.get("text", "")
    count = sum(
        rows_set_instructions(batch=selection.batch, user=user, rows=ids, text=text) for ids in selection.rows()
    )
    what = "have instructions of their own" if text.strip() else "follow the version’s instructions"
    return Done(f"{rows_in_words(count)} {what} from the next execution on.")


def _tag(selection: Selection, user: User, given: Given, *, on: bool = True) -> Done:
    name = clean_text(given.get("new_tag", "")).strip() if on else ""
    tag = _tag_named(selection, user, name) if name else _tag_of(selection, user, given.get("tag", ""))
    changed = sum(rows_tag(batch=selection.batch, user=user, rows=ids, tag=tag, on=on) for ids in selection.rows())
    return Done(f"{rows_in_words(changed)} {'now' if on else 'no longer'} tagged “{tag.name}”.")


def _untag(selection: Selection, user: User, given: Given) -> Done:
    return _tag(selection, user, given, on=False)


def _tag_named(selection: Selection, user: User, name: str) -> Tag:
    """The tag of that name, made where there is none."""
    organization = selection.batch.organization
    known: Tag | None = Tag.objects.visible_to(user).filter(organization=organization, folded=name.casefold()).first()
    if known is not None:
        return known
    colour = COLOURS[Tag.objects.filter(organization=organization).count() % len(COLOURS)]
    return tag_create(organization=organization, user=user, name=name, colour=colour)


def _tag_of(selection: Selection, user: User, tag_id: str) -> Tag:
    tag: Tag | None = None
    with contextlib.suppress(ValueError):
        tag = (
            Tag.objects.visible_to(user)
            .filter(organization=selection.batch.organization_id, pk=uuid.UUID(tag_id))
            .first()
        )
    if tag is None:
        message = "Choose a tag, or write the name of a new one."
        raise InvalidInput(message, details=[Detail("tag", message)])
    return tag


def _delete(selection: Selection, user: User, given: Given) -> Done:
    ids = [row for chunk in selection.rows() for row in chunk]
    deleted = rows_delete(batch=selection.batch, user=user, rows=ids[:MOST_DELETED])
    left = len(ids) - deleted
    more = f" {rows_in_words(left)} of your choice are left: delete again to go on." if left else ""
    return Done(f"{rows_in_words(deleted)} deleted.{more}")


DOING: Mapping[str, Callable[[Selection, User, Given], Done]] = {
    "rerun": _run,
    "rerun_with": _run_with,
    "retry": _retry,
    "instructions": _instructions,
    "tag": _tag,
    "untag": _untag,
    "delete": _delete,
}
