"""Makes the buttons under an error: each does one thing about it, and says what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from executions.addresses import site
from executions.agents.registry import AGENTS
from executions.credentials.availability import usable_agents
from executions.help.meaning import Meaning, Offer
from executions.help.situation import Situation
from executions.services.checking import MAX_TIMEOUT
from mino.common.ui.formats import roughly


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to do. `posts`: it is done at once; else `url` leads to where it is done, in a new tab if `is_away`.

    Without `url` it is no button, but says who can do it.
    """

    icon: str
    title: str
    text: str
    url: str = ""
    posts: bool = False
    is_away: bool = False


def buttons_for(meaning: Meaning, situation: Situation) -> list[Button]:
    """The buttons for an error, the most helpful first; what is not possible here, or not allowed, is left out."""
    return [button for offer in meaning.offers for button in MAKERS[offer](situation)]


def _retry(situation: Situation) -> Iterator[Button]:
    if not situation.may_run:
        return
    cost = situation.cost(situation.execution.agent)
    if situation.can_go_on:
        text = f"In this execution, in the same way. {cost}".strip()
        yield Button("refresh", "Retry", text, situation.act("job_retry"), posts=True)
    else:
        text = f"As a new execution: this one has ended for good. {cost}".strip()
        yield Button("player-play", "Run this row again", text, situation.run())


def _longer(situation: Situation) -> Iterator[Button]:
    doubled = min(situation.execution.timeout * 2, MAX_TIMEOUT)
    if situation.may_run and doubled > situation.execution.timeout:
        had, gets = roughly(situation.execution.timeout), roughly(doubled)
        text = f"{gets} instead of {had}, as a new execution of this row. {situation.cost(situation.execution.agent)}"
        url = situation.run(timeout=doubled)
        yield Button("clock", "Retry with a longer time-out", text.strip(), url)


def _slower(situation: Situation) -> Iterator[Button]:
    if situation.may_run:
        cost = situation.cost(situation.execution.agent)
        text = f"One row at a time, as a new execution of this row. {cost}".strip()
        yield Button("adjustments", "Retry gently", text, situation.run(concurrency=1))


def _browser(situation: Situation) -> Iterator[Button]:
    agent, chosen = situation.execution.agent, situation.execution.agent_settings
    cost = situation.cost(agent)
    if not situation.may_run:
        return
    if agent == "local" and chosen.get("render") != "always":
        text = f"The page's scripts run before it is read. Slower. {cost}".strip()
        yield Button("device-desktop", "Retry in a browser", text, situation.run(**{"local-render": "always"}))
    if agent == "eva" and chosen.get("browser_profile") != "stealth":
        text = f"A browser that is harder to tell from a person's. Slower. {cost}".strip()
        url = situation.run(**{"eva-browser_profile": "stealth"})
        yield Button("device-desktop", "Retry with the careful browser", text, url)


def _agent(situation: Situation) -> Iterator[Button]:
    if not situation.may_run:
        return
    for kind in usable_agents(situation.execution.organization_id):
        if kind.name == situation.execution.agent:
            continue
        number = situation.answered.get(kind.name)
        seen = f"It got an answer here in execution {number}." if number else kind.description
        url = situation.run(agent=kind.name, timeout=int(kind.default_timeout))
        yield Button("robot", f"Retry with {kind.label}", f"{seen} {situation.cost(kind.name)}".strip(), url)


def _screenshot(situation: Situation) -> Iterator[Button]:
    if situation.picture is not None:
        url = reverse("screenshot", args=[situation.slug, situation.picture.pk])
        yield Button("photo", "View the screenshot", "The page as the agent saw it last.", url, is_away=True)


def _version(situation: Situation) -> Iterator[Button]:
    if situation.may_change:
        number = situation.execution.instruction_version.number
        url = f"{reverse('version_create', args=[situation.slug, situation.job.project_id])}?from={number}"
        text = f"A new version, written from version {number}. For all sites of the project."
        yield Button("edit", "Edit the instructions", text, url)


def _own(situation: Situation) -> Iterator[Button]:
    if situation.may_change:
        has = "This site has some already." if situation.job.row.instructions else "The other sites keep the version's."
        url = situation.act("job_instructions")
        yield Button("file-description", "Edit this site's own instructions", has, url)


def _selector(situation: Situation) -> Iterator[Button]:
    if situation.may_change:
        text = "In this site's own instructions. The message above names the selector that found nothing."
        yield Button("target", "Try another selector", text, situation.act("job_instructions"))


def _skip(situation: Situation) -> Iterator[Button]:
    if situation.may_run:
        text = "It no longer counts as an error here. The row stays in the batch."
        yield Button("player-skip-forward", "Skip this site", text, situation.act("job_skip"), posts=True)


def _credential(situation: Situation) -> Iterator[Button]:
    agent = situation.execution.agent
    kind = AGENTS.get(agent)
    name = kind.label if kind else agent
    if kind is None or not kind.key_setting:
        yield Button("key", "Fix the credential", f"The account and credit of {name} are kept at its maker.")
    elif situation.may_set_keys:
        text = f"On the page of agents' keys. The account and credit of {name} are kept at its maker."
        yield Button("key", "Fix the credential", text, reverse("agent_credentials", args=[situation.slug]))
    else:
        text = f"An admin or owner sets the key of {name}; its account and credit are kept at its maker."
        yield Button("key", "Fix the credential", text)


def _network(situation: Situation) -> Iterator[Button]:
    text = "Whoever runs this MINO can allow inner networks (MINO_ALLOWED_NETWORKS)."
    yield Button("world", "Allow the network", text)


def _site(situation: Situation) -> Iterator[Button]:
    if link := site(situation.job.url).link:
        yield Button("external-link", "Open the site", "See with your own eyes what is there.", link, is_away=True)


MAKERS: Mapping[Offer, Callable[[Situation], Iterator[Button]]] = {
    Offer.RETRY: _retry,
    Offer.LONGER: _longer,
    Offer.SLOWER: _slower,
    Offer.BROWSER: _browser,
    Offer.AGENT: _agent,
    Offer.SCREENSHOT: _screenshot,
    Offer.VERSION: _version,
    Offer.OWN: _own,
    Offer.SELECTOR: _selector,
    Offer.SKIP: _skip,
    Offer.CREDENTIAL: _credential,
    Offer.NETWORK: _network,
    Offer.SITE: _site,
}
