"""The rows of an execution in the order of their accuracy."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0016_repeats_and_pairs")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["execution", "accuracy", "id"], name="job_by_accuracy"),
        ),
    ]
