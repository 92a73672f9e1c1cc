"""MINO's components for templates: `{% load mino_ui %}`. Each tag's docstring says how to call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mino.common.ui import bars, difference, formats, signs, tags
from mino.common.values.share import Share

register = template.Library()

register.simple_tag(signs.icon, name="icon")  # {% icon "home" %}
register.simple_tag(signs.state, name="state")  # {% state job.status %}
register.simple_tag(signs.outcome, name="outcome")  # {% outcome "wrong" %}: pip and word
register.simple_tag(signs.pip, name="pip")  # {% pip "wrong" %}: alone, named for screen readers
register.simple_tag(signs.bare_pip, name="bare_pip")  # {% bare_pip "wrong" %}: beside its word
register.simple_tag(signs.verdict, name="verdict")  # {% verdict job.evaluation_result %}
register.simple_tag(signs.strip, name="strip")  # {% strip cells %}: cells are (column name, outcome)
register.simple_tag(bars.bar_key, name="bar_key")  # {% bar_key "completed" %}
register.simple_tag(bars.interval_bar, name="interval_bar")  # {% interval_bar share 0.5 1 %}
register.simple_tag(difference.marked_expected, name="marked_expected")  # {% marked_expected expected extracted %}
register.simple_tag(difference.marked_extracted, name="marked_extracted")
register.simple_tag(tags.tag_chip, name="tag_chip")  # {% tag_chip tag.name tag.colour "?tag=…" %}

register.filter("number", formats.number)  # {{ 12345|number }}, {{ 1.25|number:1 }}
register.filter("percent", formats.percent)  # {{ 0.904|percent }}, with decimals {{ 0.904|percent:0 }}
register.filter("money", formats.money)  # {{ cost|money }}, {{ cost|money:"EUR" }}
register.filter("duration", formats.duration)  # {{ seconds|duration }}: 0:38
register.filter("roughly", formats.roughly)  # {{ seconds|roughly }}: 14 min
register.filter("interval", formats.interval)  # {{ share|interval }}: 88.7–91.8


@register.simple_tag
def share(value: Share, unit: str = "") -> SafeString:
    """A share with its interval and n, in one line: `{% share accuracy "cells" %}`."""
    n = f"n = {formats.number(value.n)}{' ' + unit if unit else ''}"
    about = " · ".join(part for part in (formats.interval(value), n) if part)
    return format_html(
        '<span class="mn-num">{}</span> <span class="mn-n">{}</span>', formats.percent(value.value), about
    )


@register.simple_tag
def progress_bar(counts: Mapping[str, int], total: int | None = None, height: int = 12) -> SafeString:
    """A bar of the counts by state or outcome: `{% progress_bar counts total %}`."""
    return bars.progress_bar(counts, total, height)


@register.simple_tag
def relative_time(moment: datetime | None, prefix: str = "") -> SafeString:
    """How long ago, the exact time on hover in the reader's zone: `{% relative_time job.started_at "started" %}`."""
    if moment is None:
        return SafeString(formats.MISSING)
    local = timezone.localtime(moment)
    text = formats.relative(local, timezone.localtime())
    return format_html(
        '<time datetime="{}" title="{}" data-relative="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        formats.exact(local),
        prefix,
        f"{prefix} {text}".strip(),
    )


@register.filter
def length_of_time(span: timedelta | None) -> str:
    """A time-out or an interval as one would say it; a dash for None."""
    return formats.roughly(span)


@register.simple_tag(takes_context=True)
def current(context: template.Context, *names: str) -> SafeString:
    """Marks the link of the current page, by names of URLs: `<a href=... {% current "home" "project*" %}>`."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    return SafeString('aria-current="page"' if any(fnmatchcase(here, name) for name in names) else "")


@register.inclusion_tag("components/avatar.html")
def avatar(user: Any) -> dict[str, Any]:
    """The picture of a user, or their initials: `{% avatar user %}`. The name must stand beside it."""
    return {"user": user}


@register.inclusion_tag("components/legend.html")
def legend(counts: Mapping[str, int], kinds: Iterable[str] = (), url: str = "") -> dict[str, Any]:
    """The counts under a progress bar: `{% legend counts %}`; with `url="?status="` each is a link to its rows."""
    order = tuple(kinds) or (*bars.JOB_ORDER, *bars.OUTCOME_ORDER)
    items = [(kind, kind.replace("_", " "), counts[kind]) for kind in order if kind in counts]
    return {"items": items, "url": url}
