"""Every service leaves an entry: read from the source for all of them, and tried out one by one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create, api_key_revoke, api_key_rotate
from accounts.audit.actions import ACTIONS
from accounts.models import ApiKey, AuditEntry, Channel, Organization, User
from analytics.comparison.baselines import project_clear_baseline, project_set_baseline, project_set_margin
from analytics.exporting.background.ordering import export_cancel, export_order, export_retry
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.grid.saving import saved_filter_create, saved_filter_delete, saved_filter_rename
from analytics.models import Export, ExportStatus, FailurePattern, SavedFilter, Suspect
from analytics.patterns.services import pattern_dismiss, pattern_reopen, patterns_ask
from analytics.suspects.services import suspect_correct, suspect_dismiss, suspect_reopen
from executions.agents.registry import AGENTS
from executions.credentials.setting import credential_limit, credential_remove, credential_set
from executions.models import Execution, Job, JobStatus
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.creation import execution_create
from executions.services.dead_letters import dead_letters_requeue, dead_letters_skip
from executions.services.requeueing import job_cancel, jobs_requeue, jobs_skip
from executions.services.tuning import execution_set_budget, execution_set_concurrency, execution_set_max_retries
from mino.tests.api.asking import Asker
from mino.tests.audit.calls import acts, leads_to_record, named_acts
from mino.tests.subjects import Subjects
from projects.importing.starting import import_cancel, import_start
from projects.importing.uploading import import_paste, import_upload
from projects.models import Batch, BatchImport, Folder, Project, Row, Tag, TruthNote
from projects.services.batches import batch_update
from projects.services.columns import column_update_options
from projects.services.deletion import batch_delete, project_delete
from projects.services.folders import batches_move, folder_create, folder_delete, folder_move, folder_rename
from projects.services.notes import note_add, note_delete
from projects.services.projects import project_create, project_update
from projects.services.rows import row_set_instructions, rows_set_instructions
from projects.services.rows_deletion import rows_delete
from projects.services.tags import batches_tag, rows_tag, tag_change, tag_create, tag_delete
from projects.services.truth import truth_set, truth_set_many
from projects.services.truth_cells import CellChange
from projects.services.versions import version_create, version_set_production

CHANGE_NOTHING = {
    # Previews, and the choices before an import: its start and its end are told.
    "projects.importing.uploading.import_read_again",
    "projects.importing.uploading.import_choose",
    "projects.truth_files.services.truth_file_preview",
    "projects.truth_files.services.truth_file_look_again",
    "analytics.sheet.taking.taking_plan",
    "executions.services.forecasting.execution_forecast",
}
KEY = "sk-0123456789-abcdefgh"


def test_every_service_leads_to_an_entry() -> None:
    leads = leads_to_record()
    silent = {name for name in acts() if not leads[name]}
    assert silent == CHANGE_NOTHING, "call accounts.audit.record, or say here why there is nothing to tell"


def test_every_act_that_is_recorded_has_words() -> None:
    assert set(named_acts()) <= set(ACTIONS)


def test_the_work_of_the_engine_is_no_act() -> None:
    telling = {name for name, leads in leads_to_record().items() if leads}
    assert not [name for name in telling if name.startswith("executions.engine.")]


class World:
    """What the acts below are done to, found anew for each of them."""

    def __init__(self, subjects: Subjects, organization: Organization, owner: User) -> None:
        self.organization, self.user = organization, owner
        self.project = Project.objects.get(pk=subjects.value("project_id"))
        self.batch = Batch.objects.get(pk=subjects.value("batch_id"))
        self.execution: Execution = Execution.objects.get(pk=subjects.value("execution_id"))
        self.job = Job.objects.get(pk=subjects.value("job_id"))
        self.row: Row = self.job.row
        self.tag = Tag.objects.get(pk=subjects.value("tag_id"))
        self.folder = Folder.objects.get(pk=subjects.value("folder_id"))
        self.note = TruthNote.objects.get(pk=subjects.value("note_id"))
        self.suspect = Suspect.objects.get(pk=subjects.value("suspect_id"))
        self.suspect.truth = self.row.truth["price"]
        self.suspect.save(update_fields=["truth"])
        self.pattern = FailurePattern.objects.get(pk=subjects.value("pattern_id"))
        self.filter = SavedFilter.objects.get(pk=subjects.value("filter_id"))
        self.export = Export.objects.get(pk=subjects.value("export_id"))
        self.found_import = BatchImport.objects.get(pk=subjects.value("import_id"))

    @property
    def rows(self) -> list[Any]:
        """The ids of the batch's rows."""
        return list(self.batch.rows.values_list("pk", flat=True))

    def change(self) -> list[CellChange]:
        """A change of the truth."""
        return [CellChange(self.row.pk, "price", "99")]

    def failed(self) -> Execution:
        """The execution, two of whose rows have failed."""
        ids = list(self.execution.jobs.values_list("pk", flat=True)[:2])
        Job.objects.filter(pk__in=ids).update(status=JobStatus.ERROR, error_code="TIMEOUT")
        Execution.objects.filter(pk=self.execution.pk).update(
            queued_jobs=1, error_jobs=2, error_counts={"TIMEOUT": 2}, status="running"
        )
        return self.execution

    def key(self) -> ApiKey:
        """An API key."""
        return api_key_create(
            organization=self.organization, user=None, name="Nightly", scopes=[Scope.READ_PROJECTS]
        ).api_key


