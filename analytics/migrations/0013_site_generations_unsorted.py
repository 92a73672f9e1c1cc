"""No query asks for the sites of a computing by its moment alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0012_patterns_in_any_state")]

    operations = [
        migrations.AlterField(model_name="sitegeneration", name="created_at", field=models.DateTimeField()),
    ]
