"""What is logged, and in which form."""

from __future__ import annotations

from mino.settings.foundation import ENV

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "mino.common.logs.TextFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "mino.common.logs.JsonLines"},
    },
    "filters": {
        "refusals": {"()": "mino.common.logs.WithoutRefusals"},
        "tokens": {"()": "mino.common.logs.WithoutTokens"},
        "ids": {"()": "mino.common.logs.WithIds"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": ENV.log_format,
            "filters": ["refusals", "tokens", "ids"],
        }
    },
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        "trafilatura": {"level": "ERROR"},
        "extruct": {"level": "ERROR"},
    },
}
