"""The analytics application."""

from django.apps import AppConfig

from mino.common.hooks import (
    batch_purging,
    execution_finished,
    execution_rescored,
    ground_truth_changed,
    options_changed,
    organization_purging,
    person_erase,
    person_export,
    results_rescoring,
    rows_deleting,
)


class AnalyticsConfig(AppConfig):
    """Figures, exports and the evaluate command."""

    name = "analytics"

    def ready(self) -> None:
        """Take part in what happens below."""
        from analytics.bulk.removing import findings_of_rows_remove
        from analytics.exporting.background.sweeping import exports_remove  # models exist from here on only
        from analytics.following import figures_following
        from analytics.organization_end import exports_of_organization_remove
        from analytics.own_data import analytics_export
        from analytics.own_traces import analytics_erase
        from analytics.patterns.services import patterns_remove, patterns_want, patterns_want_one
        from analytics.repeats.services import repeats_want, repeats_want_one
        from analytics.rollups.removing import roll_ups_remove
        from analytics.rollups.wanting import roll_up_want, roll_ups_want
        from analytics.suspects.receiving import on_execution_finished, on_options_changed, on_truth_changed
        from analytics.suspects.scanning import scans_remove

        batch_purging.register(exports_remove)
        organization_purging.register(exports_of_organization_remove)
        person_export.register(analytics_export)
        person_erase.register(analytics_erase)
        batch_purging.register(scans_remove)
        execution_finished.register(on_execution_finished)
        ground_truth_changed.register(on_truth_changed)
        options_changed.register(on_options_changed)
        batch_purging.register(roll_ups_remove)
        execution_finished.register(roll_up_want)
        execution_rescored.register(roll_ups_want)
        batch_purging.register(patterns_remove)
        execution_finished.register(patterns_want_one)
        execution_rescored.register(patterns_want)
        results_rescoring.register(figures_following)
        rows_deleting.register(findings_of_rows_remove)
        execution_finished.register(repeats_want_one)
        execution_rescored.register(repeats_want)
