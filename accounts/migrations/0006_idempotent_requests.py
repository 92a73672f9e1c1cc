"""What requests with an Idempotency-Key were answered."""

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_api_keys")]

    operations = [
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("principal", models.UUIDField()),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("answer", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["created_at"], name="idempotent_request_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("principal", "organization", "key"), name="idempotent_request_once")
                ],
            },
        ),
    ]
