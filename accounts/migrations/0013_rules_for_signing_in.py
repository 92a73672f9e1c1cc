"""What an organization asks of those who sign in."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_identity_providers")]

    operations = [
        migrations.AddField("organization", "requires_second_factor", models.BooleanField(default=False)),
        migrations.AddField("organization", "requires_own_sign_in", models.BooleanField(default=False)),
    ]