Act = Callable[[World], object]


def in_turn(*acts: Act) -> Act:
    """All of them, in order."""

    def act(world: World) -> None:
        for one in acts:
            one(world)

    return act


ACTS: dict[str, Act] = {
    "project.created": lambda w: project_create(
        organization=w.organization, user=w.user, name="New", instructions="Return the price of the product."
    ),
    "project.updated": lambda w: project_update(project=w.project, user=w.user, name="Other", description=""),
    "project.deleted": in_turn(
        lambda w: execution_stop(w.execution.pk, user=None), lambda w: project_delete(project=w.project, user=w.user)
    ),
    "version.created": lambda w: version_create(project=w.project, user=w.user, text="Return the price and the title."),
    "version.put_in_production": lambda w: version_set_production(
        version=version_create(project=w.project, user=None, text="Return the price and the title."), user=w.user
    ),
    "folder.created": lambda w: folder_create(project=w.project, user=w.user, name="New"),
    "folder.renamed": lambda w: folder_rename(folder=w.folder, user=w.user, name="New"),
    "folder.moved": lambda w: folder_move(
        folder=w.folder, user=w.user, parent=folder_create(project=w.project, user=None, name="New")
    ),
    "folder.deleted": lambda w: folder_delete(folder=w.folder, user=w.user),
    "batch.moved": lambda w: batches_move(project=w.project, user=w.user, batches=[w.batch], folder=w.folder),
    "tag.created": lambda w: tag_create(organization=w.organization, user=w.user, name="New", colour="#112233"),
    "tag.changed": lambda w: tag_change(tag=w.tag, user=w.user, name="New", colour="#112233"),
    "tag.deleted": lambda w: tag_delete(tag=w.tag, user=w.user),
    "batch.tagged": lambda w: batches_tag(project=w.project, user=w.user, batches=[w.batch], tag=w.tag),
    "batch.untagged": in_turn(
        lambda w: batches_tag(project=w.project, user=None, batches=[w.batch], tag=w.tag),
        lambda w: batches_tag(project=w.project, user=w.user, batches=[w.batch], tag=w.tag, on=False),
    ),
    "row.tagged": lambda w: rows_tag(batch=w.batch, user=w.user, rows=w.rows, tag=w.tag),
    "row.untagged": in_turn(
        lambda w: rows_tag(batch=w.batch, user=None, rows=w.rows, tag=w.tag),
        lambda w: rows_tag(batch=w.batch, user=w.user, rows=w.rows, tag=w.tag, on=False),
    ),
    "batch.updated": lambda w: batch_update(batch=w.batch, user=w.user, name="Other", description=""),
    "batch.deleted": in_turn(
        lambda w: execution_stop(w.execution.pk, user=None), lambda w: batch_delete(batch=w.batch, user=w.user)
    ),
    "column.options_changed": lambda w: column_update_options(
        column=w.batch.columns.get(name="price"), user=w.user, options={"tolerance": "1"}
    ),
    "row.instructions_set": lambda w: row_set_instructions(
        row=w.row, user=w.user, text="Return nothing but the price."
    ),
    "row.deleted": in_turn(
        lambda w: execution_stop(w.execution.pk, user=None),
        lambda w: rows_delete(batch=w.batch, user=w.user, rows=w.rows[:2]),
    ),
    "truth.changed": lambda w: truth_set(batch=w.batch, changes=w.change(), user=w.user, reason="Looked it up"),
    "truth.note_added": lambda w: note_add(row=w.row, column="price", text="Rang them", user=w.user),
    "truth.note_deleted": lambda w: note_delete(note=w.note, user=w.user),
    "import.uploaded": lambda w: import_upload(
        project=w.project, user=w.user, file=ContentFile(b"site_url\nhttps://shop.example/1\n"), name="new.csv"
    ),
    "import.started": lambda w: import_start(
        batch_import=w.found_import, user=w.user, name="New", leave_out_errors=True
    ),
    "import.cancelled": lambda w: import_cancel(batch_import=w.found_import, user=w.user),
    "execution.created": lambda w: execution_create(
        batch=w.batch,
        user=w.user,
        instruction_version=w.execution.instruction_version,
        agent="local",
        allow_parallel=True,
    ),
    "execution.paused": lambda w: execution_pause(w.execution.pk, user=w.user),
    "execution.resumed": in_turn(
        lambda w: execution_pause(w.execution.pk, user=None), lambda w: execution_resume(w.execution.pk, user=w.user)
    ),
    "execution.stopped": lambda w: execution_stop(w.execution.pk, user=w.user),
    "execution.concurrency_changed": lambda w: execution_set_concurrency(w.execution.pk, 9, user=w.user),
    "execution.max_retries_changed": lambda w: execution_set_max_retries(w.execution.pk, 9, user=w.user),
    "execution.budget_changed": in_turn(
        lambda w: execution_set_budget(w.execution.pk, None, user=None),
        lambda w: Execution.objects.filter(pk=w.execution.pk).update(budget=Decimal(5)),
        lambda w: execution_set_budget(w.execution.pk, None, user=w.user),
    ),
    "job.requeued": lambda w: jobs_requeue(w.failed().pk, user=w.user),
    "job.skipped": lambda w: jobs_skip(w.execution.pk, user=w.user, jobs=[w.job.pk]),
    "job.cancelled": lambda w: job_cancel(w.job.pk, user=w.user),
    "api_key.created": lambda w: api_key_create(
        organization=w.organization, user=w.user, name="Nightly", scopes=[Scope.READ_PROJECTS]
    ),
    "api_key.rotated": lambda w: api_key_rotate(api_key=w.key(), user=w.user),
    "api_key.revoked": lambda w: api_key_revoke(api_key=w.key(), user=w.user),
    "credential.set": lambda w: credential_set(organization=w.organization, kind=AGENTS["eva"], key=KEY, user=w.user),
    "credential.removed": in_turn(
        lambda w: credential_set(organization=w.organization, kind=AGENTS["eva"], key=KEY, user=w.user),
        lambda w: credential_remove(organization=w.organization, kind=AGENTS["eva"], user=w.user),
    ),
    "credential.limit_changed": lambda w: credential_limit(
        organization=w.organization, kind=AGENTS["eva"], concurrency=7, user=w.user
    ),
    "project.baseline_set": in_turn(
        lambda w: execution_stop(w.execution.pk, user=None),
        lambda w: project_set_baseline(execution=Execution.objects.get(pk=w.execution.pk), user=w.user),
        lambda w: project_clear_baseline(project=w.project, user=w.user),
    ),
    "project.margin_set": lambda w: project_set_margin(project=w.project, user=w.user, margin=0.1),
    "saved_filter.created": lambda w: saved_filter_create(
        project=w.project, user=w.user, name="New", query="status=error"
    ),
    "saved_filter.renamed": lambda w: saved_filter_rename(kept=w.filter, user=w.user, name="New"),
    "saved_filter.deleted": lambda w: saved_filter_delete(kept=w.filter, user=w.user),
    "pattern.searched": in_turn(
        lambda w: execution_stop(w.execution.pk, user=None),
        lambda w: patterns_ask(Execution.objects.get(pk=w.execution.pk), user=w.user),
    ),
    "pattern.dismissed": lambda w: pattern_dismiss(w.pattern, user=w.user),
    "pattern.reopened": in_turn(
        lambda w: pattern_dismiss(w.pattern, user=w.user), lambda w: pattern_reopen(w.pattern, user=w.user)
    ),
    "suspect.corrected": lambda w: suspect_correct(suspect=w.suspect, user=w.user, seen="2"),
    "suspect.dismissed": lambda w: suspect_dismiss(suspect=w.suspect, user=w.user, seen="2"),
    "suspect.reopened": in_turn(
        lambda w: suspect_dismiss(suspect=w.suspect, user=w.user, seen="2"),
        lambda w: suspect_reopen(suspect=w.suspect, user=w.user),
    ),
    "export.ordered": lambda w: export_order(source=BatchRows(w.batch), export_format=ExportFormat.CSV, user=w.user),
    "export.cancelled": lambda w: export_cancel(
        export=export_order(source=BatchRows(w.batch), export_format=ExportFormat.CSV, user=w.user), user=w.user
    ),
}


