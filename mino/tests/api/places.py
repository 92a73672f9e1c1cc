"""Every operation of the API, read from the URLconf, and who may ask for it.

`PLACES` says which role a signed-in person needs for an operation, and which scope a key; None: no key reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.urls import get_resolver, reverse

from accounts.api_keys.scopes import Scope
from accounts.models import Role
from mino.common.api.operation import Operation, operation_of
from mino.tests.subjects import Subjects

EVERY_KEY = "every key"
FOR_GUESTS = {
    *("organization_list", "organization_read", "project_list", "batch_list", "import_list", "execution_list"),
    *(
        "organization_leave",
        "tag_list",
        "export_list",
        "execution_list_export",
        "project_list_export",
        "batch_list_export",
        "dead_letter_list_export",
        "retry_list_export",
        "retry_list",
        "dead_letter_list",
        "dead_letters_retry",
        "dead_letters_skip",
    ),
}
"""Operations of the organization that show guests what is theirs; all others of it refuse them."""

NOT_FOR_GUESTS = {"grant_list", "grant_read"}
"""Operations on a project that need a role all the same."""

PLACES: dict[str, tuple[Role, str | None]] = {
    "organization_list": (Role.VIEWER, EVERY_KEY),
    "organization_read": (Role.VIEWER, EVERY_KEY),
    "organization_update": (Role.ADMIN, None),
    "organization_leave": (Role.VIEWER, None),
    "member_list": (Role.VIEWER, None),
    "member_read": (Role.VIEWER, None),
    "member_update": (Role.ADMIN, None),
    "member_remove": (Role.ADMIN, None),
    "ownership_transfer": (Role.OWNER, None),
    "invitation_list": (Role.ADMIN, None),
    "invitation_create": (Role.ADMIN, None),
    "invitation_read": (Role.ADMIN, None),
    "invitation_revoke": (Role.ADMIN, None),
    "invitation_resend": (Role.ADMIN, None),
    "guest_list": (Role.ADMIN, None),
    "guest_read": (Role.ADMIN, None),
    "guest_remove": (Role.ADMIN, None),
    "retention_read": (Role.ADMIN, None),
    "retention_update": (Role.ADMIN, None),
    "agent_list": (Role.VIEWER, Scope.RUN_EXECUTIONS),
    "run_defaults_read": (Role.VIEWER, Scope.RUN_EXECUTIONS),
    "run_defaults_update": (Role.ADMIN, None),
    "usage_read": (Role.ADMIN, None),
    "audit_list": (Role.ADMIN, None),
    "api_key_list": (Role.ADMIN, None),
    "api_key_create": (Role.OWNER, None),
    "api_key_read": (Role.ADMIN, None),
    "api_key_revoke": (Role.OWNER, None),
    "api_key_rotate": (Role.OWNER, None),
    "folder_list": (Role.VIEWER, Scope.READ_BATCHES),
    "folder_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "folder_read": (Role.VIEWER, Scope.READ_BATCHES),
    "folder_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "folder_delete": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_list": (Role.VIEWER, Scope.READ_BATCHES),
    "tag_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_read": (Role.VIEWER, Scope.READ_BATCHES),
    "tag_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_delete": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_list": (Role.VIEWER, Scope.READ_BATCHES),
    "batch_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_read": (Role.VIEWER, Scope.READ_BATCHES),
    "batch_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_delete": (Role.ADMIN, Scope.WRITE_BATCHES),
    "batch_tags_set": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_tag_add": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_tag_remove": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_list": (Role.VIEWER, Scope.WRITE_BATCHES),
    "import_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_read": (Role.VIEWER, Scope.WRITE_BATCHES),
    "import_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_reading_set": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_start": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_cancel": (Role.MEMBER, Scope.WRITE_BATCHES),
    "column_list": (Role.VIEWER, Scope.READ_BATCHES),
    "column_read": (Role.VIEWER, Scope.READ_BATCHES),
    "column_try": (Role.VIEWER, Scope.READ_RESULTS),
    "column_update": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "row_list": (Role.VIEWER, Scope.READ_BATCHES),
    "row_read": (Role.VIEWER, Scope.READ_BATCHES),
    "row_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "rows_delete": (Role.ADMIN, Scope.WRITE_BATCHES),
    "rows_tag": (Role.MEMBER, Scope.WRITE_BATCHES),
    "scoring_read": (Role.VIEWER, Scope.READ_RESULTS),
    "scoring_retry": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "truth_set": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "answer_take": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "answers_plan": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "answers_take": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "note_list": (Role.VIEWER, Scope.READ_BATCHES),
    "note_add": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "note_read": (Role.VIEWER, Scope.READ_BATCHES),
    "note_delete": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "truth_revision_list": (Role.VIEWER, Scope.READ_BATCHES),
    "truth_revision_take_back": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "truth_change_read": (Role.VIEWER, Scope.READ_BATCHES),
    "truth_change_take_back": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "review_read": (Role.VIEWER, Scope.READ_RESULTS),
    "review_cell_list": (Role.VIEWER, Scope.READ_RESULTS),
    "review_decision_list": (Role.VIEWER, Scope.READ_RESULTS),
    "review_decide": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "review_undo": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "suspect_list": (Role.VIEWER, Scope.READ_RESULTS),
    "suspect_read": (Role.VIEWER, Scope.READ_RESULTS),
    "suspect_correct": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "suspect_dismiss": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "suspect_reopen": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "project_list": (Role.VIEWER, Scope.READ_PROJECTS),
    "project_create": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "project_read": (Role.VIEWER, Scope.READ_PROJECTS),
    "project_update": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "project_delete": (Role.ADMIN, Scope.WRITE_PROJECTS),
    "project_visibility_set": (Role.ADMIN, None),
    "grant_list": (Role.VIEWER, None),
    "access_give": (Role.ADMIN, None),
    "grant_read": (Role.VIEWER, None),
    "grant_update": (Role.ADMIN, None),
    "grant_remove": (Role.ADMIN, None),
    "promised_grant_list": (Role.ADMIN, None),
    "promised_grant_read": (Role.ADMIN, None),
    "promised_grant_remove": (Role.ADMIN, None),
    "version_list": (Role.VIEWER, Scope.READ_PROJECTS),
    "version_create": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "version_read": (Role.VIEWER, Scope.READ_PROJECTS),
    "webhook_list": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_create": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_read": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_update": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delete": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_rotate": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_test": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delivery_list": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delivery_read": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_redeliver": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_redeliver_failed": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "production_version_set": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "execution_list": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_create": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_estimate": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_clone": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_rerun_failed": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "pair_create": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "pair_read": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_read": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_pause": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_resume": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_stop": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_concurrency_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_max_retries_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_budget_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_retry_failed": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_list": (Role.VIEWER, Scope.READ_RESULTS),
    "job_read": (Role.VIEWER, Scope.READ_RESULTS),
    "session_list": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_session_list": (Role.VIEWER, Scope.READ_RESULTS),
    "session_read": (Role.VIEWER, Scope.READ_RESULTS),
    "screenshot_list": (Role.VIEWER, Scope.READ_RESULTS),
    "screenshot_read": (Role.VIEWER, Scope.READ_RESULTS),
    "thumbnail_read": (Role.VIEWER, Scope.READ_RESULTS),
    "field_result_list": (Role.VIEWER, Scope.READ_RESULTS),
    "job_retry": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_skip": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_cancel": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "retry_list": (Role.VIEWER, Scope.READ_RESULTS),
    "dead_letter_list": (Role.VIEWER, Scope.READ_RESULTS),
    "dead_letters_retry": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "dead_letters_skip": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "jobs_bulk_action": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "export_list": (Role.VIEWER, Scope.EXPORT_DATA),
    "results_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "batch_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_read": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_cancel": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_again": (Role.VIEWER, Scope.EXPORT_DATA),
    "execution_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "project_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "batch_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "dead_letter_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "retry_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "pattern_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "execution_pattern_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "suspect_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "truth_revision_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "batch_row_history_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "project_row_history_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "flip_list_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "comparison_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "comparisons_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_download": (Role.VIEWER, Scope.EXPORT_DATA),
    "pattern_list": (Role.VIEWER, Scope.READ_RESULTS),
    "pattern_read": (Role.VIEWER, Scope.READ_RESULTS),
    "executions_compare": (Role.VIEWER, Scope.READ_RESULTS),
    "flip_list": (Role.VIEWER, Scope.READ_RESULTS),
    "baseline_read": (Role.VIEWER, Scope.READ_RESULTS),
    "baseline_update": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "pattern_occurrence_list": (Role.VIEWER, Scope.READ_RESULTS),
    "pattern_dismiss": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "pattern_reopen": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "pattern_instruct": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "pattern_run": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_pattern_list": (Role.VIEWER, Scope.READ_RESULTS),
    "pattern_search_read": (Role.VIEWER, Scope.READ_RESULTS),
    "pattern_search_start": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_compare": (Role.VIEWER, Scope.READ_RESULTS),
    "project_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "batch_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_repeats_read": (Role.VIEWER, Scope.READ_RESULTS),
    "repeated_row_list": (Role.VIEWER, Scope.READ_RESULTS),
    "batch_row_history_list": (Role.VIEWER, Scope.READ_RESULTS),
    "project_row_history_list": (Role.VIEWER, Scope.READ_RESULTS),
    "site_list": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_events": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_events_poll": (Role.VIEWER, Scope.READ_RESULTS),
}


@dataclass(frozen=True)
class Place:
    """One operation at its address."""

    operation: Operation
    method: str
    name: str
    parameters: tuple[str, ...]
    is_outside: bool
    url_pattern: str

    def url(self, subjects: Subjects) -> str:
        """Its address, filled with the ids of the test's own objects."""
        return reverse(self.name, kwargs={name: subjects.value(name) for name in self.parameters})

    @property
    def body(self) -> Any:
        """A body that is taken."""
        example: Any = self.operation.takes.example if self.operation.takes else None
        if self.operation.multipart:
            return {
                **example,
                "file": ContentFile(b"site_url,expected_price\nhttps://shop.example/1,12\n", "sites.csv"),
            }
        return example

    @property
    def hides(self) -> bool:
        """Whether it is about something that strangers must not even find."""
        return bool(self.parameters)


def places() -> Iterator[Place]:
    """All operations below /api/v1/."""
    api = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")
    for entry in _patterns(api):
        view = getattr(entry.callback, "cls", None)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if view is None or not hasattr(view, method.lower()):
                continue
            about = operation_of(view, method)
            if about is None:
                assert entry.name in ("api_document", "api_documentation"), f"{entry.name} {method} is no operation"
                continue
            yield Place(about, method, entry.name, tuple(entry.pattern.converters), view.outside, str(entry.pattern))


def _patterns(resolver: Any) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from _patterns(entry)
        else:
            yield entry


ALL = sorted(places(), key=lambda place: place.operation.name)
