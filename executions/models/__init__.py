"""Executions, jobs, sessions, retries and their results."""

from executions.models.column_statistic import ColumnStatistic
from executions.models.credential import AgentCredential
from executions.models.defaults import ExecutionDefaults
from executions.models.event import EventType, ExecutionEvent
from executions.models.execution import Execution, ExecutionStatus, ExecutionType, SampleMethod
from executions.models.field_result import FieldResult
from executions.models.heartbeat import Heartbeat, HeartbeatKind
from executions.models.job import FailureType, Job, JobStatus
from executions.models.paired_run import PairedRun
from executions.models.rescoring import JobScore, Rescoring, RescoringPart, RescoringStatus
from executions.models.retry import Retry, RetryStatus
from executions.models.session import Screenshot, ScreenshotUsage, Session, SessionStatus

__all__ = [
    "AgentCredential",
    "ColumnStatistic",
    "EventType",
    "Execution",
    "ExecutionDefaults",
    "ExecutionEvent",
    "ExecutionStatus",
    "ExecutionType",
    "FailureType",
    "FieldResult",
    "Heartbeat",
    "HeartbeatKind",
    "Job",
    "JobScore",
    "JobStatus",
    "PairedRun",
    "Rescoring",
    "RescoringPart",
    "RescoringStatus",
    "Retry",
    "RetryStatus",
    "SampleMethod",
    "Screenshot",
    "ScreenshotUsage",
    "Session",
    "SessionStatus",
]
