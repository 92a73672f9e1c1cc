from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_subscription_api_key")]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="delivery_due_of_subscription"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["subscription", "due_at", "number"],
                name="delivery_due_of_subscription",
                condition=models.Q(status="pending", due_at__isnull=False),
            ),
        ),
    ]
