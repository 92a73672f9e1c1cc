from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("executions", "0018_worst_cells_first")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("agentcredential", "secret", models.TextField(blank=True, default="", editable=False)),
        migrations.AddField(
            "agentcredential", "ending", models.CharField(blank=True, default="", editable=False, max_length=4)
        ),
        migrations.AddField("agentcredential", "set_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "agentcredential",
            "set_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("agentcredential", "tested_at", models.DateTimeField(editable=False, null=True)),
    ]
