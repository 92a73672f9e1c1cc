"""Addresses about executions and what is in them."""

from django.urls import path

from executions.api import controls, events, executions, jobs, retries

urlpatterns = [
    path("executions", executions.ExecutionList.as_view(), name="api_executions"),
    path("batches/<str:batch_id>/executions", executions.BatchExecutions.as_view(), name="api_batch_executions"),
    path("executions/<str:execution_id>", executions.ExecutionDetail.as_view(), name="api_execution"),
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
    path("jobs/<str:job_id>", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<str:job_id>/sessions", jobs.SessionList.as_view(), name="api_sessions"),
    path("jobs/<str:job_id>/retry", jobs.JobRetry.as_view(), name="api_job_retry"),
    path("jobs/<str:job_id>/skip", jobs.JobSkip.as_view(), name="api_job_skip"),
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
