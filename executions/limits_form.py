"""The limits of an execution, as forms ask for them."""

from __future__ import annotations

from django import forms

from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.checking import MAX_TIMEOUT


class LimitsForm(forms.Form):
    """How many rows at once, how long, how often again, and for how much."""

    concurrency = forms.IntegerField(
        min_value=1,
        max_value=MAX_CONCURRENCY,
        initial=5,
        label="Rows at the same time",
        help_text=f"1 to {MAX_CONCURRENCY}. Fewer are kinder to the sites.",
    )
    max_retries = forms.IntegerField(
        min_value=0,
        max_value=MAX_RETRIES,
        initial=3,
        label="Retries of a row",
        help_text=f"0 to {MAX_RETRIES}, after failures that may pass. Each is charged like a first attempt.",
    )
    timeout = forms.IntegerField(
        min_value=1,
        max_value=MAX_TIMEOUT,
        required=False,
        label="Time-out in seconds",
        help_text="For one attempt. Empty: the agent's own.",
    )
    budget = forms.DecimalField(
        min_value=SMALLEST,
        max_value=HIGHEST_TOTAL,
        max_digits=14,
        decimal_places=6,
        required=False,
        help_text="The execution pauses before its agent costs more. Empty: no limit.",
    )
