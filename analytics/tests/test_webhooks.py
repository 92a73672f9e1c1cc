"""What other systems are told of batches, truth and exports, as the documentation's examples say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.models import Organization, User
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.running import export_run
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from mino.tests.factories import BatchFactory
from projects.importing.starting import import_run, import_start
from projects.importing.uploading import import_upload
from projects.models import Batch, Project, TruthRevision
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange
from webhooks.events import EVENTS
from webhooks.examples import EXAMPLES, example_of
from webhooks.models import PendingEvent
from webhooks.services.subscriptions import subscription_create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _subscribed(organization: Organization, owner: User) -> None:
    subscription_create(organization=organization, user=owner, url="https://hooks.example/mino", events=list(EVENTS))


def the_event(name: str) -> Mapping[str, Any]:
    """What was noted of the only event of that name; its fields are those of the example."""
    data: Mapping[str, Any] = PendingEvent.objects.get(name=name).data
    assert set(data) == set(example_of(name))
    return data


def test_there_is_an_example_of_every_event() -> None:
    assert list(EXAMPLES) == list(EVENTS)


def test_an_import_tells_that_its_batch_is_ready(project: Project, member: User) -> None:
    file = ContentFile(b"site_url,expected_price\nhttps://shop.example/1,12\nhttps://shop.example/2,\n")
    batch_import = import_upload(project=project, user=member, file=file, name="sites.csv")
    import_run(batch_import.pk)
    batch_import.refresh_from_db()
    import_start(batch_import=batch_import, user=member, name="Sites")
    data = the_event("batch.imported")
    assert (data["name"], data["rows"], data["rows_with_truth"]) == ("Sites", 2, 1)
    assert data["page"].endswith(f"/o/northlight/batches/{Batch.objects.get().pk}/")


def test_a_change_of_truth_tells_which_rows_and_columns(batch: Batch, member: User) -> None:
    rows = list(batch.rows.order_by("position")[:2])
    changes = [
        CellChange(rows[0].pk, "price", "9"),
        CellChange(rows[0].pk, "title", "Pan"),
        CellChange(rows[1].pk, "price", "8"),
    ]
    truth_set(batch=batch, changes=changes, user=member, reason="The shop renamed them")
    data = the_event("ground_truth.changed")
    assert (data["rows"], data["cells"], data["columns"]) == (2, 3, ["price", "title"])
    assert set(data["row_ids"]) == {str(row.pk) for row in rows}
    assert data["reason"] == "The shop renamed them"
    assert {str(one.change) for one in TruthRevision.objects.all()} == {data["change_id"]}
    truth_set(batch=batch, changes=changes, user=member)
    assert PendingEvent.objects.count() == 1, "nothing changed any more"


def test_a_change_of_very_many_rows_counts_them_all(project: Project) -> None:
    batch = BatchFactory(project=project, rows=101)
    truth_set(batch=batch, changes=[CellChange(row.pk, "price", "9") for row in batch.rows.all()], user=None)
    data = the_event("ground_truth.changed")
    assert (data["rows"], data["cells"], len(data["row_ids"])) == (101, 101, 100)


def test_an_export_tells_that_it_can_be_downloaded(batch: Batch, member: User) -> None:
    export = export_order(source=BatchRows(batch), export_format=ExportFormat.CSV, user=member)
    assert not PendingEvent.objects.exists()
    export_run(export.pk)
    data = the_event("export.ready")
    assert (data["export_id"], data["rows"], data["format"]) == (str(export.pk), 3, "csv")
    assert data["bytes"] > 0
