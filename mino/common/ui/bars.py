"""Bars and intervals as SVG. Positions stand in attributes, since the content policy allows no style attribute."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mino.common.ui.formats import interval, number, percent
from mino.common.values.share import Share

JOB_ORDER = ("completed", "running", "retrying", "error", "skipped", "stopped", "queued")
OUTCOME_ORDER = ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")


def _word(kind: str) -> str:
    return kind.replace("_", " ")


def progress_bar(counts: Mapping[str, int], total: int | None = None, height: int = 12) -> SafeString:
    """A bar of parts, one for each count above 0 in MINO's fixed order; `total` is the whole (the sum if not given).

    The parts that are still queued are the bar's ground. Its name tells all counts in words.
    """
    known = [(kind, counts[kind]) for kind in (*JOB_ORDER, *OUTCOME_ORDER) if counts.get(kind)]
    whole = max(total or 0, sum(count for _, count in known), 1)
    told = ", ".join(f"{number(count)} {_word(kind)}" for kind, count in known) or "nothing yet"
    parts, position = [], 0.0
    for kind, count in known:
        width = count / whole * 100
        if kind != "queued":
            parts.append((kind, f"{position:.2f}", f"{width:.2f}", height))
        position += width
    rects = format_html_join("", '<rect data-k="{}" x="{}%" width="{}%" height="{}"/>', parts)
    return format_html('<svg class="mn-bar" height="{}" role="img" aria-label="{}">{}</svg>', height, told, rects)


def bar_key(kind: str) -> SafeString:
    """The small square of a part of a bar, for its legend."""
    return format_html(
        '<svg class="mn-bar mn-key" aria-hidden="true"><rect data-k="{}" width="100%" height="100%"/></svg>', kind
    )


def interval_bar(share: Share, low: float = 0.0, high: float = 1.0) -> SafeString:
    """A share and its 95 % interval on an axis from `low` to `high` (shares too); only the axis where n is 0."""
    axis = '<line class="axis" x1="0" x2="100%" y1="9" y2="9"/>'
    if share.value is None or share.low is None or share.high is None:
        return format_html(
            '<svg class="mn-ci" width="100%" height="18" role="img" aria-label="nothing to grade">{}</svg>',
            SafeString(axis),
        )
    at = [f"{min(max((bound - low) / (high - low), 0), 1) * 100:.2f}" for bound in (share.low, share.high, share.value)]
    return format_html(
        '<svg class="mn-ci is-accent" width="100%" height="18" role="img" aria-label="{}, interval {}">{}'
        '<line class="band" x1="{}%" x2="{}%" y1="9" y2="9"/><circle class="mid" cx="{}%" cy="9" r="4"/></svg>',
        percent(share.value),
        interval(share),
        SafeString(axis),
        *at,
    )
