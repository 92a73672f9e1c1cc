"""What the beat wakes, and how often."""

from __future__ import annotations

from mino.settings.foundation import DATA_DIR

CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "wake-executions": {"task": "executions.tasks.wake_executions", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-imports": {"task": "projects.tasks.sweep_imports", "schedule": 15.0, "options": {"expires": 15}},
    "remove-expired": {"task": "executions.tasks.remove_expired", "schedule": 3600.0, "options": {"expires": 3600}},
    "expire-idempotent-requests": {
        "task": "accounts.tasks.expire_idempotent_requests",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-exports": {"task": "analytics.tasks.sweep_exports", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-roll-ups": {"task": "analytics.tasks.sweep_roll_ups", "schedule": 15.0, "options": {"expires": 15}},
    "tidy-roll-ups": {"task": "analytics.tasks.tidy_roll_ups", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-repeats": {"task": "analytics.tasks.sweep_repeats", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-patterns": {"task": "analytics.tasks.sweep_patterns", "schedule": 30.0, "options": {"expires": 30}},
    "expire-exports": {"task": "analytics.tasks.expire_exports", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-rescorings": {"task": "executions.tasks.sweep_rescorings", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-metering": {"task": "executions.tasks.sweep_metering", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-suspects": {"task": "analytics.tasks.sweep_suspects", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-webhooks": {"task": "webhooks.tasks.sweep_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "expire-deliveries": {"task": "webhooks.tasks.expire_deliveries", "schedule": 3600.0, "options": {"expires": 3600}},
    "purge-organizations": {
        "task": "accounts.tasks.purge_organizations",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "expire-audit": {"task": "accounts.tasks.expire_audit", "schedule": 3600.0, "options": {"expires": 3600}},
    "refresh-identity-providers": {
        "task": "accounts.tasks.refresh_identity_providers",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-privacy": {"task": "accounts.tasks.sweep_privacy", "schedule": 30.0, "options": {"expires": 30}},
    "expire-privacy": {"task": "accounts.tasks.expire_privacy", "schedule": 3600.0, "options": {"expires": 3600}},
    "purge-deleted": {"task": "projects.tasks.purge_deleted", "schedule": 60.0, "options": {"expires": 60}},
}
