"""The database."""

from __future__ import annotations

from typing import Any

import dj_database_url

from mino.settings.foundation import DATA_DIR, ENV

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_URL = ENV.database_url or f"sqlite:///{DATA_DIR / 'mino.sqlite3'}"
_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=True))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # Deferred transactions that read and then write fail at once when another writer is faster.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 10,
        "pool": {"min_size": 2, "max_size": 20, "max_idle": 20, "timeout": 10},
    }
DATABASES = {"default": _database}
