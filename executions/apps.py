"""The executions application."""

from django.apps import AppConfig

from mino.common.hooks import batch_purging, batches_deleting, ground_truth_changed


class ExecutionsConfig(AppConfig):
    """Executions, jobs, the engine and the agents."""

    name = "executions"

    def ready(self) -> None:
        """Listen to what happens below."""
        from executions.rescoring.truth import rescore_changed_truth
        from executions.services.deletion import purge_batch, refuse_unfinished

        batches_deleting.register(refuse_unfinished)
        batch_purging.register(purge_batch)
        ground_truth_changed.register(rescore_changed_truth)
