"""The form of a new API key. The service checks the same again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import MAX_NAME, MAX_PROJECTS
from projects.models import Project

MOST_SHOWN = 500
EVERYTHING, SOME = "all", "some"
DAYS = {"30": "30 days", "90": "90 days", "365": "A year", "never": "Until it is revoked"}


class ApiKeyForm(forms.Form):
    """A name, what the key may do, where, and for how long."""

    name = forms.CharField(
        max_length=MAX_NAME,
        help_text="The program that uses it, such as “Price feed of the shop”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do", choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    reach = forms.ChoiceField(
        label="Where",
        choices=[
            (EVERYTHING, "In all projects, also private ones and those to come"),
            (SOME, "In the projects chosen below only"),
        ],
        initial=EVERYTHING,
        widget=forms.RadioSelect,
    )
    projects = forms.MultipleChoiceField(
        required=False,
        help_text=f"At most {MAX_PROJECTS}. A key that is limited can neither create projects nor change tags and "
        "webhooks, which belong to the whole organization.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    days = forms.ChoiceField(label="Works for", choices=list(DAYS.items()), initial="90")

    def __init__(self, projects: Iterable[Project], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["projects"]
        field.choices = [(str(one.pk), one.name) for one in projects]

    def clean(self) -> dict[str, Any]:
        """Refuse a limit to no project, and projects beside no limit: one of both is not meant."""
        values = super().clean() or {}
        if values.get("reach") == SOME and not values.get("projects") and "projects" not in self.errors:
            self.add_error("projects", "Choose at least one project, or let the key reach all of them.")
        if values.get("reach") == EVERYTHING and values.get("projects"):
            self.add_error("reach", "You chose projects: limit the key to them, or choose none.")
        return values

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        chosen = self.cleaned_data
        limited = chosen["reach"] == SOME
        return {
            "name": chosen["name"],
            "scopes": chosen["scopes"],
            "project_ids": [uuid.UUID(one) for one in chosen["projects"]] if limited else None,
            "expires_at": _after(chosen["days"]),
        }


def _after(days: str) -> datetime | None:
    return timezone.now() + timedelta(days=int(days)) if days.isdecimal() else None
