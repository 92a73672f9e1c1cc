"""What forms of all applications share."""

from __future__ import annotations

from django.forms import BaseForm

from mino.common.errors import ServiceError


def add_service_error(form: BaseForm, error: ServiceError) -> None:
    """Show at its fields what a service refused; above the form what belongs to none of them."""
    for detail in error.details:
        form.add_error(detail.path if detail.path in form.fields else None, detail.message)
    if not error.details:
        form.add_error(None, error.message)
