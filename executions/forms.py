"""The form that starts an execution."""

from __future__ import annotations

from typing import Any

from django import forms

from executions.agents.registry import AgentKind, AgentSetting, available_agents
from executions.models import Execution, ExecutionType, SampleMethod
from executions.models.execution import MAX_CONCURRENCY, MAX_SAMPLE
from executions.services.creation import LARGEST_SEED, MAX_TIMEOUT
from mino.common.errors import ServiceError
from projects.models import Batch, InstructionVersion, Project


class VersionField(forms.ModelChoiceField[InstructionVersion]):
    """A version of the instructions, named by its number and what changed."""

    def __init__(self, project: Project) -> None:
        versions = project.versions.only("number", "change_description", "project_id").order_by("-number")
        self.production_id = project.production_version_id
        super().__init__(versions, empty_label=None, label="Instructions", initial=self.production_id)

    def label_from_instance(self, obj: InstructionVersion) -> str:
        """`Version 7, production: asks for the price with tax`."""
        production = ", production" if obj.pk == self.production_id else ""
        about = f": {obj.change_description[:80]}" if obj.change_description else ""
        return f"Version {obj.number}{production}{about}"


class ExecutionForm(forms.Form):
    """What to run: agent with its settings, version, type, rows, limits.

    The settings of each agent are fields named `AGENT-SETTING`; only those of the chosen agent count.
    """

    field_order = ["agent", "instruction_version"]

    type = forms.ChoiceField(choices=ExecutionType.choices, widget=forms.RadioSelect, initial=ExecutionType.TEST)
    sample_method = forms.ChoiceField(
        choices=SampleMethod.choices, widget=forms.RadioSelect, initial=SampleMethod.ALL, label="Rows"
    )
    sample_size = forms.IntegerField(
        min_value=1, max_value=MAX_SAMPLE, required=False, label="How many rows", help_text=f"1 to {MAX_SAMPLE}."
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=LARGEST_SEED,
        required=False,
        help_text="The same seed draws the same rows again. Empty: one is drawn and kept.",
    )
    concurrency = forms.IntegerField(
        min_value=1,
        max_value=MAX_CONCURRENCY,
        initial=5,
        label="Rows at the same time",
        help_text=f"1 to {MAX_CONCURRENCY}. Fewer are kinder to the sites.",
    )
    timeout = forms.IntegerField(
        min_value=1,
        max_value=MAX_TIMEOUT,
        required=False,
        label="Time-out in seconds",
        help_text="For one attempt. Empty: the agent's own.",
    )
    allow_parallel = forms.BooleanField(required=False, label="Run it beside the one that is running")

    def __init__(self, *arguments: Any, batch: Batch, like: Execution | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kinds = available_agents()
        self.fields["agent"] = forms.ChoiceField(
            choices=[(kind.name, kind.label) for kind in self.kinds],
            initial=self.kinds[0].name if self.kinds else None,
            widget=forms.RadioSelect,
        )
        self.fields["instruction_version"] = VersionField(batch.project)
        for kind in self.kinds:
            for setting in kind.settings:
                self.fields[setting_name(kind, setting)] = setting_field(setting)
        self.order_fields(self.field_order)
        if like is not None:
            self._repeat(like)

    def _repeat(self, like: Execution) -> None:
        """Begin with what another execution used."""
        for name in ("agent", "type", "sample_method", "sample_size", "seed", "concurrency", "timeout"):
            self.fields[name].initial = getattr(like, name)
        self.fields["instruction_version"].initial = like.instruction_version_id
        for name, value in like.agent_settings.items():
            if f"{like.agent}-{name}" in self.fields:
                self.fields[f"{like.agent}-{name}"].initial = value

    def agents(self) -> list[tuple[AgentKind, list[forms.BoundField]]]:
        """Each agent with the fields of its settings."""
        return [(kind, [self[setting_name(kind, one)] for one in kind.settings]) for kind in self.kinds]

    def chosen(self) -> dict[str, Any]:
        """The arguments for the service, besides the batch and the user."""
        values = dict(self.cleaned_data)
        settings = {}
        for kind in self.kinds:
            for setting in kind.settings:
                value = values.pop(setting_name(kind, setting), None)
                if kind.name == values["agent"]:
                    settings[setting.name] = value
        if values["sample_method"] == SampleMethod.ALL:
            values["sample_size"] = None
        return {**values, "agent_settings": settings}

    def add_refusal(self, error: ServiceError) -> None:
        """Show what the service refused, at its field where it names one."""
        for detail in error.details:
            name = detail.path
            if name.startswith("agent_settings."):
                name = f"{self.cleaned_data.get('agent', '')}-{name.removeprefix('agent_settings.')}"
            self.add_error(name if name in self.fields else None, detail.message)
        if not error.details:
            self.add_error(None, error.message)


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
