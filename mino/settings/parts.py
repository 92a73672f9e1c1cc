"""Which apps, middleware and templates there are, in their order."""

from __future__ import annotations

from mino.settings.foundation import BASE_DIR, ENV

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

# guardian.W001: its grants are read by projects.backends.ProjectBackend, in one query for all projects.
# security.W021: the browsers' preload list is hard to leave, so MINO_HSTS_PRELOAD is a deliberate choice.
# django_ratelimit.W001: its list of caches does not know Django's own for Redis, which counts atomically.
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "security.W021", "django_ratelimit.W001"]
if not ENV.redis_url:
    SILENCED_SYSTEM_CHECKS.append("django_ratelimit.E003")  # its cache is of one process: here there is only one
