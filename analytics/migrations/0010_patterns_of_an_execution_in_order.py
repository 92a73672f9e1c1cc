"""The patterns of an execution, the heaviest first, in an order that lists can go on in."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_hardest_sites_read_backwards")]

    operations = [
        migrations.RemoveIndex(model_name="patternoccurrence", name="occurrence_of_execution"),
        migrations.AddIndex(
            model_name="patternoccurrence",
            index=models.Index(fields=["execution", "is_found", "-weight", "-id"], name="occurrence_of_execution"),
        ),
    ]
