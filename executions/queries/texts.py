"""Finds jobs by a text wherever it stands: in their address, in their row, or in what the agent answered."""

from __future__ import annotations

from django.db.models import Q

from projects.row_text import in_json, row_text


def job_text(search: str, job: str = "") -> Q:
    """Jobs with the text; `job` is the way to them, such as `job__`."""
    return Q(**{f"{job}url__icontains": search}) | row_text(search, f"{job}row__") | in_json(search, f"{job}result")
