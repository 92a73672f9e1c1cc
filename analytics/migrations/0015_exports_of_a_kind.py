"""Indexes for the exports of one kind and of one execution, to which their list can be narrowed."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0014_reservations_that_hold")]

    operations = [
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                fields=["organization", "created_by", "kind", "-created_at", "-id"], name="export_newest_of_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                fields=["execution_id", "-created_at", "-id"],
                name="export_newest_of_execution",
                condition=models.Q(execution_id__isnull=False),
            ),
        ),
    ]