@pytest.mark.django_db
def test_each_act_leaves_an_entry_of_who_did_it_in_its_organization(
    subjects: Subjects, organization: Organization, owner: User
) -> None:
    wrong = {}
    for event, act in ACTS.items():
        with transaction.atomic():
            last = AuditEntry.objects.latest("timestamp", "id")
            act(World(subjects, organization, owner))
            new = AuditEntry.objects.filter(event=event, actor=owner, id__gt=last.pk)
            told = [(one.organization_id, bool(one.object_pk), KEY in str(one.__dict__)) for one in new]
            if not told or set(told) != {(organization.pk, True, False)}:
                wrong[event] = told
            transaction.set_rollback(True)
    assert not wrong
    assert set(ACTS) <= set(ACTIONS)


@pytest.mark.django_db
def test_asking_again_for_what_is_so_leaves_none(subjects: Subjects, organization: Organization, owner: User) -> None:
    world = World(subjects, organization, owner)
    twice: list[Act] = [
        ACTS["project.updated"],
        ACTS["execution.paused"],
        ACTS["truth.changed"],
        ACTS["execution.concurrency_changed"],
        ACTS["credential.limit_changed"],
        ACTS["project.margin_set"],
        ACTS["pattern.dismissed"],
        ACTS["row.tagged"],
        ACTS["tag.deleted"],
    ]
    for act in twice:
        act(world)
        count = AuditEntry.objects.count()
        act(world)
        assert AuditEntry.objects.count() == count


