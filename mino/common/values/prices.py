"""What agents charge: dated prices, and how they are written in the setting `MINO_AGENT_PRICES`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

DEFAULT_CURRENCY = "USD"
DECIMALS = 6
HIGHEST_PRICE = Decimal(1000)
PARTS = ("agent", "from", "per_step", "per_request", "currency")


@dataclass(frozen=True, slots=True)
class AgentPrice:
    """What an agent charges from a day (UTC) on: so much a step, and so much a request whose steps nobody knows."""

    agent: str
    start: date
    per_step: Decimal | None = None
    per_request: Decimal | None = None
    currency: str = DEFAULT_CURRENCY


BUILT_IN = (
    AgentPrice("local", date.min, per_request=Decimal(0)),
    AgentPrice("file", date.min, per_request=Decimal(0)),
    AgentPrice("eva", date.min, per_step=Decimal("0.016"), per_request=Decimal("0.05")),
)
"""The prices of a new installation. Nothing is charged for `local` and `file` in any currency."""
PRICED_AGENTS = ("agentql", "eva", "file", "local")


def read_prices(text: str) -> list[AgentPrice]:
    """The prices that the setting `text` names, in its order.

    `text` is a JSON list of objects with the keys of `PARTS`; empty text names none. Raises ValueError with a sentence
    that names the entry and what to write instead.
    """
    prices = [_read_entry(number, entry) for number, entry in enumerate(_entries(text), start=1)]
    _refuse_twins(prices)
    currencies = sorted({price.currency for price in prices})
    if len(currencies) > 1:
        raise ValueError(
            f"The entries are in {' and '.join(currencies)}. Write one currency in all of them: an entry without one "
            f"is in {DEFAULT_CURRENCY}."
        )
    return prices


def all_prices(set_prices: list[AgentPrice]) -> tuple[AgentPrice, ...]:
    """The prices in force: the built-in ones and those that are set, which come later and so win on the same day.

    Where another currency is set, the built-in prices in US dollars do not hold.
    """
    currency = currency_of(set_prices)
    built_in = [price for price in BUILT_IN if currency == price.currency or price.per_request == 0]
    return (*built_in, *set_prices)


def currency_of(set_prices: list[AgentPrice]) -> str:
    """The one currency of the installation."""
    return set_prices[0].currency if set_prices else DEFAULT_CURRENCY


def _entries(text: str) -> list[Any]:
    if not text.strip():
        return []
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        entries = None
    if not isinstance(entries, list):
        raise ValueError(
            'The prices are not a JSON list. Write them like [{"agent": "agentql", "from": "2026-01-01", '
            '"per_request": "0.02"}].'
        )
    return entries


def _read_entry(number: int, entry: Any) -> AgentPrice:
    where = f"Entry {number}"
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} is not an object. Write its parts in braces: {', '.join(PARTS)}.")
    unknown = sorted(set(entry) - set(PARTS))
    if unknown:
        raise ValueError(f"{where} has “{unknown[0]}”, which is no part of a price. Parts: {', '.join(PARTS)}.")
    agent = entry.get("agent")
    if agent not in PRICED_AGENTS:
        raise ValueError(f"{where}: {agent!r} is not an agent. Choose one of: {', '.join(PRICED_AGENTS)}.")
    per_step, per_request = _price(where, entry, "per_step"), _price(where, entry, "per_request")
    if per_step is None and per_request is None:
        raise ValueError(f"{where} says no price. Give per_step, per_request or both.")
    return AgentPrice(agent, _start(where, entry.get("from")), per_step, per_request, _currency(where, entry))


def _start(where: str, value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: {_shown(value)} is not a day. Write “from” like 2026-01-31.") from None


def _price(where: str, entry: Mapping[str, Any], name: str) -> Decimal | None:
    value = entry.get(name)
    if value is None:
        return None
    try:
        price = Decimal(value) if isinstance(value, str | Decimal) else Decimal("NaN")
        is_fitting = 0 <= price <= HIGHEST_PRICE and price == round(price, DECIMALS)
    except ArithmeticError:
        is_fitting = False
    if not is_fitting:
        raise ValueError(
            f"{where}: {_shown(value)} can't be used as {name}. Give a number from 0 to {HIGHEST_PRICE} with at most "
            f"{DECIMALS} decimals, such as 0.016."
        )
    return price


def _currency(where: str, entry: Mapping[str, Any]) -> str:
    currency = entry.get("currency", DEFAULT_CURRENCY)
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"{where}: {_shown(currency)} is not a currency. Write three capital letters, such as EUR.")
    return currency


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _refuse_twins(prices: list[AgentPrice]) -> None:
    seen: dict[tuple[str, date], int] = {}
    for number, price in enumerate(prices, start=1):
        earlier = seen.setdefault((price.agent, price.start), number)
        if earlier != number:
            raise ValueError(
                f"Entries {earlier} and {number} both price {price.agent} from {price.start}. Keep one of them."
            )
