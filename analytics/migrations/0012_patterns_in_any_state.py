"""The patterns of a project in any state, the heaviest first."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0011_decisions_of_programs")]

    operations = [
        migrations.AddIndex(
            model_name="failurepattern",
            index=models.Index(fields=["project", "-weight", "-id"], name="pattern_heaviest_of_all"),
        ),
    ]
