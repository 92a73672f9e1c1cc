"""Lists that are narrowed: executions by state, type and agent, dead letters by their error."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


def _executions_by(field: str) -> migrations.AddIndex:
    index = models.Index(fields=["organization", field, "-created_at", "-id"], name=f"execution_by_{field}")
    return migrations.AddIndex(model_name="execution", index=index)


class Migration(migrations.Migration):
    dependencies = [("executions", "0026_paused_by_api_key")]

    operations = [
        _executions_by("status"),
        _executions_by("type"),
        _executions_by("agent"),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["organization", "error_code", "-finished_at", "-id"],
                name="job_dead_letters_by_error",
                condition=Q(status="error"),
            ),
        ),
    ]
