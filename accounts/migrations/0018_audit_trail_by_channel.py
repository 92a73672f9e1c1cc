"""An index for what workers, platform staff or the command line did, newest first: the audit trail by its channel."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_retention_of_organizations")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organization", "channel", "-timestamp", "-id"], name="audit_of_channel"),
        ),
    ]
