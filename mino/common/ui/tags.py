"""How tags look: a word on the colour that somebody chose for it."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from mino.common.values.colours import is_light

# The content policy allows no style attribute: the colour is that of a drawing behind the word.
BEHIND = (
    '<svg aria-hidden="true" viewBox="0 0 1 1" preserveAspectRatio="none"><rect width="1" height="1" fill="{}"/></svg>'
)


def tag_chip(name: str, colour: str, url: str = "") -> SafeString:
    """A tag, as a link where there is an address; dark or light text, whichever can be read on the colour."""
    ink = "is-on-light" if is_light(colour) else "is-on-dark"
    inside = format_html(BEHIND + '<span class="mn-clip">{}</span>', colour, name)
    if url:
        return format_html('<a class="mn-tag is-colour {}" href="{}" title="{}">{}</a>', ink, url, name, inside)
    return format_html('<span class="mn-tag is-colour {}" title="{}">{}</span>', ink, name, inside)
