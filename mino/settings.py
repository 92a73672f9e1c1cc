"""Django's settings, all from the environment (`mino.env`; docs/operations.md lists the variables)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
import django_stubs_ext
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from mino.common.values.prices import all_prices, currency_of
from mino.env import BASE_DIR, Environment
from mino.sign_in_providers import sign_in_origins, sign_in_providers

django_stubs_ext.monkeypatch()

ENV = Environment()
DATA_DIR = ENV.data_dir
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = ENV.secret_key
ENCRYPTION_KEYS = ENV.encryption_keys
DEBUG = ENV.debug
PUBLIC_URL = ENV.public_url.rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [*ENV.allowed_hosts, _public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

INSTALLED_APPS = [
    "accounts.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    *(f"allauth.socialaccount.providers.{kind}" for kind, (client, _) in ENV.sign_in_clients.items() if client),
    "allauth.mfa",
    "allauth.usersessions",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_filters",
    "django_ratelimit",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "mino.apps.MinoConfig",
    "accounts.apps.AccountsConfig",
    "webhooks",
    "projects",
    "executions",
    "analytics",
]

MIDDLEWARE = [
    "mino.common.requests.RequestIdMiddleware",
    "mino.common.api.middleware.ApiErrorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "mino.common.requests.ProbesMiddleware",
    "accounts.signing_in.headers.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.audit.middleware.ActingMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.signing_in.signed_in.LastSeenMiddleware",
    "accounts.signing_in.restricting.SessionScopeMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.privacy.leaving.ErasureMiddleware",
    "accounts.privacy.middleware.ConsentMiddleware",
    "accounts.middleware.WorkspaceMiddleware",
    "accounts.limits.sending.FormLimitsMiddleware",
    "mino.common.requests.AddressIdsMiddleware",
]

ROOT_URLCONF = "mino.urls"
WSGI_APPLICATION = "mino.wsgi.application"
FORM_RENDERER = "mino.common.ui.forms.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.workspace",
            ],
        },
    },
]

# ---- database ------------------------------------------------------------------------------------------------------
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

# ---- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "accounts.backends.OrganizationBackend",
    "projects.backends.ProjectBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.signing_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
# Without a mail server nobody could open the link: the workspace of `make run` must be usable at once.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ENV.email_url else "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/h/ip,5/5m/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
SOCIALACCOUNT_ADAPTER = "accounts.signing_in.social.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = sign_in_providers(ENV)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # no provider signs in to an account that was not connected with it
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
MFA_ADAPTER = "accounts.signing_in.second_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "MINO"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _public.scheme == "http"
MFA_ALLOW_UNVERIFIED_EMAIL = not ENV.email_url
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
# guardian.W001: its grants are read by projects.backends.ProjectBackend, in one query for all projects.
# security.W021: the browsers' preload list is hard to leave, so MINO_HSTS_PRELOAD is a deliberate choice.
# django_ratelimit.W001: its list of caches does not know Django's own for Redis, which counts atomically.
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "security.W021", "django_ratelimit.W001"]

# ---- audit trail ---------------------------------------------------------------------------------------------------
# Entries are made by accounts.audit.record. Of auditlog, the entry's model serves; no model is registered with it.
AUDITLOG_LOGENTRY_MODEL = "accounts.AuditEntry"
AUDITLOG_DISABLE_REMOTE_ADDR = True
MIGRATION_MODULES = {"auditlog": None}  # else it makes a table for its own entries, which nothing uses

# ---- time and language ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# ---- files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "mino.common.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ---- mail ----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = ENV.from_address
if ENV.email_url:
    _mail = dj_email_url.parse(ENV.email_url)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20

# ---- cache and messages --------------------------------------------------------------------------------------------
REDIS_URL = ENV.redis_url
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "mino.common.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"socket_timeout": 10, "socket_connect_timeout": 2}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    SILENCED_SYSTEM_CHECKS.append("django_ratelimit.E003")  # its cache is of one process: here there is only one
    for _folder in ("queue", "processed", "control"):
        (DATA_DIR / "broker" / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "processed_folder": str(DATA_DIR / "broker" / "processed"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "store_processed": False,
    }
RATELIMIT_FAIL_OPEN = True
RATELIMIT_IP_META_KEY = "accounts.limits.sending.address_of"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = ENV.worker_threads + ENV.webhook_threads
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
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

# ---- security ------------------------------------------------------------------------------------------------------
_https = _public.scheme == "https"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]  # asked for behind the proxy that ends TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https and ENV.hsts_preload
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
AGENT_FRAME_HOSTS = ENV.agent_frame_hosts
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/sample-site/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *sign_in_origins(ENV)],
        "frame-src": [f"https://{host}" for host in AGENT_FRAME_HOSTS] or [NONE],
    },
}

# ---- the API -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mino.common.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MINO",
    "DESCRIPTION": "Everything that MINO does, for programs. How it is used is told in docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": ["mino.common.api.schema.share_parts"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
}

# Pages of other origins may ask the API with a key, if they are listed; never with the reader's sign-in.
CORS_ALLOWED_ORIGINS = ENV.cors_origins
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "if-match", "last-event-id", "x-mino-organization")
CORS_EXPOSE_HEADERS = (
    "ETag",
    "Location",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "X-Request-ID",
)

# ---- logs ----------------------------------------------------------------------------------------------------------
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

# ---- MINO's own ----------------------------------------------------------------------------------------------------
MINO_ALLOWED_NETWORKS = ENV.allowed_networks
MINO_ALLOWED_PORTS = ENV.allowed_ports
NAME_SERVERS = ENV.name_servers
MINO_SAMPLE_SITE = ENV.sample_site
MINO_CHROMIUM = ENV.chromium
TRUSTED_PROXIES = ENV.trusted_proxies
METRICS = ENV.metrics
METRICS_TOKEN = ENV.metrics_token
WORKER_THREADS = ENV.worker_threads
WORKER_GRACE = ENV.worker_grace
LEASE_SECONDS = ENV.lease_seconds
MINO_BREAKER_ERRORS = ENV.breaker_errors
PARSER_PROCESSES = ENV.parser_processes
EVA_API_URL = ENV.eva_api_url
EVA_API_KEY = ENV.eva_api_key
AGENTQL_API_URL = ENV.agentql_api_url
AGENTQL_API_KEY = ENV.agentql_api_key
AGENT_PRICES = all_prices(ENV.agent_prices)
CURRENCY = currency_of(ENV.agent_prices)
STORAGE_PRICE = ENV.storage_price
QUERY_PRICE = ENV.query_price
IMPORT_MAX_BYTES = ENV.import_max_bytes
IMPORT_MAX_ROWS = ENV.import_max_rows
IMPORT_MAX_COLUMNS = ENV.import_max_columns
IMPORT_MAX_CELL = ENV.import_max_cell
API_REQUESTS_WRITTEN_EVERY = 30  # seconds for which a process keeps their number before it writes it to the usage
EXPORT_BACKGROUND_ROWS = ENV.export_background_rows
EXPORT_DAYS = ENV.export_days
SCREENSHOT_BYTES_PER_ORGANIZATION = ENV.screenshot_bytes
SCREENSHOT_DAYS = ENV.screenshot_days
RAW_RESULT_DAYS = ENV.raw_result_days
AUDIT_DAYS = ENV.audit_days
WEBHOOK_THREADS = ENV.webhook_threads
WEBHOOK_DAYS = ENV.webhook_days
EVENTS_URL = ENV.events_url.rstrip("/")
EVENT_LISTENERS = ENV.event_listeners
