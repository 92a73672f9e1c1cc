"""Addresses of executions and jobs. Their list is in `analytics.urls`."""

from django.urls import path

from executions.defaults.views import execution_defaults
from executions.views import credentials, dead_letters, error_help, jobs, retries
from executions.views.control import CONTROLS
from executions.views.frozen import execution_settings
from executions.views.job import job, job_answer
from executions.views.live import execution
from executions.views.pictures import screenshot, thumbnail
from executions.views.playground import matching_playground
from executions.views.rerun import execution_rerun_failed, execution_start_again
from executions.views.rescoring import rescoring_progress, rescoring_retry
from executions.views.results import execution_errors
from executions.views.run import execution_create
from executions.views.truth import job_truth

EXECUTION = "o/<slug:slug>/executions/<uuid:execution_id>/"
JOB = "o/<slug:slug>/jobs/<uuid:job_id>/"

urlpatterns = [
    path("o/<slug:slug>/batches/<uuid:batch_id>/run/", execution_create, name="execution_create"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/matching/", matching_playground, name="matching_playground"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/rescoring/", rescoring_progress, name="rescoring_progress"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/rescoring/retry/", rescoring_retry, name="rescoring_retry"),
    path(EXECUTION, execution, name="execution"),
    path(f"{EXECUTION}errors/", execution_errors, name="execution_errors"),
    path(f"{EXECUTION}settings/", execution_settings, name="execution_settings"),
    *(path(f"{EXECUTION}{verb}/", view, name=f"execution_{verb.replace('-', '_')}") for verb, view in CONTROLS.items()),
    path(f"{EXECUTION}start-again/", execution_start_again, name="execution_start_again"),
    path(f"{EXECUTION}rerun-failed/", execution_rerun_failed, name="execution_rerun_failed"),
    path(JOB, job, name="job"),
    path(f"{JOB}retry/", jobs.job_retry_page, name="job_retry"),
    path(f"{JOB}skip/", jobs.job_skip_page, name="job_skip"),
    path(f"{JOB}cancel/", jobs.job_cancel_page, name="job_cancel"),
    path(f"{JOB}truth/", job_truth, name="job_truth"),
    path(f"{JOB}instructions/", jobs.job_instructions, name="job_instructions"),
    path("o/<slug:slug>/retries/", retries.retry_queue, name="retry_queue"),
    path("o/<slug:slug>/retries/count/", retries.retry_queue_count, name="retry_queue_count"),
    path("o/<slug:slug>/dead-letters/", dead_letters.dead_letters, name="dead_letters"),
    path("o/<slug:slug>/dead-letters/retry/", dead_letters.dead_letters_retry, name="dead_letters_retry"),
    path("o/<slug:slug>/dead-letters/skip/", dead_letters.dead_letters_skip_page, name="dead_letters_skip"),
    path("o/<slug:slug>/settings/runs/", execution_defaults, name="run_defaults"),
    path("o/<slug:slug>/settings/agents/", credentials.agent_credentials, name="agent_credentials"),
    path("o/<slug:slug>/settings/agents/<slug:agent>/key/", credentials.agent_key_set, name="agent_key_set"),
    path(
        "o/<slug:slug>/settings/agents/<slug:agent>/key/remove/", credentials.agent_key_remove, name="agent_key_remove"
    ),
    path("o/<slug:slug>/settings/agents/<slug:agent>/key/test/", credentials.agent_key_test, name="agent_key_test"),
    path("o/<slug:slug>/settings/agents/<slug:agent>/limit/", credentials.agent_limit_set, name="agent_limit_set"),
    path("help/errors/", error_help.error_help, name="error_help"),
    path(f"{JOB}attempts/<int:number>/answer/", job_answer, name="job_answer"),
    path("o/<slug:slug>/screenshots/<uuid:screenshot_id>/", screenshot, name="screenshot"),
    path("o/<slug:slug>/screenshots/<uuid:screenshot_id>/thumbnail/", thumbnail, name="thumbnail"),
]
