"""Indexes in the order of the lists: imports and batches of an organization, cells changed together; what the background looks for."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("projects", "0012_guests_of_nothing")]

    operations = [
        migrations.AddIndex(
            model_name="batch", index=models.Index(fields=["organization", "name", "id"], name="batch_by_name")
        ),
        migrations.AddIndex(
            model_name="batch", index=models.Index(fields=["organization", "row_count", "id"], name="batch_by_size")
        ),
        migrations.AddIndex(
            model_name="batchimport",
            index=models.Index(fields=["organization", "-created_at", "-id"], name="import_newest"),
        ),
        migrations.AddIndex(
            model_name="batchimport",
            index=models.Index(fields=["updated_at"], name="import_staged", condition=~Q(file="")),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["id"], name="batch_to_remove", condition=Q(status="deleting")),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["id"], name="project_to_remove", condition=Q(is_deleted=True)),
        ),
        # These two lead an index of several columns, which serves as well.
        migrations.AlterField(
            model_name="batchimport",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AlterField(
            model_name="batchimport",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="imports",
                to="projects.project",
            ),
        ),
        migrations.AddIndex(
            model_name="truthrevision",
            index=models.Index(
                fields=["change", "-created_at", "-id"],
                name="truth_newest_of_change",
                condition=Q(change__isnull=False),
            ),
        ),
        migrations.RemoveIndex(model_name="truthrevision", name="truth_of_change"),
    ]
