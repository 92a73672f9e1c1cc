"""Jobs keep the instructions of their row's own as they were when the execution began."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def keep_those_of_active_jobs(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now they were read when a job was claimed: jobs that are still to come keep what they would have read."""
    row = apps.get_model("projects", "Row").objects.filter(pk=OuterRef("row_id")).values("instructions")
    active = apps.get_model("executions", "Job").objects.filter(status__in=["queued", "running", "retrying"])
    active.exclude(row__instructions="").update(own_instructions=Subquery(row))


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0011_session_by_remote_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="own_instructions",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(keep_those_of_active_jobs, migrations.RunPython.noop),
    ]
