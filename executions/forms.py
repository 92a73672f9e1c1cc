"""The form that starts an execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from executions.agents.registry import AgentKind
from executions.costs.prices import currency
from executions.credentials.availability import usable_agents
from executions.defaults.services import defaults_of
from executions.form_fields import VersionField, setting_field, setting_name
from executions.limits_form import LimitsForm
from executions.models import Execution, ExecutionType, SampleMethod
from executions.models.execution import MAX_REPEATS, MAX_SAMPLE
from executions.presets import from_address, read_rows, repeated, rows_in_words
from executions.services.choosing import METHODS_OF
from executions.services.creation import LARGEST_SEED
from executions.services.pairing import Runner
from mino.common.errors import ServiceError
from projects.models import Batch

OF_PAIRS = {"pair", "other_version", "other_agent"}


class ExecutionForm(LimitsForm):
    """What to run: agent with its settings, version, type, rows, limits.

    The settings of each agent are fields named `AGENT-SETTING`; only those of the chosen agent count. It begins with
    the organization's defaults, over them with what `like`, an earlier execution, used, and with what `query`, the
    page's address, says. Single rows are chosen by one of the last two alone (`?rows=3,17`); `rows_mistake` says what
    is wrong with that.
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
    repeats = forms.IntegerField(
        min_value=1,
        max_value=MAX_REPEATS,
        initial=1,
        required=False,
        label="Times each row is run",
        help_text=f"1 to {MAX_REPEATS}. More than once shows how steady the answers are; every time is charged.",
    )
    pair = forms.BooleanField(
        required=False,
        label="Run beside another version or agent",
        help_text="Two executions over the same rows, taken in turn: a site that changes meanwhile favours neither.",
    )
    allow_parallel = forms.BooleanField(required=False, label="Run it beside the one that is running")

    def __init__(
        self,
        *arguments: Any,
        batch: Batch,
        like: Execution | None = None,
        query: QueryDict | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.kinds = usable_agents(batch.organization_id)
        self.fields["agent"] = forms.ChoiceField(
            choices=[(kind.name, kind.label) for kind in self.kinds],
            initial=self.kinds[0].name if self.kinds else None,
            widget=forms.RadioSelect,
        )
        self.fields["instruction_version"] = VersionField(batch.project)
        self.fields["other_version"] = VersionField(batch.project, label="Its instructions", required=False)
        self.fields["other_agent"] = forms.ChoiceField(
            choices=[(kind.name, kind.label) for kind in self.kinds], required=False, label="Its agent"
        )
        for kind in self.kinds:
            for setting in kind.settings:
                self.fields[setting_name(kind, setting)] = setting_field(setting)
        self.fields["budget"].label = f"Budget in {currency()}"
        self.order_fields(self.field_order)
        self.selection = self._chosen_rows(batch, like, query or QueryDict())
        self._offer_rows()
        self._begin_with(defaults_of(batch.organization_id))
        self._begin_with(repeated(like) if like else {})
        self._begin_with({"sample_method": SampleMethod.SELECTION.value} if self.selection else {})
        self._begin_with(from_address(self.fields, query, batch.project) if query else {})

    def _chosen_rows(self, batch: Batch, like: Execution | None, query: QueryDict) -> Sequence[int] | None:
        self.rows_mistake = ""
        if "rows" not in query:
            return like.selection if like else None
        try:
            return read_rows(query.get("rows", ""), batch.row_count)
        except ValueError as error:
            self.rows_mistake = str(error)
            return None

    def _offer_rows(self) -> None:
        """Offer the chosen rows, if there are some, first."""
        methods = [choice for choice in SampleMethod.choices if choice[0] != SampleMethod.SELECTION]
        if self.selection:
            methods.insert(0, (SampleMethod.SELECTION.value, rows_in_words(self.selection)))
        self.fields["sample_method"] = forms.ChoiceField(
            choices=methods, widget=forms.RadioSelect, initial=SampleMethod.ALL, label="Rows"
        )

    def _begin_with(self, values: Mapping[str, Any]) -> None:
        """Begin with these values, as far as the fields offer them."""
        for name, value in values.items():
            choices = getattr(self.fields.get(name), "choices", None) if name in ("agent", "sample_method") else None
            if name in self.fields and (choices is None or value in dict(choices)):
                self.initial[name] = value

    def agents(self) -> list[tuple[AgentKind, list[forms.BoundField]]]:
        """Each agent with the fields of its settings."""
        return [(kind, [self[setting_name(kind, one)] for one in kind.settings]) for kind in self.kinds]

    def clean(self) -> dict[str, Any]:
        """Forget what is wrong with the settings of agents that were not chosen: they are not even sent by scripts.

        A row that nobody says more about is run once.
        """
        for kind in self.kinds:
            for setting in kind.settings if kind.name not in self._agents_used() else ():
                self.errors.pop(setting_name(kind, setting), None)
        if "repeats" in self.cleaned_data:
            self.cleaned_data["repeats"] = self.cleaned_data["repeats"] or 1
        return self.cleaned_data

    def _agents_used(self) -> set[str]:
        values = self.cleaned_data
        other = values.get("other_agent") if values.get("pair") else None
        return {name for name in (values.get("agent"), other) if name}

    def beside(self) -> Runner | None:
        """What is to run beside, None when nothing is; what nobody says more about is as in the first."""
        values = self.known()
        if not values.get("pair"):
            return None
        agent = values.get("other_agent") or values.get("agent") or ""
        version: Any = values.get("other_version") or values.get("instruction_version")
        return Runner(version, agent, self.settings_among({**values, "agent": agent}))

    def known(self) -> dict[str, Any]:
        """The values as far as they are right; before anything was sent those that the form begins with."""
        if self.is_bound:
            return dict(self.cleaned_data) if hasattr(self, "cleaned_data") else {}
        return {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}

    def settings_among(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What `values`, by field, say to the agent that they choose."""
        kind = next((kind for kind in self.kinds if kind.name == values.get("agent")), None)
        return {one.name: values.get(setting_name(kind, one)) for one in kind.settings} if kind else {}

    def chosen(self) -> dict[str, Any]:
        """The arguments for the service, besides the batch and the user."""
        values = dict(self.cleaned_data)
        settings = self.settings_among(values)
        own = {setting_name(kind, setting) for kind in self.kinds for setting in kind.settings} | OF_PAIRS
        values = {name: value for name, value in values.items() if name not in own}
        values["selection"] = self.selection
        for name, methods in METHODS_OF.items():
            if values["sample_method"] not in methods:
                values[name] = None  # it is hidden, but sent as well
        return {**values, "agent_settings": settings}

    def add_refusal(self, error: ServiceError) -> None:
        """Show what the service refused, at its field where it names one."""
        for detail in error.details:
            name = self._field_of(detail.path)
            self.add_error(name if name in self.fields else None, detail.message)
        if not error.details:
            self.add_error(None, error.message)

    def _field_of(self, path: str) -> str:
        """The field that shows what a refusal says about `path`."""
        if path.startswith("second"):
            return "other_agent" if path.startswith("second.agent") else "other_version"
        name = path.removeprefix("first.")
        if name.startswith("agent_settings."):
            return f"{self.cleaned_data.get('agent', '')}-{name.removeprefix('agent_settings.')}"
        return "sample_method" if name.startswith("selection") else name
