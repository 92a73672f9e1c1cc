r"""Finds rows by a text wherever it stands in them, by the host of their address, and by their tags.

What stands in JSON is looked for in the values alone, since every row has the same names of columns. PostgreSQL writes
`é` there and folds its case; in SQLite `\u00e9` stands there, whose other cases have to be asked for too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains, IRegex

from projects.models import TaggedRow

HOST = re.compile(r"[^\s/?#@\\]{1,253}")
NUMBER = re.compile(r"[+-]?[0-9.]+")
INSIDE = r'(?:[^"\\]|\\.)*'


def row_text(search: str, row: str = "") -> Q:
    """Rows with the text in their key, inputs or truth; `row` is the way to them, such as `job__row__`."""
    return Q(**{f"{row}key__icontains": search}) | in_json(search, f"{row}inputs", f"{row}truth")


def on_site(site: str, prefix: str = "") -> Q:
    """Those whose `url` has this host, with or without `www.` and a port; `prefix` is the way to the address."""
    port = "" if re.search(r":\d+$", site) else r"(:[0-9]+)?"
    pattern = rf"^\s*https?://([^/?#]*@)?(www\.)?{re.escape(site)}{port}([/?#]|\s*$)"
    return Q(**{f"{prefix}url__icontains": site}) & Q(**{f"{prefix}url__iregex": pattern})


def row_tagged(tag: str, row: str) -> Q:
    """Rows with the tag of this name; `row` is where the row's id is found."""
    return Q(Exists(TaggedRow.objects.filter(row=OuterRef(row), tag__folded=tag.casefold())))


def clean_host(text: str) -> str:
    """A host without www, as it stands in addresses. Raises ValueError for what is none."""
    site = text.lower().removeprefix("www.")
    if not (HOST.fullmatch(site) and site.isprintable()):
        raise ValueError("Give the host alone, such as shop.example.")
    return site


def in_json(search: str, *fields: str) -> Q:
    """Those with the text among the values of these JSON fields.

    The contained text is looked for first: that is quick, and seldom anything is left for the expression.
    """
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
