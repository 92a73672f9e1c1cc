"""What the pages of executions show in a way of their own: `{% load executions_ui %}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from executions import addresses
from executions.models import Job
from executions.views.error_words import meaning_of
from mino.common.ui import formats, signs

register = template.Library()
LONGEST_SHOWN = 300
"""Characters of an address that a page shows; the rest is clipped by the style anyway."""


@register.simple_tag
def site(url: str) -> SafeString:
    """An address as host and path on one line: `{% site job.url %}`."""
    shown = addresses.site(url)
    return format_html('{}<span class="mn-2nd">{}</span>', shown.host[:LONGEST_SHOWN], shown.rest[:LONGEST_SHOWN])


@register.filter
def followable(url: str) -> str:
    """The address if a link may lead there (http or https), else nothing: `{% if job.url|followable %}`."""
    return addresses.site(url).link


@register.filter
def words(value: str) -> str:
    """`not_gradable` as `not gradable`."""
    return value.replace("_", " ")


@register.simple_tag
def job_strip(job: Job, fields: Sequence[str]) -> SafeString:
    """The cells of a job at a glance, in the order of the columns: `{% job_strip job fields %}`."""
    return signs.strip([(name, job.outcomes[name]) for name in fields if name in job.outcomes])


@register.simple_tag
def latest_steps(steps: Sequence[Mapping[str, Any]], count: int = 8) -> Sequence[Mapping[str, Any]]:
    """The last steps of an attempt: `{% latest_steps session.steps as steps %}`."""
    return steps[-count:]


@register.filter
def clock(seconds: float) -> str:
    """How far into an attempt something happened, always in one form: `{{ step.at|clock }}` is `0:07` or `1:02:05`."""
    return formats.clock(seconds)


@register.filter
def error_meaning(code: str) -> str:
    """What an error code means, in a sentence."""
    return meaning_of(code).what


@register.filter
def error_remedy(code: str) -> str:
    """What can be done about an error code, in a sentence."""
    return meaning_of(code).remedy


@register.filter
def is_word(value: str | None, other: str) -> bool:
    """Whether two words are the same: `{% with on=filters.status|is_word:name %}`."""
    return value == other


@register.filter
def verdict_word(value: str) -> str:
    """The word of a verdict on a row: `Passed`."""
    return signs.VERDICTS[value][1]
