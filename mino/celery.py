"""The Celery application: messages are wake-up calls and carry ids, nothing else."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mino.settings")

app = Celery("mino")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
