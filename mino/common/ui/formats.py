"""Numbers, shares, money, durations and times as MINO writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mino.common.values.share import Share

THIN = "\u202f"  # a narrow space that does not break: between groups of digits
SPACE = "\u00a0"  # one that does not break: between a number and its unit
MISSING = "–"
CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800

Number = int | float | Decimal


def number(value: Number | None, decimals: int = 0) -> str:
    """`1234567.8` as `1 234 568`; a dash for None. A true minus sign, thin spaces between the thousands."""
    if value is None:
        return MISSING
    rounded = _rounded(value, decimals)
    return f"{rounded:,.{decimals}f}".replace(",", THIN).replace("-", "−")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share in 0..1 as `90.4 %`; a dash for None."""
    return MISSING if share is None else f"{number(Decimal(str(share)) * 100, decimals)}{SPACE}%"


def interval(share: Share, decimals: int = 1) -> str:
    """The 95 % interval of a share as `88.7–91.8`, in per cent; empty where there is none."""
    if share.low is None or share.high is None:
        return ""
    low, high = (number(Decimal(str(bound)) * 100, decimals) for bound in (share.low, share.high))
    return f"{low}–{high}"


def money(amount: Number | None, currency: str = "USD") -> str:
    """`8.6` as `$8.60`; below ten cents three decimals, so that the cost of one job can be read; a dash for None."""
    if amount is None:
        return MISSING
    decimals = 3 if 0 < abs(Decimal(str(amount))) < Decimal("0.1") else 2
    sign = CURRENCY_SIGNS.get(currency)
    text = number(amount, decimals)
    if sign is None:
        return f"{text}{SPACE}{currency}"
    return f"−{sign}{text[1:]}" if text.startswith("−") else f"{sign}{text}"


def duration(value: timedelta | Number | None) -> str:
    """Seconds as a clock (`0:38`, `1:02:05`), less than ten of them with a decimal (`1.4 s`); a dash for None."""
    if value is None:
        return MISSING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if 0 < seconds < 9.95:
        return f"{seconds:.1f}{SPACE}s"
    return clock(seconds)


def clock(seconds: Number) -> str:
    """Seconds as a clock, however few: `0:07`, `0:38`, `1:02:05`."""
    minutes, rest = divmod(round(max(seconds, 0)), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def roughly(value: timedelta | Number | None) -> str:
    """Seconds as one would say them: `40 s`, `14 min`, `3 h`, `2 days`; a dash for None."""
    if value is None:
        return MISSING
    seconds = max(round(value.total_seconds() if isinstance(value, timedelta) else float(value)), 0)
    for size, unit in ((DAY, "day"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            count = seconds // size
            plural = "s" if unit == "day" and count > 1 else ""
            return f"{count}{SPACE}{unit}{plural}"
    return f"{seconds}{SPACE}s"


def relative(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long: `now`, `9 s ago`, `in 3 h`; from a week on the date (`12 Nov 2026`).

    `moment` must already be in the reader's time zone: its date is what is shown.
    """
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 1:
        return "now"
    if abs(seconds) >= WEEK:
        return f"{moment.day} {moment:%b %Y}"
    return f"{roughly(seconds)} ago" if seconds > 0 else f"in {roughly(-seconds)}"


def exact(moment: datetime) -> str:
    """`12 Nov 2026, 13:59:36 CET`, in the zone that the moment carries."""
    return f"{moment.day} {moment:%b %Y, %H:%M:%S %Z}".strip()


def _rounded(value: Number, decimals: int) -> Decimal:
    try:
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
    except InvalidOperation:  # more digits than decimal arithmetic carries
        return Decimal(str(value))
