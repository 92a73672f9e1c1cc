"""What analytics keeps: results that would take long to compute again, and what people chose for them."""

from analytics.models.comparison import Comparison, ComparisonStatus
from analytics.models.export import Export, ExportKind, ExportStatus
from analytics.models.failure_pattern import (
    FailurePattern,
    PatternAnalysis,
    PatternKind,
    PatternOccurrence,
    PatternState,
    PatternTrend,
)
from analytics.models.project_baseline import ProjectBaseline
from analytics.models.review import Decision, ReviewDecision, ReviewReservation
from analytics.models.roll_ups import (
    BatchRollUp,
    ExecutionRollUp,
    RowHistory,
    RowKind,
    SiteGeneration,
    SiteStatistic,
)
from analytics.models.saved_filter import SavedFilter
from analytics.models.suspect import Suspect, SuspectScan, SuspectState

__all__ = [
    "BatchRollUp",
    "Comparison",
    "ComparisonStatus",
    "Decision",
    "ExecutionRollUp",
    "Export",
    "ExportKind",
    "ExportStatus",
    "FailurePattern",
    "PatternAnalysis",
    "PatternKind",
    "PatternOccurrence",
    "PatternState",
    "PatternTrend",
    "ProjectBaseline",
    "ReviewDecision",
    "ReviewReservation",
    "RowHistory",
    "RowKind",
    "SavedFilter",
    "SiteGeneration",
    "SiteStatistic",
    "Suspect",
    "SuspectScan",
    "SuspectState",
]
