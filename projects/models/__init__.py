"""Projects, instruction versions, batches, columns and rows."""

from projects.models.batch import Batch, BatchStatus
from projects.models.batch_import import BatchImport, ImportStatus
from projects.models.column import Column
from projects.models.instruction_version import InstructionVersion
from projects.models.project import Project, ProjectUserObjectPermission
from projects.models.row import Row
from projects.models.truth_revision import TruthRevision

__all__ = [
    "Batch",
    "BatchImport",
    "BatchStatus",
    "Column",
    "ImportStatus",
    "InstructionVersion",
    "Project",
    "ProjectUserObjectPermission",
    "Row",
    "TruthRevision",
]