@pytest.mark.django_db
def test_what_is_done_to_many_is_one_entry_with_their_number(
    subjects: Subjects, organization: Organization, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(subjects, organization, owner)
    for module in ("executions.services.dead_letters", "executions.services.requeueing"):
        monkeypatch.setattr(f"{module}.JOBS_AT_ONCE", 1)
    monkeypatch.setattr("projects.services.rows_deletion.DELETED_AT_ONCE", 1)
    letters = Job.objects.filter(execution=world.execution)
    many: dict[str, tuple[int, Callable[[], object]]] = {
        "job.requeued": (2, lambda: (world.failed(), dead_letters_requeue(letters, user=owner))),
        "job.skipped": (2, lambda: (world.failed(), dead_letters_skip(letters, user=owner))),
        "row.instructions_set": (
            3,
            lambda: rows_set_instructions(
                batch=world.batch, user=owner, rows=world.rows, text="Return only the price."
            ),
        ),
        "truth.changed": (
            3,
            lambda: truth_set_many(
                batch=world.batch, changes=[CellChange(row, "price", "77") for row in world.rows], user=owner
            ),
        ),
        "row.deleted": (
            3,
            lambda: (
                execution_stop(world.execution.pk, user=None),
                rows_delete(batch=world.batch, user=owner, rows=world.rows),
            ),
        ),
    }
    for event, (count, act) in many.items():
        last = AuditEntry.objects.latest("timestamp", "id")
        act()
        new = AuditEntry.objects.filter(id__gt=last.pk, event=event)
        assert [one.count for one in new] == [count], event


@pytest.mark.django_db
def test_a_batch_is_made_by_who_gave_its_file(subjects: Subjects, organization: Organization, owner: User) -> None:
    world = World(subjects, organization, owner)
    import_start(batch_import=world.found_import, user=owner, name="New", leave_out_errors=True)
    entry = AuditEntry.objects.get(event="batch.created", object_repr="New")
    assert (entry.actor, entry.changes["rows"]) == (world.found_import.created_by, [None, 1])


@pytest.mark.django_db
def test_a_program_is_named_by_its_key_and_the_key_is_not_shown(organization: Organization, project: Project) -> None:
    made = api_key_create(organization=organization, user=None, name="Nightly", scopes=list(Scope.values))
    ask = Asker({"Authorization": f"Bearer {made.text}", "User-Agent": "curl/8"})
    answer = ask("PATCH", f"projects/{project.pk}", {"name": f"By {made.text}"})
    assert answer.status_code == 200, answer.content
    entry = AuditEntry.objects.get(event="project.updated")
    assert (entry.actor, entry.api_key_id, entry.api_key_text) == (None, made.api_key.pk, str(made.api_key))
    assert (entry.channel, entry.organization, entry.user_agent) == (Channel.API, organization, "curl/8")
    assert not any(made.text in str(one.__dict__) for one in AuditEntry.objects.all())


@pytest.mark.django_db
def test_an_export_made_again_is_ordered_again(subjects: Subjects, organization: Organization, owner: User) -> None:
    world = World(subjects, organization, owner)
    Export.objects.filter(pk=world.export.pk).update(status=ExportStatus.EXPIRED, created_by=owner)
    before = AuditEntry.objects.filter(event="export.ordered").count()
    export_retry(export=Export.objects.get(pk=world.export.pk), user=owner)
    assert AuditEntry.objects.filter(event="export.ordered").count() == before + 1


@pytest.mark.django_db
def test_pasted_rows_are_told_as_uploaded_ones(subjects: Subjects, organization: Organization, owner: User) -> None:
    import_paste(project=World(subjects, organization, owner).project, user=owner, text="https://shop.example/1")
    assert AuditEntry.objects.latest("timestamp", "id").changes["file"] == [None, "pasted text"]
