"""The ASGI application that uvicorn serves: live events, and nothing else."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mino.settings")
django.setup()

from executions.events.server import application as events_application  # noqa: E402

application = events_application()
