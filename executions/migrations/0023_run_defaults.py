"""What an organization's runs begin with."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_purge_of_organizations"),
        ("executions", "0022_live_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExecutionDefaults",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("agent", models.CharField(blank=True, max_length=20)),
                (
                    "concurrency",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                    ),
                ),
                (
                    "max_retries",
                    models.PositiveSmallIntegerField(
                        default=3, validators=[django.core.validators.MaxValueValidator(10)]
                    ),
                ),
                ("timeout", models.PositiveIntegerField(blank=True, null=True)),
                ("budget", models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True)),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="execution_defaults",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "execution defaults",
            },
        ),
    ]
