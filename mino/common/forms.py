"""What forms of all applications share."""

from __future__ import annotations

from django.forms import BaseForm

from mino.common.errors import ServiceError


def add_service_error(form: BaseForm, error: ServiceError) -> None:
    """Show at its fields what a service refused, also about a part of one; above the form what belongs to none."""
    for detail in error.details:
        name = detail.path if detail.path in form.fields else detail.path.partition(".")[0]
        form.add_error(name if name in form.fields else None, detail.message)
    if not error.details:
        form.add_error(None, error.message)
