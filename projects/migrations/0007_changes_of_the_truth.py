"""Which cells of truth were changed together."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_notes_on_the_truth")]

    operations = [
        migrations.AddField("truthrevision", "change", models.UUIDField(editable=False, null=True)),
        migrations.AddIndex(
            "truthrevision",
            models.Index(
                fields=["change", "id"], name="truth_of_change", condition=models.Q(("change__isnull", False))
            ),
        ),
    ]
