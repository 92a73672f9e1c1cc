"""What an invitation of a guest will give."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_purge_of_organizations"),
        ("projects", "0008_who_acted_by_api_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvitedGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.CharField(choices=[("view", "View"), ("work", "Work")], max_length=4)),
                (
                    "invitation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invited_grants",
                        to="accounts.invitation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invited_grants",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("invitation", "project"), name="invited_grant_once")],
            },
        ),
    ]
