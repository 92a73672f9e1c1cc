"""An index for the cells that somebody looks at now, which lists of what is to be reviewed leave out."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0013_site_generations_unsorted")]

    operations = [
        migrations.AddIndex(
            model_name="reviewreservation",
            index=models.Index(fields=["expires_at"], name="review_reserved_now"),
        ),
    ]
