"""What an API key may be allowed to do, and which permissions that gives it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import models


class Scope(models.TextChoices):
    """Each scope opens some operations of the API. Folders, tags and rows go with batches; sessions, retries, patterns
    and analytics with results."""

    READ_PROJECTS = "read:projects", "Read projects and instructions"
    WRITE_PROJECTS = "write:projects", "Create, change and delete projects and instructions"
    READ_BATCHES = "read:batches", "Read batches, rows, folders and tags"
    WRITE_BATCHES = "write:batches", "Upload, change and delete batches, rows, folders and tags"
    RUN_EXECUTIONS = "run:executions", "Start executions and control them"
    READ_RESULTS = "read:results", "Read executions, results, patterns and analytics"
    WRITE_GROUND_TRUTH = "write:ground_truth", "Change the ground truth and how it is compared"
    EXPORT_DATA = "export:data", "Export data as files"
    MANAGE_WEBHOOKS = "manage:webhooks", "Read and change webhooks"


PERMISSIONS: Mapping[str, Collection[str]] = {
    "projects.change": (Scope.WRITE_PROJECTS, Scope.WRITE_BATCHES),
    "projects.delete": (Scope.WRITE_PROJECTS, Scope.WRITE_BATCHES),
    "projects.run_execution": (Scope.RUN_EXECUTIONS,),
    "projects.view_results": (Scope.READ_RESULTS,),
    "projects.change_ground_truth": (Scope.WRITE_GROUND_TRUTH,),
    "projects.export_data": (Scope.EXPORT_DATA,),
}
"""The permissions on projects that a key can have, and the scopes each of which gives it. What an operation needs is
narrower, and checked besides: a key for batches gets to no operation that changes a project."""

WHOLE_ORGANIZATION: Mapping[str, Collection[str]] = {
    "accounts.create_project": (Scope.WRITE_PROJECTS,),
    "accounts.change_tags": (Scope.WRITE_BATCHES,),
    "accounts.manage_webhooks": (Scope.MANAGE_WEBHOOKS,),
}
"""The same for organizations, for keys that are not limited to some projects. Members, keys, credentials, sign-in,
audit, billing and privacy are out of reach of every key."""

OPEN_TO_ALL = frozenset({"accounts.view", "projects.view"})
"""What every key of the organization may: without it none could name what it acts on."""
