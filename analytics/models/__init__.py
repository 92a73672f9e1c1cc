"""What analytics keeps: results that would take long to compute again, and what people chose for them."""

from analytics.models.comparison import Comparison, ComparisonStatus
from analytics.models.export import Export, ExportKind, ExportStatus
from analytics.models.project_baseline import ProjectBaseline

__all__ = ["Comparison", "ComparisonStatus", "Export", "ExportKind", "ExportStatus", "ProjectBaseline"]
