"""What holds for every template: it compiles, says its contract, and obeys the content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from mino.common.ui import signs

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PAGES = [name for name in NAMES if not name.startswith("sample_site/")]  # those stand for other people's sites
SPRITE = (Path(settings.BASE_DIR) / "static/vendor/icons/icons.svg").read_text()


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", PAGES)
def test_it_compiles_and_says_its_contract_first(name: str) -> None:
    get_template(name)
    assert source(name).startswith("{#")


@pytest.mark.parametrize("name", PAGES)
def test_it_has_nothing_inline(name: str) -> None:
    text = source(name)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<style|<script(?![^>]*\b(src|type=.application/json))", text)
    assert "hx-on" not in text


@pytest.mark.parametrize("name", PAGES)
def test_its_icons_are_in_the_sprite(name: str) -> None:
    for icon in re.findall(r"""{% icon ["']([\w-]+)["']|icon=["']([\w-]+)["']""", source(name)):
        assert f'id="i-{"".join(icon)}"' in SPRITE


def test_the_icons_of_states_and_outcomes_are_in_the_sprite() -> None:
    for icon, _ in [*signs.STATES.values(), *signs.OUTCOMES.values()]:
        assert f'id="i-{icon}"' in SPRITE


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html"])
def test_error_pages_need_no_context_and_no_database(name: str) -> None:
    assert "mn-code" in get_template(name).render({})
