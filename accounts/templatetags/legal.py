"""Shows legal texts."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def legal_paragraphs(text: str) -> SafeString:
    """Plain text as paragraphs; one whose only line begins with # is a heading."""
    blocks = [" ".join(block.split()) for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return format_html_join("\n", "{}", ((_block(block),) for block in blocks))


def _block(block: str) -> SafeString:
    if block.startswith("#"):
        return format_html('<h2 class="mn-h2">{}</h2>', block.lstrip("# "))
    return format_html("<p>{}</p>", block)
