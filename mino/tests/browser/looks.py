"""How a page looks: pictures at both sizes and in both themes, axe's findings, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from playwright.sync_api import Page

SIZES = {"1440": (1440, 900), "390": (390, 844)}
THEMES = ("light", "dark")
GRAVE = ("serious", "critical")
PICTURES = Path(settings.BASE_DIR) / "var" / "screenshots"

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Without `preload`: it fetches all styles once more, for rules that are not asked or find nothing serious.
AXE = "() => axe.run(document, { resultTypes: ['violations'], preload: false })"
# Pages that are not ours (Django admin) fade from one theme's colours to the other's even for who asks for less motion.
SETTLED = """async () => {
    await document.fonts.ready;
    const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fading.map((animation) => animation.finished));
}"""


def assert_accessible(page: Page) -> None:
    """Fail with axe's findings on the page as it is now, if one of them is serious or critical."""
    # Evaluated over the debugging protocol: a script element would be refused by the content security policy.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(SETTLED)
    found = page.evaluate(AXE)["violations"]
    grave = [sentence(violation) for violation in found if violation["impact"] in GRAVE]
    assert not grave, f"axe finds on {page.url}:\n" + "\n".join(grave)


def sentence(violation: dict[str, Any]) -> str:
    """One finding of axe, with the elements it is about."""
    nodes = "".join(f"\n    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"- {violation['impact']}: {violation['help']}{nodes}"


def assert_fits(page: Page) -> None:
    """Fail if the page is wider than the screen, so that it would scroll sideways."""
    beyond = page.evaluate(OVERFLOW)
    assert beyond <= 0, f"{page.url} is {beyond} px wider than a screen of {page.viewport_size}."


def assert_looks_right(page: Page, name: str) -> None:
    """At both sizes and in both themes: take a picture, ask axe, check the width."""
    for _ in looks(page, name):
        assert_accessible(page)
        assert_fits(page)


def looks(page: Page, name: str) -> Iterator[None]:
    """Bring the page to both sizes and themes in turn, and take a picture of each (`NAME-SIZE-THEME.png` in PICTURES).

    The page is left at 1440 px in the light theme.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in reversed(SIZES.items()):
        page.set_viewport_size({"width": width, "height": height})
        for theme in reversed(THEMES):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # a literal there, one of THEMES here
            page.evaluate(SETTLED)
            page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png", full_page=True)
            yield
