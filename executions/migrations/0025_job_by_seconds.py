"""The rows of an execution in the order of the agent's time."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0024_started_by_api_key")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["execution", "agent_seconds", "id"], name="job_by_seconds"),
        ),
    ]
