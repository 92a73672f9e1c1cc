"""The agents that MINO has, what each can be told, and how a worker makes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from executions.agents.base import Agent
from mino.common.errors import Detail, InvalidInput
from mino.common.outbound.policy import policy_from_settings


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """Something that an execution may tell its agent. `kind` is `choice`, `boolean`, `integer` or `text`."""

    name: str
    label: str
    kind: str
    default: Any
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: int = 1
    high: int = 500
    max_length: int = 100

    def check(self, value: Any) -> Any:
        """The value as it is kept. Raises ValueError with a sentence when it can't be meant."""
        if self.kind == "boolean" and isinstance(value, bool):
            return value
        if self.kind == "integer" and (value is None or (_is_whole(value) and self.low <= value <= self.high)):
            return value
        if self.kind == "choice" and isinstance(value, str) and value in dict(self.choices):
            return value
        if self.kind == "text" and isinstance(value, str) and len(value) <= self.max_length:
            return value.strip()
        raise ValueError(self._expectation())

    def _expectation(self) -> str:
        if self.kind == "choice":
            return f"Choose one of {', '.join(value for value, _ in self.choices)}."
        if self.kind == "integer":
            return f"Choose a number from {self.low} to {self.high}."
        return "Choose true or false." if self.kind == "boolean" else f"Write at most {self.max_length} characters."


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class AgentKind:
    """One agent as forms, services and workers know it.

    `build` makes the agent with a key (empty for what needs none); it is None for what no worker runs. `key_setting`
    names the setting with the installation's key; it is empty for what needs none.
    """

    name: str
    label: str
    description: str
    default_timeout: float
    build: Callable[[str], Agent] | None
    settings: tuple[AgentSetting, ...] = ()
    adopts_runs: bool = False
    """Whether its runs go on without us, so that another worker may take one over (`Agent.adopts_runs`)."""
    key_setting: str = ""

    @property
    def installation_key(self) -> str:
        """The key that organizations without one of their own use; empty when there is none."""
        return str(getattr(settings, self.key_setting)) if self.key_setting else ""

    @property
    def needs_own_key(self) -> bool:
        """Whether an organization can use it only with a key of its own."""
        return bool(self.key_setting) and not self.installation_key

    @property
    def no_key(self) -> str:
        """What to say where it has no key at all."""
        return (
            f"{self.label} has no key. An admin or owner sets one on the page “Agents”, "
            f"or whoever runs this MINO sets {self.key_setting}."
        )

    def check_settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All settings: those given, checked, the others at their defaults. Raises InvalidInput naming each mistake."""
        known = {setting.name: setting for setting in self.settings}
        wrong = [
            Detail(f"agent_settings.{name}", f"The agent {self.name} knows no such setting.")
            for name in given
            if name not in known
        ]
        values: dict[str, Any] = {}
        for name, setting in known.items():
            try:
                values[name] = setting.check(given[name]) if name in given else setting.default
            except ValueError as error:
                wrong.append(Detail(f"agent_settings.{name}", str(error)))
        if wrong:
            raise InvalidInput(f"Some settings of the agent {self.name} can't be used.", details=wrong)
        return values


def _build_local(_: str) -> Agent:
    agent: Agent = import_string("executions.agents.local.agent.LocalAgent")(policy=policy_from_settings())
    return agent


def _build_eva(key: str) -> Agent:
    agent: Agent = import_string("executions.agents.eva.EvaAgent")(api_key=key, base_url=settings.EVA_API_URL)
    return agent


def _build_agentql(key: str) -> Agent:
    agent: Agent = import_string("executions.agents.agentql.AgentQLAgent")(
        api_key=key, base_url=settings.AGENTQL_API_URL
    )
    return agent


_SCREENSHOTS = AgentSetting("screenshots", "Take screenshots", "boolean", False)

AGENTS: Mapping[str, AgentKind] = {
    kind.name: kind
    for kind in (
        AgentKind(
            name="local",
            label="Local",
            description="Built in. Reads a page's metadata, tables and labels, and selectors in the instructions.",
            default_timeout=120,
            build=_build_local,
            settings=(
                AgentSetting(
                    "render",
                    "Open in a browser",
                    "choice",
                    "never",
                    help="A browser runs the page's scripts. It is slower.",
                    choices=(("never", "Never"), ("auto", "When the page needs it"), ("always", "Always")),
                ),
                _SCREENSHOTS,
            ),
        ),
        AgentKind(
            name="eva",
            label="EVA",
            description="TinyFish's web agent: works in a browser of its own and follows the instructions.",
            default_timeout=600,
            build=_build_eva,
            settings=(
                AgentSetting(
                    "browser_profile",
                    "Browser",
                    "choice",
                    "lite",
                    choices=(("lite", "Lite"), ("stealth", "Stealth")),
                ),
                AgentSetting(
                    "proxy_country", "Country of the proxy", "text", "", help="Two letters, such as US.", max_length=2
                ),
                AgentSetting("max_steps", "Most steps", "integer", None, help="Empty for the maker's own limit."),
                AgentSetting("output_schema", "Ask for a fixed form of the answer", "boolean", True),
                _SCREENSHOTS,
            ),
            adopts_runs=True,
            key_setting="EVA_API_KEY",
        ),
        AgentKind(
            name="agentql",
            label="AgentQL",
            description="Queries the page for one value per field.",
            default_timeout=900,
            build=_build_agentql,
            settings=(
                AgentSetting(
                    "ask",
                    "Ask with",
                    "choice",
                    "query",
                    help="AgentQL takes one or the other: with a query, the instructions are not sent.",
                    choices=(("query", "A query of the columns"), ("prompt", "The instructions")),
                ),
                AgentSetting("mode", "Mode", "choice", "fast", choices=(("fast", "Fast"), ("standard", "Standard"))),
                AgentSetting("wait_for", "Seconds to wait for the page", "integer", None, high=10),
                AgentSetting("scroll", "Scroll to the end of the page", "boolean", False),
                _SCREENSHOTS,
            ),
            key_setting="AGENTQL_API_KEY",
        ),
        AgentKind(
            name="file",
            label="File",
            description="Answers that something else produced, given on the command line.",
            default_timeout=60,
            build=None,
        ),
    )
}


def agent_kind(name: str) -> AgentKind:
    """The agent of that name, whether it has a key or not. Raises InvalidInput when there is none."""
    kind = AGENTS.get(name)
    if kind is None:
        message = f"There is no agent “{name}”. Choose one of {', '.join(AGENTS)}."
        raise InvalidInput(message, details=[Detail("agent", message)])
    return kind


class Agents(Mapping[str, Agent]):
    """One of each agent with the installation's key, for a worker; made when first asked for: some need much memory.

    One without a key says so when it is run: the organization may have lost its own. Thread-safe.
    """

    def __init__(self) -> None:
        self._builders = {kind.name: kind.build for kind in AGENTS.values() if kind.build}
        self._built: dict[str, Agent] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Agent:
        with self._lock:
            if name not in self._built:
                self._built[name] = self._builders[name](AGENTS[name].installation_key)
            return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    def __len__(self) -> int:
        return len(self._builders)
