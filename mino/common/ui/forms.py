"""Makes `{{ form }}` and `{{ form.field.as_field_group }}` look right everywhere.

The markup is in `templates/django/forms/`; here the controls get Tabler's classes.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Widget

CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class Field(forms.BoundField):
    """A field of a form whose control carries the class of its kind."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Add the class, unless the control is hidden; classes that the widget has itself are kept.

        The first control with something wrong is where the page opens: on a long page it would not be seen otherwise.
        """
        widget = widget or self.field.widget
        attributes: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if not widget.is_hidden:
            own = attributes.get("class") or widget.attrs.get("class", "")
            attributes["class"] = f"{control_class(widget)} {own}".strip()
            if self.errors and not self.is_after_another_mistake:
                attributes["autofocus"] = True
        return attributes

    @property
    def is_after_another_mistake(self) -> bool:
        """Whether an earlier field of the form has errors too."""
        return next(name for name in self.form.fields if name in self.form.errors) != self.name

    @property
    def is_check(self) -> bool:
        """Whether the label stands behind the control, as with a single box to tick."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_password(self) -> bool:
        """Whether the typed text is hidden, so that a button to show it helps."""
        return isinstance(self.field.widget, forms.PasswordInput)


class FormRenderer(TemplatesSetting):
    """Django's renderer over the project's templates, with our fields. Named in settings.FORM_RENDERER."""

    bound_field_class = Field


def control_class(widget: Widget) -> str:
    """Tabler's class for a control."""
    if isinstance(widget, CHECKS):
        return "form-check-input" if isinstance(widget, forms.CheckboxInput) else "mn-choices"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
