"""The executions application."""

from django.apps import AppConfig

from mino.common.hooks import (
    batch_purging,
    batches_deleting,
    ground_truth_changed,
    options_changed,
    organization_deleting,
    organization_purging,
    person_erase,
    person_export,
    rows_deleting,
    rows_moved,
    rows_purging,
    rows_settled,
)
from mino.common.rotation import register_column


class ExecutionsConfig(AppConfig):
    """Executions, jobs, the engine and the agents."""

    name = "executions"

    def ready(self) -> None:
        """Listen to what happens below."""
        from executions.credentials.keys import COLUMN
        from executions.models import AgentCredential
        from executions.own_data import executions_export
        from executions.own_traces import executions_erase
        from executions.rescoring.options import rescore_changed_options
        from executions.rescoring.truth import rescore_changed_truth
        from executions.services.deletion import purge_batch, refuse_unfinished
        from executions.services.organization_end import executions_remove, executions_stop_later
        from executions.services.rows_deletion import (
            jobs_follow_rows,
            pictures_of_rows_remove,
            results_of_rows_remove,
            selections_follow_rows,
        )

        batches_deleting.register(refuse_unfinished)
        batch_purging.register(purge_batch)
        organization_deleting.register(executions_stop_later)
        organization_purging.register(executions_remove)
        person_export.register(executions_export)
        person_erase.register(executions_erase)
        ground_truth_changed.register(rescore_changed_truth)
        options_changed.register(rescore_changed_options)
        rows_purging.register(pictures_of_rows_remove)
        rows_deleting.register(results_of_rows_remove)
        rows_moved.register(jobs_follow_rows)
        rows_settled.register(selections_follow_rows)
        register_column("Agents' keys", AgentCredential, COLUMN)
