"""An agent over an invented catalogue: some of its answers are right, some are not, and some rows give none."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from executions.agents.base import AgentError, ErrorCode, Reporter, Screenshot, Step, Task
from mino.tests.factories import BatchFactory
from projects.models import Batch, Project

SITES = [
    "lumenhaus.example/p/5120",
    "papiermond.example/shop/notizbuch-a5",
    "bergwerk-sport.example/helme/tour-3",
    "oakbarrel.example/bottles/0771",
    "brightpedal.example/lights/rear-usb-with-a-very-long-name-that-has-to-be-clipped-somewhere",
    "zilverkast.example/p/ladekast-4",
]
FIELDS = [("title", "text"), ("price", "number"), ("currency", "text"), ("in_stock", "boolean"), ("brand", "text")]


def catalogue(project: Project, rows: int) -> Batch:
    """A batch of so many rows with five columns of truth."""
    columns = [{"name": "site_url", "header": "site_url", "type": "url", "role": "site_url"}]
    columns += [{"name": name, "header": name, "type": kind, "role": "ground_truth"} for name, kind in FIELDS]
    batch: Batch = BatchFactory(project=project, name="Spring catalogue", columns=columns, rows=rows)
    for row in batch.rows.all():
        n = row.position
        row.url = f"https://{SITES[n % len(SITES)]}?row={n}"
        row.truth = {"title": f"Lamp Solvö {n}", "price": f"{n}.50", "currency": "EUR", "brand": "(absent)"}
        if n % 5:
            row.truth["in_stock"] = "yes" if n % 6 else "no"
        row.save()
    return batch


def answer(task: Task, reporter: Reporter) -> dict[str, Any]:
    """What the agent finds on the page of a row."""
    n = int(task.url.rpartition("=")[2])
    for step in ("Closing the cookie wall (“Only necessary”)", "Reading name and brand", "Reading the price"):
        reporter.step(Step(step, task.url))
    if n % 9 == 4:
        raise AgentError(ErrorCode.ACCESS_BLOCKED, "The shop asked for a human check.", transient=False)
    if n % 5 == 0:
        reporter.screenshot(Screenshot(picture(), "The product page"))
    return {
        "title": f"Lamp Solvö {n}" if n % 4 else f"Lamp Solvo, {n}, linen",
        "price": f"{n}.50" if n % 3 else f"{n + 10}.00",
        "currency": "EUR" if n % 7 else None,
        "in_stock": "yes",
        "brand": None if n % 2 else "Arkö",
    }


def picture() -> bytes:
    """A PNG."""
    file = io.BytesIO()
    Image.new("RGB", (640, 400), "#cfe3e8").save(file, "PNG")
    return file.getvalue()
