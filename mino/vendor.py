"""Copies styles, scripts, icons and fonts of others into `static/vendor`, at the versions that package.json pins.

Run by `make vendor` after changing a version there or the list of icons here; what it writes is committed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

TABLER = "@tabler/core"
INTER = "@fontsource-variable/inter"
MONO = "@fontsource-variable/jetbrains-mono"
SCRIPTS = ("latin", "latin-ext", "cyrillic", "greek")

COPIES: dict[str, tuple[str, ...]] = {
    TABLER: ("dist/css/tabler.min.css",),
    "idiomorph": ("dist/idiomorph-ext.min.js", "LICENSE"),
    "echarts": ("dist/echarts.min.js", "LICENSE", "NOTICE"),
    "tabulator-tables": ("dist/js/tabulator.min.js", "dist/css/tabulator.min.css", "LICENSE"),
    INTER: (*(f"files/inter-{script}-wght-normal.woff2" for script in SCRIPTS), "LICENSE"),
    MONO: (*(f"files/jetbrains-mono-{script}-wght-normal.woff2" for script in SCRIPTS), "LICENSE"),
}

ICONS = """
adjustments alert-circle alert-triangle arrow-back-up arrow-down arrow-down-right arrow-left arrow-right arrow-up
arrow-up-right arrows-diff ban bolt book broadcast building calendar calendar-off chart-dots-2 check checklist
chevron-down chevron-left chevron-right chevron-up chevrons-left circle circle-check circle-half-2 circle-off
clipboard clock code coin columns copy database device-desktop dots download edit equal external-link eye eye-off
file-description file-download file-spreadsheet file-text filter flag flask folder folder-plus folders hash help
history home hourglass info-circle key keyboard link list list-details loader-2 lock logout mail menu-2 message minus
moon number palette password-user phone photo player-pause player-play player-skip-forward player-stop
plug-connected-x plus point question-mark refresh robot search selector settings sort-ascending sort-descending sun
table tag tags target text-size toggle-left trash upload user user-plus users versions world x
bookmark chart-bar chart-line folder-symlink git-compare note bulb keyboard-show filter-plus
repeat arrows-shuffle arrow-forward-up alert-octagon math-function
"""


def copy_packages() -> None:
    """Copy the listed files of each package into a folder of its name, beside a note of its version and licence."""
    for package, names in COPIES.items():
        folder = VENDOR / package.rpartition("/")[2].replace("core", "tabler")
        folder.mkdir(parents=True)
        for name in names:
            source = MODULES / package / name
            shutil.copyfile(source, folder / source.name)
    drop_source_maps()


def drop_source_maps() -> None:
    """Remove the pointers to source maps, which are not copied: browsers and static storage would look for them."""
    for path in (*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n?(/\*|//)# sourceMappingURL=.*?(\*/)?\s*$", "\n", text), encoding="utf-8")


def write_icons() -> None:
    """Write the chosen icons as one sprite, to be used by `<use href="...icons.svg#i-name">`."""
    folder = VENDOR / "icons"
    folder.mkdir(parents=True)
    shutil.copyfile(MODULES / "@tabler/icons/LICENSE", folder / "LICENSE")
    symbols = "".join(symbol(name) for name in sorted(set(ICONS.split())))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'
    (folder / "icons.svg").write_text(sprite, encoding="utf-8")


def symbol(name: str) -> str:
    """One icon as a `<symbol>` that takes its colour from where it is used. Raises FileNotFoundError if unknown."""
    source = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8")
    shapes = re.sub(r"\s*\n\s*", "", source[source.index(">", source.index("<svg")) + 1 : source.index("</svg>")])
    drawing = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="i-{name}" {drawing}>{shapes}</symbol>\n'


def write_tabler_licence() -> None:
    """Give the styles the licence text that their package only names: the icons' MIT, under the styles' copyright."""
    styles = (VENDOR / "tabler" / "tabler.min.css").read_text(encoding="utf-8")
    holders = "\n".join(re.findall(r"Copyright .*", styles[:500]))
    permission = (VENDOR / "icons" / "LICENSE").read_text(encoding="utf-8").partition("\n\nPermission")
    text = f"The MIT License (MIT)\n\n{holders}\n\nPermission{permission[2]}"
    (VENDOR / "tabler" / "LICENSE").write_text(text, encoding="utf-8")


def main() -> int:
    """Install the pinned packages beside the project and copy what MINO serves."""
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True)  # noqa: S607 - npm is found on PATH
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_packages()
    write_icons()
    write_tabler_licence()
    return 0


if __name__ == "__main__":
    sys.exit(main())
