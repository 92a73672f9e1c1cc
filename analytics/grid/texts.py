r"""Finds a text wherever it stands in a row: its address, its key, its inputs and truth, and what the agent answered.

What stands in JSON is looked for in the values alone, since every row has the same names of columns. PostgreSQL writes
`é` there and folds its case; in SQLite `\u00e9` stands there, whose other cases have to be asked for too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains, IRegex

NUMBER = re.compile(r"[+-]?[0-9.]+")
INSIDE = r'(?:[^"\\]|\\.)*'


def row_text(search: str, row: str = "") -> Q:
    """Rows with the text in their own fields; `row` is the way to them, such as `job__row__`."""
    return Q(**{f"{row}key__icontains": search}) | _in_json(search, f"{row}inputs", f"{row}truth")


def job_text(search: str, job: str = "") -> Q:
    """Jobs with the text in their address, their row, or their answer; `job` is the way to them, such as `job__`."""
    return Q(**{f"{job}url__icontains": search}) | row_text(search, f"{job}row__") | _in_json(search, f"{job}result")


def _in_json(search: str, *fields: str) -> Q:
    """The contained text is looked for first: that is quick, and seldom anything is left for the expression."""
    forms = _written(search)
    pattern = _pattern(search, forms)
    found = Q()
    for field in fields:
        text = Cast(F(field), TextField())
        contained = Q()
        for form in forms:
            contained |= Q(IContains(text, form))
        found |= Q(contained) & Q(IRegex(text, pattern))
    return found


def _written(search: str) -> Sequence[str]:
    """The ways in which a text may stand in JSON."""
    if connection.vendor == "postgresql":
        return [json.dumps(search, ensure_ascii=False)[1:-1]]
    cases = (search, search.lower(), search.upper(), search.title())
    return list(dict.fromkeys(json.dumps(case)[1:-1] for case in cases))


def _pattern(search: str, forms: Iterable[str]) -> str:
    """Any of them within a text that is no name, or within a number."""
    any_form = f"(?:{'|'.join(map(re.escape, forms))})"
    text = rf'[:,\[]\s*"{INSIDE}{any_form}{INSIDE}"(?!\s*:)'
    return rf"{text}|[:,\[]\s*[0-9.+-]*{re.escape(search)}" if NUMBER.fullmatch(search) else text
