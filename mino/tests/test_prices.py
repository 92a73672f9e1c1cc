"""How prices are written in the environment, and how their mistakes are told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mino.common.values.prices import all_prices, currency_of, read_prices
from mino.env import Environment, EnvironmentMistakes

GOOD = '{"agent": "agentql", "from": "2026-01-01", "per_request": 0.02}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "not a JSON list. Write them like"),
        ("[", "not a JSON list"),
        ("[3]", "Entry 1 is not an object"),
        (f'[{GOOD}, {{"agent": "eve", "from": "2026-01-01"}}]', "Entry 2: 'eve' is not an agent. Choose one of: "),
        ('[{"agent": "eva", "from": "2026-01-01"}]', "Entry 1 says no price. Give per_step"),
        ('[{"agent": "eva", "per_step": 1}]', "Entry 1: None is not a day. Write “from” like"),
        ('[{"agent": "eva", "from": "1/2/2026", "per_step": 1}]', "'1/2/2026' is not a day"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_step": -1}]', "-1 can't be used as per_step. Give a number"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_step": true}]', "can't be used as per_step"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_step": "NaN"}]', "can't be used as per_step"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_step": "1e-7"}]', "at most 6 decimals"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_request": 1e99}]', "can't be used as per_request"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_steps": 1}]', "has “per_steps”, which is no part"),
        ('[{"agent": "eva", "from": "2026-01-01", "per_step": 1, "currency": "euro"}]', "is not a currency"),
        (f"[{GOOD}, {GOOD}]", "Entries 1 and 2 both price agentql from 2026-01-01. Keep one"),
        (f'[{GOOD}, {{"agent": "eva", "from": "2026-01-01", "per_step": 1, "currency": "EUR"}}]', "in EUR and USD"),
    ],
)
def test_a_wrong_price_is_told_with_its_entry(monkeypatch: pytest.MonkeyPatch, text: str, sentence: str) -> None:
    monkeypatch.setenv("MINO_AGENT_PRICES", text)
    with pytest.raises(EnvironmentMistakes) as refusal:
        Environment()
    assert "MINO_AGENT_PRICES: " in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_price_is_read_exactly_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_AGENT_PRICES", f"[{GOOD}]")
    (price,) = Environment().agent_prices
    assert (price.per_request, price.per_step, price.currency) == (Decimal("0.02"), None, "USD")


def test_in_another_currency_the_built_in_prices_in_dollars_do_not_hold() -> None:
    prices = read_prices('[{"agent": "agentql", "from": "2026-01-01", "per_request": "0.02", "currency": "EUR"}]')
    assert currency_of(prices) == "EUR"
    assert {price.agent for price in all_prices(prices)} == {"local", "file", "agentql"}
