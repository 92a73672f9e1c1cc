"""Addresses about executions and what is in them."""

from django.urls import path

from executions.api import (
    agents,
    answers,
    controls,
    defaults,
    events,
    executions,
    field_results,
    jobs,
    matching,
    pairs,
    retries,
    scoring,
    sessions,
    starting,
)
from executions.api.includes import includes_register

includes_register()

urlpatterns = [
    path("agents", agents.AgentList.as_view(), name="api_agents"),
    path("run-defaults", defaults.RunDefaults.as_view(), name="api_run_defaults"),
    path("executions", executions.ExecutionList.as_view(), name="api_executions"),
    path("batches/<str:batch_id>/executions", starting.BatchExecutions.as_view(), name="api_batch_executions"),
    path(
        "batches/<str:batch_id>/executions/estimate",
        starting.BatchEstimate.as_view(),
        name="api_execution_estimate",
    ),
    path("batches/<str:batch_id>/scoring", scoring.Scoring.as_view(), name="api_scoring"),
    path("batches/<str:batch_id>/scoring/retry", scoring.ScoringRetry.as_view(), name="api_scoring_retry"),
    path("batches/<str:batch_id>/columns/<str:column_id>/try", matching.ColumnTry.as_view(), name="api_column_try"),
    path("batches/<str:batch_id>/pairs", pairs.BatchPairs.as_view(), name="api_batch_pairs"),
    path("pairs/<str:pair_id>", pairs.PairDetail.as_view(), name="api_pair"),
    path("executions/<str:execution_id>", executions.ExecutionDetail.as_view(), name="api_execution"),
    path("executions/<str:execution_id>/clone", starting.ExecutionClone.as_view(), name="api_execution_clone"),
    path(
        "executions/<str:execution_id>/rerun-failed",
        starting.ExecutionRerunFailed.as_view(),
        name="api_execution_rerun_failed",
    ),
    path("executions/<str:execution_id>/pause", controls.ExecutionPause.as_view(), name="api_execution_pause"),
    path("executions/<str:execution_id>/resume", controls.ExecutionResume.as_view(), name="api_execution_resume"),
    path("executions/<str:execution_id>/stop", controls.ExecutionStop.as_view(), name="api_execution_stop"),
    path(
        "executions/<str:execution_id>/concurrency",
        controls.ExecutionConcurrency.as_view(),
        name="api_execution_concurrency",
    ),
    path(
        "executions/<str:execution_id>/max-retries",
        controls.ExecutionMaxRetries.as_view(),
        name="api_execution_max_retries",
    ),
    path("executions/<str:execution_id>/budget", controls.ExecutionBudget.as_view(), name="api_execution_budget"),
    path(
        "executions/<str:execution_id>/retry-failed",
        controls.ExecutionRetryFailed.as_view(),
        name="api_execution_retry_failed",
    ),
    path("executions/<str:execution_id>/events", events.ExecutionEvents.as_view(), name="api_execution_events"),
    path("executions/<str:execution_id>/jobs", jobs.JobList.as_view(), name="api_jobs"),
    path("executions/<str:execution_id>/sessions", sessions.ExecutionSessions.as_view(), name="api_execution_sessions"),
    path(
        "executions/<str:execution_id>/field-results",
        field_results.FieldResultList.as_view(),
        name="api_field_results",
    ),
    path("sessions/<str:session_id>", sessions.SessionDetail.as_view(), name="api_session"),
    path("sessions/<str:session_id>/screenshots", sessions.ScreenshotList.as_view(), name="api_screenshots"),
    path("screenshots/<str:screenshot_id>", sessions.ScreenshotImage.as_view(), name="api_screenshot"),
    path("screenshots/<str:screenshot_id>/thumbnail", sessions.ScreenshotThumbnail.as_view(), name="api_thumbnail"),
    path("jobs/<str:job_id>", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<str:job_id>/sessions", sessions.JobSessions.as_view(), name="api_sessions"),
    path("jobs/<str:job_id>/retry", jobs.JobRetry.as_view(), name="api_job_retry"),
    path("jobs/<str:job_id>/skip", jobs.JobSkip.as_view(), name="api_job_skip"),
    path("jobs/<str:job_id>/take-answer", answers.AnswerTaking.as_view(), name="api_answer_take"),
    path("jobs/<str:job_id>/cancel", jobs.JobCancel.as_view(), name="api_job_cancel"),
    path("retries", retries.RetryList.as_view(), name="api_retries"),
    path("dead-letters", retries.DeadLetterList.as_view(), name="api_dead_letters"),
    path("dead-letters/retry", retries.DeadLetterRetry.as_view(), name="api_dead_letters_retry"),
    path("dead-letters/skip", retries.DeadLetterSkip.as_view(), name="api_dead_letters_skip"),
    path(
        "executions/<str:execution_id>/events/poll",
        events.ExecutionEventsPoll.as_view(),
        name="api_execution_events_poll",
    ),
]
