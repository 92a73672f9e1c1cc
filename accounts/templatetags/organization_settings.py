"""The navigation of an organization's settings: `{% load organization_settings %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts.organizations.menu import ENTRIES
from mino.templatetags.mino_ui import current

register = template.Library()
AREA = "o/<slug:slug>/settings/"


@register.inclusion_tag("components/settings_menu.html", takes_context=True)
def settings_menu(context: template.Context) -> dict[str, Any]:
    """The pages of the settings that the reader may open: `{% settings_menu %}`."""
    request, organization = context["request"], context["organization"]
    entries = [
        (entry, current(context, entry.url_name, *entry.pages))
        for entry in ENTRIES
        if request.user.has_perm(entry.permission, organization)
    ]
    return {"entries": entries, "organization": organization}


@register.simple_tag(takes_context=True)
def may_see_usage(context: template.Context) -> bool:
    """Whether the reader may open the page about usage and plan: `{% may_see_usage as may_see %}`."""
    return bool(context["request"].user.has_perm("accounts.view_usage", context["organization"]))


@register.simple_tag(takes_context=True)
def in_settings(context: template.Context) -> SafeString:
    """Marks a link while any page of the settings is shown: `<a href=... {% in_settings %}>`."""
    match = getattr(context.get("request"), "resolver_match", None)
    return SafeString('aria-current="page"' if match and match.route.startswith(AREA) else "")
