"""When the removal of a deleted organization's data has begun."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_deletion_of_organizations"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="purging_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
