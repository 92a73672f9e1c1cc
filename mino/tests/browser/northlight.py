"""A workspace as it looks after some weeks of use: what the pages of projects and batches are looked at with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from executions.models import Execution
from mino.tests.factories import BatchFactory, ColumnStatisticFactory, ExecutionFactory, JobFactory, VersionFactory
from projects.models import Batch, Project, Row
from projects.services.projects import project_create

FIRST = """Open the page of the product.
Return its name as it stands in the largest heading.
Close the cookie wall.
Return the price shown beside the buy button.
Currency as ISO 4217, for example EUR.
Say yes if it can be ordered, else no."""
SECOND = FIRST.replace(
    "shown beside the buy button.",
    "a visitor pays today, after discount.\nA “from” price is not a price: open the first variant.",
)
COLUMNS = [
    {"name": "site_url", "header": "site_url", "type": "url", "role": "site_url"},
    {"name": "name", "header": "expected_name", "type": "text", "role": "ground_truth"},
    {
        "name": "price",
        "header": "expected_price",
        "type": "number",
        "role": "ground_truth",
        "options": {"tolerance": 0.01},
    },
    {"name": "currency", "header": "expected_currency", "type": "text", "role": "ground_truth"},
    {"name": "in_stock", "header": "expected_in_stock", "type": "boolean", "role": "ground_truth"},
]
SHOPS = [
    ("lumenhaus.example/p/4502", "Pendant lamp Solvö, linen shade", "119.00", "EUR", "yes"),
    ("bergwerk-sport.example/helme/tour-3", "Tour 3 helmet, matt", "89.95", "EUR", "no"),
    ("kettleandco.example/kettles/pour-over-1l", "Pour-over kettle 1 l", "64.50", "GBP", "yes"),
    ("nordgarn.example/garn/merino-50", "Merino 50 g", "59.00", "SEK", "yes"),
    ("mattonella.example/it/p/posa-20", "Piastrella Posa 20 × 20", "1234.50", "EUR", ""),
    ("voltlane.example/p/usb-c-hub-7", "USB-C hub, 7 ports", "39.95", "EUR", "yes"),
    ("papiermond.example/shop/notizbuch-a5", "Notizbuch A5, kariert", "14.90", "EUR", "yes"),
    ("casaverde.example/vasi/terra-30", "Vaso Terra 30", "32.00", "EUR", "yes"),
]
ANSWERS: list[dict[str, Any]] = [
    {"price": 159.0},
    {"price": "from 89.00", "in_stock": True},
    {"name": "Pour-over kettle, 0.8 l", "price": 58.5},
    {"price": 59.0, "currency": "EUR"},
    {"price": 1.23, "in_stock": True},
    {"in_stock": None},
    {},
    {"price": 32},
]
FIGURES = {
    "graded_rows": 478,
    "gradable_fields": 1912,
    "gradable_fields_squared": 7648,
    "good_fields_squared": 6560,
    "good_times_gradable": 6980,
}


class Northlight:
    """The project Shop prices with two versions and three batches, one of them run three times."""

    def __init__(self, organization: Organization, member: User) -> None:
        self.project: Project = project_create(
            organization=organization,
            user=member,
            name="Shop prices, Europe",
            description="Price, currency and stock of a product page, as a visitor in the shop’s own country sees them",
            instructions=FIRST,
        )
        self.second = VersionFactory(
            project=self.project, text=SECOND, change_description="Price after discount", created_by=member
        )
        self.batch: Batch = BatchFactory(project=self.project, name="Autumn catalogue", columns=COLUMNS)
        for position, (address, *truth) in enumerate(SHOPS, 1):
            known = {
                name: cell for name, cell in zip(("name", "price", "currency", "in_stock"), truth, strict=True) if cell
            }
            Row.objects.create(
                batch=self.batch, position=position, url=f"https://www.{address}", truth=known, has_truth=True
            )
        Batch.objects.filter(pk=self.batch.pk).update(row_count=480, truth_row_count=480)
        BatchFactory(project=self.project, name="Gift cards", description="Outlet, still without truth")
        self.winter: Batch = BatchFactory(project=self.project, name="Winter outlet", rows=3)
        self.first_run = self._run(1, self.batch, good_fields=1688, status="completed", days=9)
        self.failed = self._run(2, self.winter, status="failed", status_reason="The agent’s key was refused.", days=2)
        self.latest = self._run(3, self.batch, self.second, good_fields=1744, status="completed", days=1, error_jobs=2)
        self.running = self._run(4, self.winter, self.second, status="running", good_fields=1700, days=0)
        self._answer(self.latest)

    def _run(self, number: int, batch: Batch, version: Any = None, days: int = 0, **values: Any) -> Execution:
        now = timezone.now() - timedelta(days=days, minutes=20)
        done = values["status"] != "running"
        counts: dict[str, Any] = {
            "total_jobs": 480,
            "completed_jobs": 478 if done else 276,
            "passed_jobs": 345,
            "failed_jobs": 130,
        }
        figures = FIGURES if "good_fields" in values else {"completed_jobs": 0, "passed_jobs": 0, "failed_jobs": 0}
        execution = ExecutionFactory(
            batch=batch,
            number=number,
            instruction_version=version or self.project.production_version,
            started_at=now,
            finished_at=now + timedelta(minutes=9) if done else None,
            **{**counts, **figures, **values},
        )
        Execution.objects.filter(pk=execution.pk).update(created_at=now)
        if not done:
            Execution.objects.filter(pk=execution.pk).update(queued_jobs=192, running_jobs=12)
        return execution

    def _answer(self, execution: Execution) -> None:
        for row, answer in zip(self.batch.rows.all(), ANSWERS, strict=True):
            result = {**row.truth, **answer}
            outcomes = {
                name: self._outcome(row.truth.get(name), result.get(name), name, answer)
                for name in ("name", "price", "currency", "in_stock")
            }
            values: dict[str, Any] = {"status": "completed", "result": result, "outcomes": outcomes}
            if row.position == 7:
                values = {
                    "status": "error",
                    "error_code": "TIMEOUT",
                    "error_message": "The page did not answer within 120 seconds.",
                }
            JobFactory(execution=execution, row=row, attempts=2 if row.position == 2 else 1, **values)
        for position, (name, wrong) in enumerate((("name", 16), ("price", 49), ("currency", 17), ("in_stock", 79))):
            ColumnStatisticFactory(
                execution=execution,
                column=name,
                position=position,
                correct=460 - wrong,
                wrong=wrong,
                missed=9,
                not_gradable=9,
            )

    @staticmethod
    def _outcome(truth: str | None, value: Any, name: str, answer: dict[str, Any]) -> str:
        if truth is None:
            return "not_gradable"
        if value is None:
            return "missed"
        return (
            "wrong"
            if name in answer and str(value) not in (truth, truth.removesuffix(".00"), f"{truth}.0")
            else "correct"
        )
