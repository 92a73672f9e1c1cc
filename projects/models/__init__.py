"""Projects, instruction versions, folders, tags, batches, columns and rows."""

from projects.models.batch import Batch, BatchStatus
from projects.models.batch_import import BatchImport, ImportStatus
from projects.models.column import Column
from projects.models.folder import Folder
from projects.models.instruction_version import InstructionVersion
from projects.models.invited_grant import InvitedGrant, Level
from projects.models.project import Project, ProjectUserObjectPermission, projects_of
from projects.models.row import Row
from projects.models.tag import Tag
from projects.models.tagging import TaggedBatch, TaggedRow
from projects.models.truth_note import TruthNote
from projects.models.truth_revision import TruthRevision

__all__ = [
    "Batch",
    "BatchImport",
    "BatchStatus",
    "Column",
    "Folder",
    "ImportStatus",
    "InstructionVersion",
    "InvitedGrant",
    "Level",
    "Project",
    "ProjectUserObjectPermission",
    "Row",
    "Tag",
    "TaggedBatch",
    "TaggedRow",
    "TruthNote",
    "TruthRevision",
    "projects_of",
]
