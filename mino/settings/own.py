"""MINO's own settings."""

from __future__ import annotations

from mino.common.values.prices import all_prices, currency_of
from mino.settings.foundation import ENV

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
