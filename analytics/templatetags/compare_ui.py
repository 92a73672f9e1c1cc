"""What the pages of comparisons show in a way of their own: `{% load compare_ui %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics.comparison import lines, words
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Verdict
from mino.common.ui import signs

register = template.Library()
ICONS = {"better": "arrow-up-right", "worse": "arrow-down-right", "same": "equal", "unknown": "question-mark"}
WIDTHS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""How far from 0 an axis may reach, as shares."""

register.filter("points", words.points)  # {{ difference.value|points }}: +2.9
register.filter("interval_words", words.interval_words)  # {{ difference|interval_words }}: +1.8 to +4.0
register.filter("p_words", words.p_words)  # p {{ p|p_words }}: p = 0.031, p < 0.001
register.filter("p_value", words.p_value)
register.filter("clipped", lines.clipped)
register.filter("needed", words.rounded)  # {{ judgement.rows_needed|needed }}: two digits


@register.simple_tag
def verdict_icon(name: str) -> SafeString:
    """The icon of a verdict, or that of its name: `{% verdict_icon "better" %}`."""
    return signs.icon(ICONS.get(name, name))


@register.filter
def verdict_words(value: str) -> str:
    """A verdict in words: `No real difference`."""
    return words.VERDICT_WORDS[Verdict(value)]


@register.filter
def points_unsigned(share: float) -> str:
    """A share as points without a plus: `2`."""
    return words.short_points(share)


@register.filter
def margin_value(share: float) -> str:
    """A share as points for a control: `2`, `0.5`."""
    return f"{share * 100:g}"


@register.filter
def share_before(difference: Difference) -> float | None:
    """The baseline's share over the pairs."""
    return difference.first / difference.n if difference.n else None


@register.filter
def share_after(difference: Difference) -> float | None:
    """The other's share over the pairs."""
    return difference.second / difference.n if difference.n else None


@register.filter
def unlocal(value: float) -> str:
    """A number for an attribute of SVG, whatever the language of the page: `{{ bar.x|unlocal }}`."""
    return f"{value:g}"


@register.simple_tag
def difference_bar(difference: Difference) -> SafeString:
    """A difference and its interval around 0, with the scale under it: `{% difference_bar difference %}`."""
    if difference.value is None or difference.low is None or difference.high is None:
        return SafeString("")
    reach = max(abs(difference.low), abs(difference.high), abs(difference.value))
    width = next((one for one in WIDTHS if reach <= one), 1.0)
    low, high, middle = (f"{50 + at / width * 50:.1f}" for at in (difference.low, difference.high, difference.value))
    sense = " is-better" if difference.low > 0 else " is-worse" if difference.high < 0 else ""
    told = f"difference {words.points(difference.value)} points, interval {words.interval_words(difference)}"
    edge = words.short_points(width)
    return format_html(
        '<svg class="mn-ci{}" width="100%" height="18" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="100%" y1="9" y2="9"/><line class="zero" x1="50%" x2="50%" y1="0" y2="18"/>'
        '<line class="band" x1="{}%" x2="{}%" y1="9" y2="9"/><circle class="mid" cx="{}%" cy="9" r="4"/></svg>'
        '<div class="mn-scale" aria-hidden="true"><span>−{}</span><span>worse</span><span>0</span><span>better</span>'
        "<span>+{}</span></div>",
        sense,
        told,
        low,
        high,
        middle,
        edge,
        edge,
    )
