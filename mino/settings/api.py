"""The API, its documentation, and pages of other origins."""

from __future__ import annotations

from corsheaders.defaults import default_headers

from mino.settings.foundation import BASE_DIR, ENV

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mino.common.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": False,
}
HEADINGS = (
    ("Projects", "What is to be extracted, and what executions of it are measured by."),
    ("Instructions", "The numbered versions of a project’s instructions."),
    ("Folders and tags", "What brings order to batches and rows."),
    ("Imports", "From a file to a batch."),
    ("Batches", "The tables of sites, their columns, and how values are compared."),
    ("Rows", "The sites of a batch."),
    ("Ground truth", "What is known to be right: setting it, who changed it and why, taking changes back."),
    ("Executions", "Running an agent over a batch: starting, watching and controlling it."),
    ("Jobs", "One row in one execution: its result, its attempts and their pictures."),
    ("Retries and dead letters", "What is tried again, and what has failed for good."),
    ("Analytics", "The figures of executions, batches and projects, by column, error and site."),
    ("Comparison", "Whether one execution is better than another, and which rows flipped."),
    ("Failure patterns", "What failures have in common, and what may help."),
    ("Suspects and review", "Cells whose truth may be wrong, and deciding who is right."),
    ("Exports", "Results and lists as files."),
    ("Webhooks", "Having your systems told, and what became of each call."),
    ("Organizations", "The workspace, what it uses, how long it keeps things, and who did what."),
    ("People", "Members, invitations, guests, and who may see which project."),
    ("API keys", "The keys of programs."),
)
"""The parts of the API’s reference in the order in which a program meets them."""
SPECTACULAR_SETTINGS = {
    "TITLE": "MINO",
    "DESCRIPTION": (BASE_DIR / "mino" / "common" / "api" / "introduction.md").read_text(),
    "VERSION": "1",
    "TAGS": [{"name": heading, "description": what} for heading, what in HEADINGS],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SORT_OPERATION_PARAMETERS": False,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "mino.common.api.sharing.share_parts",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_SUFFIX": "",
    # What a choice of words is called, where the name of the field does not say it: generated clients show these names.
    "ENUM_NAME_OVERRIDES": {
        "AgentName": "executions.api.retries.AGENT_NAMES",
        "ApiKeyStatus": "projects.api.api_keys.STATUSES",
        "AuditChannel": "accounts.audit.acting.Channel",
        "AuthorType": ["user", "api_key"],
        "ColumnRole": "projects.api.import_shapes.ROLES",
        "ColumnType": "projects.api.import_shapes.TYPES",
        "ComparisonStatus": "analytics.models.ComparisonStatus",
        "DeliveryStatus": "webhooks.models.DeliveryStatus",
        "Disagreement": "analytics.review.queue.DISAGREEMENTS",
        "ErrorCode": "mino.common.api.schema.ERROR_CODES",
        "ExecutionStatus": "executions.models.ExecutionStatus",
        "ExecutionType": "executions.models.ExecutionType",
        "ExportColumns": "analytics.api.exports.GROUPS",
        "ExportFormat": "analytics.api.exports.FORMATS",
        "GrantLevel": "projects.models.Level",
        "InvitationStatus": "accounts.api.people_shapes.STATUSES",
        "InvitedAs": "accounts.api.people_shapes.INVITED_AS",
        "JobErrorCode": "executions.api.retries.CODES",
        "JobStatus": "executions.models.JobStatus",
        "Outcome": "executions.api.job_shapes.OUTCOMES",
        "PatternKind": "analytics.models.PatternKind",
        "PatternSearchStatus": "analytics.api.pattern_shapes.SEARCHES",
        "PatternState": "analytics.models.PatternState",
        "PatternTrend": "analytics.models.PatternTrend",
        "Plan": "accounts.models.Plan",
        "Decision": "analytics.models.Decision",
        "RepeatsStatus": "analytics.api.stability.REPEATS",
        "RerunStatus": "executions.api.starting_shapes.RERUN",
        "RetentionName": "accounts.api.retention.NAMES",
        "Role": "accounts.models.Role",
        "Scope": "accounts.api_keys.scopes.Scope",
        "SuspectState": "analytics.models.SuspectState",
        "WrongReason": "executions.api.job_shapes.REASONS",
        "Verdict": "analytics.api.comparison_shapes.VERDICTS",
        "WebhookEvent": "webhooks.events.EVENTS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # No deep links: their anchors within buttons can't be used with a screen reader.
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": False,
        "docExpansion": "none",
        "filter": True,
        "defaultModelsExpandDepth": 0,
        "persistAuthorization": False,
        "validatorUrl": None,
    },
}

# Pages of other origins may ask the API with a key, if they are listed; never with the reader's sign-in.
CORS_ALLOWED_ORIGINS = ENV.cors_origins
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "if-match", "last-event-id", "x-mino-organization")
CORS_EXPOSE_HEADERS = (
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "X-Request-ID",
)
