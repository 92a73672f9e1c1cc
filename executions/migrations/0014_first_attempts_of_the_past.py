"""Before there were retries, every answer came at the first attempt."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, F, OuterRef


def count_them(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the counters of executions that nobody counted first attempts for."""
    retries = apps.get_model("executions", "Retry").objects.filter(execution=OuterRef("pk"))
    executions = apps.get_model("executions", "Execution").objects.filter(~Exists(retries))
    uncounted = executions.filter(
        first_attempt_passed_jobs=0, first_attempt_failed_jobs=0, first_attempt_gradable_fields=0
    )
    uncounted.update(
        first_attempt_passed_jobs=F("passed_jobs"),
        first_attempt_failed_jobs=F("failed_jobs"),
        first_attempt_good_fields=F("good_fields"),
        first_attempt_gradable_fields=F("gradable_fields"),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0013_who_paused"),
    ]

    operations = [
        migrations.RunPython(count_them, migrations.RunPython.noop),
    ]
