"""Fields of the form that starts an execution."""

from __future__ import annotations

from typing import Any

from django import forms

from executions.agents.registry import AgentKind, AgentSetting
from projects.models import InstructionVersion, Project


class VersionField(forms.ModelChoiceField[InstructionVersion]):
    """A version of the instructions, named by its number and what changed."""

    def __init__(self, project: Project, *, label: str = "Instructions", required: bool = True) -> None:
        versions = project.versions.only("number", "change_description", "project_id").order_by("-number")
        self.production_id = project.production_version_id
        super().__init__(
            versions,
            empty_label=None if required else "The same version",
            label=label,
            required=required,
            initial=self.production_id if required else None,
        )

    def label_from_instance(self, obj: InstructionVersion) -> str:
        """`Version 7, production: asks for the price with tax`."""
        production = ", production" if obj.pk == self.production_id else ""
        about = f": {obj.change_description[:80]}" if obj.change_description else ""
        return f"Version {obj.number}{production}{about}"


def setting_name(kind: AgentKind, setting: AgentSetting) -> str:
    """The name of the field for a setting of an agent."""
    return f"{kind.name}-{setting.name}"


def setting_field(setting: AgentSetting) -> forms.Field:
    """The form field for a setting of an agent."""
    common: dict[str, Any] = {"label": setting.label, "initial": setting.default, "help_text": setting.help}
    if setting.kind == "boolean":
        return forms.BooleanField(required=False, **common)
    if setting.kind == "choice":
        return forms.ChoiceField(choices=setting.choices, **common)
    if setting.kind == "integer":
        return forms.IntegerField(
            min_value=setting.low, max_value=setting.high, required=setting.default is not None, **common
        )
    return forms.CharField(max_length=setting.max_length, required=False, **common)
