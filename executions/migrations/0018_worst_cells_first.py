"""The worst cells of an execution first: the order of a review."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0017_job_by_accuracy")]

    operations = [
        migrations.AddIndex(
            model_name="fieldresult",
            index=models.Index(
                condition=models.Q(("outcome__in", ["wrong", "missed", "invented"])),
                fields=["execution", "score", "id"],
                name="field_result_worst",
            ),
        ),
    ]
