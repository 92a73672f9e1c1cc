"""Which API key decided about an answer or a suspect."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def api_key() -> models.ForeignKey:
    """The column."""
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="accounts.apikey",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_purge_of_organizations"),
        ("analytics", "0010_patterns_of_an_execution_in_order"),
    ]

    operations = [
        migrations.AddField(model_name="suspect", name="api_key", field=api_key()),
        migrations.AddField(model_name="reviewdecision", name="api_key", field=api_key()),
    ]
