"""Lists of pages as tables: all that a page's filters find, in the order of the page."""

from analytics.exporting.lists.executions import executions_table
from analytics.exporting.lists.failures import letters_table, retries_table
from analytics.exporting.lists.findings import histories_table, occurrences_table, patterns_table
from analytics.exporting.lists.projects import batches_table, projects_table
from analytics.exporting.lists.truth import revisions_table, suspects_table

__all__ = [
    "batches_table",
    "executions_table",
    "histories_table",
    "letters_table",
    "occurrences_table",
    "patterns_table",
    "projects_table",
    "retries_table",
    "revisions_table",
    "suspects_table",
]
