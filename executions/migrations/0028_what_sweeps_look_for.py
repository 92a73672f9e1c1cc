"""What the sweeps look for every few seconds, without reading all executions there ever were."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


def _index(field: str, name: str, condition: Q) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name="execution", index=models.Index(fields=[field], name=name, condition=condition)
    )


class Migration(migrations.Migration):
    dependencies = [("executions", "0027_executions_by_state")]

    operations = [
        _index("id", "execution_ended_early", Q(status__in=["stopped", "failed"])),
        _index("pair", "execution_waiting", Q(waits_for_partner=True)),
        _index("finished_at", "execution_repeats_due", Q(repeats__gt=1, repeat_figures__isnull=True)),
    ]
