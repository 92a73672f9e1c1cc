"""Texts that people, files and agents bring, written into everything that is kept: no page takes them for more."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, Field, JSONField, TextField
from django.test import Client
from lxml.html import fromstring

from accounts.models import User
from executions.models import FieldResult
from mino.common.values.clean import clean_text
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ALL, url_of

pytestmark = pytest.mark.django_db
APPS = ("accounts", "projects", "executions", "analytics", "webhooks")
BROUGHT = {
    *("name", "description", "text", "change_description", "instructions", "own_instructions", "message", "note"),
    *("source_name", "error_message", "stack_trace", "caption", "api_key_text", "object_repr", "user_agent", "reason"),
    *("url", "current_url", "live_view_url", "expected", "extracted", "before", "after", "worker", "actor_email"),
}
"""Fields whose text comes from outside."""

VALUES = {"inputs", "truth", "result", "extracted_data", "raw_result"}
"""Fields that hold such texts by the names of columns."""

ATTACK = "\"'></textarea></title><img src=x onerror=alert(1)><script>alert(1)</script>"
ADDRESS = "javascript:alert(1)//\"'><img src=x onerror=alert(1)>"
FOREIGN = "//img[@src='x'] | //iframe | //object | //embed | //base | //meta[@http-equiv] | //marquee | //frameset"
INLINE = "//script[not(@src) and not(@type='application/json')]"
RUN = "//@*[starts-with(name(), 'on')] | //@style | //@srcdoc | //@formaction[contains(., ':')]"
ADDRESSES = "//@href | //@src | //@action | //@data | //*[local-name()='a']/@*[local-name()='href']"


@pytest.fixture
def strings(test_data: Path) -> list[str]:
    """The naughty strings, as they are kept."""
    with (test_data / "values" / "naughty.csv").open(encoding="utf-8", newline="") as file:
        return [clean_text(row[0]) for row in csv.reader(file) if row][1:]


def test_no_page_takes_a_text_for_more(subjects: Subjects, owner: User, strings: list[str]) -> None:
    write_everywhere("\n".join([ATTACK, *strings]))
    marked = [text for text in strings if "<" in text and len(text) > 8]
    assert len(marked) > 100
    browser = Client()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    told = 0
    for address in ALL:
        answer: Any = browser.get(url_of(address, subjects))
        assert answer.status_code < 500, address.name
        if answer.get("Content-Type", "").startswith("text/html") and not address.name.startswith("sample_"):
            text = answer.content.decode()
            told += "&lt;img src=x onerror" in text
            assert ATTACK not in text, address.name
            assert [one for one in marked if one in text] == [], address.name
            assert complaints(text) == [], address.name
    assert told > 40, "the texts stand in hardly any page"


def write_everywhere(long: str) -> None:
    """Put it into every field that holds a text from outside, also into the entries of the audit trail."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('mino.audit_erasing', 'on', true)")
    for model in (one for app in APPS for one in apps.get_app_config(app).get_models()):
        fields = [field for field in model._meta.concrete_fields if _is_brought(field)]
        names = [field for field in model._meta.concrete_fields if field.name in VALUES]
        for number, thing in enumerate(model._base_manager.all() if fields or names else []):
            values: dict[str, Any] = {field.name: _attack(field, long, number) for field in fields}
            for field in names:
                kept = getattr(thing, field.name)
                values[field.name] = dict.fromkeys([*(kept if isinstance(kept, dict) else ()), "price"], long)
            model._base_manager.filter(pk=thing.pk).update(**values)
    assert all("onerror" in str(kept) for kept in FieldResult.objects.values_list("extracted", flat=True))


def _is_brought(field: Any) -> bool:
    return (
        field.name in BROUGHT
        and isinstance(field, CharField | TextField | JSONField)
        and not field.choices
        and not field.unique
    )


def _attack(field: Field[Any, Any], long: str, number: int) -> str:
    if "url" in field.name:
        return ADDRESS
    if field.model.__name__ == "Column":
        return f"{number}{ATTACK}"[: field.max_length]
    return long if field.max_length is None else f"{ATTACK}{number}"[: field.max_length]


def complaints(text: str) -> list[str]:
    """What in a page could run, or comes from nowhere but a text."""
    if not text.strip():
        return []
    tree: Any = fromstring(text)
    found = [element.tag for element in tree.xpath(f"{FOREIGN} | {INLINE}")]
    found += [str(value) for value in tree.xpath(RUN)]
    return found + [str(one) for one in tree.xpath(ADDRESSES) if "script:" in "".join(one.split()).casefold()[:20]]


@pytest.mark.parametrize(
    "text", [ATTACK, f'<a href="{ADDRESS}">x</a>', '<p style="color:red">x</p>', "<p onclick=x>x</p>", "<base href=/>"]
)
def test_what_runs_is_noticed(text: str) -> None:
    assert complaints(f"<main>{text}</main>")
