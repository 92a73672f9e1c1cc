"""The index of the hardest sites in one direction, so that it gives them in the order of lists, both ways."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_started_by_api_key")]

    operations = [
        migrations.RemoveIndex(model_name="sitestatistic", name="site_hardest"),
        migrations.AddIndex(
            model_name="sitestatistic",
            index=models.Index(fields=["generation", "trouble", "site"], name="site_hardest"),
        ),
    ]
