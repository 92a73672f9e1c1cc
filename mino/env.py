"""What the environment says, read once and checked as a whole.

Every variable is optional. All that is wrong is reported together, so that a start is mended in one go.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import ipaddress
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError
from marshmallow import ValidationError

from mino.common.values.prices import read_prices
from mino.sign_in_providers import metadata_file

BASE_DIR = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("text", "json")
FEWEST_OF_TOKEN = 20
BYTES_OF_KEY = 32
# What the library says when a text can't be read as its kind, in words that show the text.
PLAIN_WORDS = {
    "Not a valid boolean.": "{!r} is neither true nor false. Write one of the two.",
    "Not a valid integer.": "{!r} is not a whole number.",
    "Not a valid number.": "{!r} is not a number.",
    "Special numeric values (nan or infinity) are not permitted.": "{!r} is not a number.",
}


class EnvironmentMistakes(ImproperlyConfigured):
    """The environment can't be used. The message lists all that is wrong, one variable a line."""


def network_list(values: list[str]) -> None:
    """Accept only networks in CIDR form."""
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            raise ValidationError(f"{value!r} is not a network. Write it like 127.0.0.0/8 or 10.1.2.3/32.") from None


def port_list(values: list[str]) -> None:
    """Accept only TCP ports."""
    for value in values:
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 1 <= int(digits) <= 65_535):
            raise ValidationError(f"{value!r} is not a port. Ports are whole numbers from 1 to 65535.")


def between(low: int, high: int | None = None) -> Callable[[float | Decimal], None]:
    """Accept only numbers from `low` to `high`, or without that of any size."""

    def check(value: float | Decimal) -> None:
        if value < low or (high is not None and value > high):
            wanted = f"of {low} or more" if high is None else f"from {low} to {high}"
            raise ValidationError(f"{value} can't be used. Give a number {wanted}.")

    return check


def price_list(value: str) -> None:
    """Accept only prices of agents as `mino.common.values.prices` reads them."""
    try:
        read_prices(value)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def log_level(value: str) -> None:
    """Accept only the levels that Python knows."""
    if value not in LOG_LEVELS:
        raise ValidationError(f"{value!r} is not a level. Choose one of: {', '.join(LOG_LEVELS)}.")


def log_format(value: str) -> None:
    """Accept only the formats that MINO writes."""
    if value not in LOG_FORMATS:
        raise ValidationError(f"{value!r} is not a format. Choose one of: {', '.join(LOG_FORMATS)}.")


def metrics_token(value: str) -> None:
    """Accept only a secret that can stand in a header and that nobody guesses. It is not shown."""
    if value and not (re.fullmatch(r"[!-~]+", value) and len(value) >= FEWEST_OF_TOKEN):
        raise ValidationError(f"Give {FEWEST_OF_TOKEN} characters or more, without spaces.")


def read_key(value: str) -> bytes:
    """An encryption key from base64, in either alphabet, with or without its padding. Raises ValueError."""
    plain = value.strip().rstrip("=").replace("+", "-").replace("/", "_")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", plain):
        raise ValueError("not base64")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def key_list(values: list[str]) -> None:
    """Accept only encryption keys, each once. They are not shown."""
    found: list[bytes] = []
    for number, value in enumerate(values, start=1):
        try:
            found.append(read_key(value))
        except (ValueError, binascii.Error):
            raise ValidationError(f"Key {number} is not base64. Make one with: openssl rand -base64 32.") from None
        if len(found[-1]) != BYTES_OF_KEY:
            raise ValidationError(
                f"Key {number} has {len(found[-1])} bytes in place of {BYTES_OF_KEY}. "
                "Make one with: openssl rand -base64 32."
            )
    if len(set(found)) < len(found):
        raise ValidationError("One key stands there twice.")


def web_address(value: str) -> None:
    """Accept only http and https addresses with a host."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValidationError(f"{value!r} is not a web address. Write it like https://mino.example.com.")


def optional_web_address(value: str) -> None:
    """Accept a web address, or nothing."""
    if value:
        web_address(value)


def web_address_list(values: list[str]) -> None:
    """Accept only web addresses."""
    for value in values:
        web_address(value)


def address_list(values: list[str]) -> None:
    """Accept only IP addresses, with or without a port behind a colon (an IPv6 address then in brackets)."""
    for value in values:
        try:
            parts = urlsplit(f"//{value}")
            ipaddress.ip_address(parts.hostname or "")
            parts.port  # noqa: B018 reading it checks it
        except ValueError:
            raise ValidationError(f"{value!r} is not an IP address. Write it like 10.0.0.2 or 10.0.0.2:53.") from None


def origin_list(values: list[str]) -> None:
    """Accept only origins: scheme and host, with a port where it is not the usual one, and nothing behind."""
    for value in values:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or value != f"{parts.scheme}://{parts.netloc}" or not parts.hostname:
            raise ValidationError(f"{value!r} is not an origin. Write it like https://app.example.com.")


def database_address(value: str) -> None:
    """Accept only the two databases that MINO works on, and only with the name of a database."""
    parts = urlsplit(value)
    if value and parts.scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ValidationError("The address must begin with postgresql:// or sqlite:///.")
    if value and not parts.path.strip("/"):
        raise ValidationError("The address names no database. Write it like postgresql://user:password@host/mino.")


def mail_address(value: str) -> None:
    """Accept only SMTP servers."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not parts.hostname):
        raise ValidationError("The address must look like smtp+tls://user:password@mail.example.com:587.")


def redis_address(value: str) -> None:
    """Accept only Redis."""
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValidationError("The address must begin with redis:// or rediss://.")


def program(value: str) -> None:
    """Accept only a program that can be started."""
    if value and shutil.which(value) is None:
        raise ValidationError(f"{value!r} is not a program that can be started here.")


def own_folder(value: str) -> None:
    """Accept only a folder that can be written to; it is made if it does not exist."""
    folder = Path(value or BASE_DIR / "var")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValidationError(f"{folder} can't be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ValidationError(f"{folder} can't be written to.")


def kept_secret(data_dir: Path, name: str, size: int = 48) -> str:
    """A random secret of `size` bytes in base64, generated once into the data folder and then kept."""
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(size))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)  # atomic: of several processes that start at once one wins
        draft.unlink()
    return path.read_text()


class Environment:
    """The variables that MINO knows, as typed values."""

    def __init__(self) -> None:
        env = Env(eager=False)
        positive = between(1)
        self.debug: bool = env.bool("MINO_DEBUG", False)
        self.data_dir = Path(env.str("MINO_DATA_DIR", "", validate=own_folder) or BASE_DIR / "var")
        self.secret_key: str = env.str("MINO_SECRET_KEY", "")
        keys: list[str] | None = env.list("MINO_ENCRYPTION_KEYS", [], validate=key_list)  # None: told when sealed
        self.public_url: str = env.str("MINO_PUBLIC_URL", "http://127.0.0.1:8000", validate=web_address)
        self.allowed_hosts: list[str] = env.list("MINO_ALLOWED_HOSTS", [])
        self.trusted_proxies: int = env.int("MINO_TRUSTED_PROXIES", 0, validate=between(0))
        self.hsts_preload: bool = env.bool("MINO_HSTS_PRELOAD", False)
        self.database_url: str = env.str("DATABASE_URL", "", validate=database_address)
        self.redis_url: str = env.str("REDIS_URL", "", validate=redis_address)
        self.email_url: str = env.str("EMAIL_URL", "", validate=mail_address)
        self.from_address: str = env.str("MINO_FROM_ADDRESS", "MINO <mino@localhost>")
        self.sign_in_clients: dict[str, tuple[str, str]] = {
            kind: (env.str(f"MINO_{kind.upper()}_CLIENT_ID", ""), env.str(f"MINO_{kind.upper()}_CLIENT_SECRET", ""))
            for kind in ("google", "github", "microsoft")
        }
        self.microsoft_tenant: str = env.str("MINO_MICROSOFT_TENANT", "common")
        self.oidc_server_url: str = env.str("MINO_OIDC_SERVER_URL", "", validate=optional_web_address)
        self.oidc_client_id: str = env.str("MINO_OIDC_CLIENT_ID", "")
        self.oidc_client_secret: str = env.str("MINO_OIDC_CLIENT_SECRET", "")
        self.oidc_name: str = env.str("MINO_OIDC_NAME", "single sign-on")
        self.saml_metadata_file: str = env.str("MINO_SAML_METADATA_FILE", "", validate=metadata_file)
        self.saml_name: str = env.str("MINO_SAML_NAME", "single sign-on")
        self.sign_in_origins: list[str] = env.list("MINO_SIGN_IN_ORIGINS", [], validate=web_address_list)
        self.name_servers: list[str] = env.list("MINO_NAME_SERVERS", [], validate=address_list)
        self.log_level: str = env.str("MINO_LOG_LEVEL", "INFO", validate=log_level)
        self.log_format: str = env.str("MINO_LOG_FORMAT", "text", validate=log_format)
        self.metrics: bool = env.bool("MINO_METRICS", False)
        self.metrics_token: str = env.str("MINO_METRICS_TOKEN", "", validate=metrics_token)
        self.allowed_networks: list[str] = env.list("MINO_ALLOWED_NETWORKS", [], validate=network_list)
        ports: list[str] | None = env.list("MINO_ALLOWED_PORTS", [], validate=port_list)  # None: told when sealed
        self.allowed_ports = [int(port) for port in ports or []]
        self.sample_site: bool = env.bool("MINO_SAMPLE_SITE", False)
        self.worker_threads: int = env.int("MINO_WORKER_THREADS", 64, validate=between(1, 1000))
        self.webhook_threads: int = env.int("MINO_WEBHOOK_THREADS", 16, validate=between(1, 1000))
        self.worker_grace: float = env.float("MINO_WORKER_GRACE", 20.0, validate=between(0))
        self.breaker_errors: int = env.int("MINO_BREAKER_ERRORS", 10, validate=positive)
        self.lease_seconds: int = env.int("MINO_LEASE_SECONDS", 60, validate=between(5))
        self.parser_processes: int = env.int("MINO_PARSER_PROCESSES", 2, validate=positive)
        self.chromium: str = env.str("MINO_CHROMIUM", "", validate=program)
        self.eva_api_url: str = env.str("EVA_API_URL", "https://agent.tinyfish.ai", validate=web_address)
        self.eva_api_key: str = env.str("EVA_API_KEY", "")
        self.agentql_api_url: str = env.str("AGENTQL_API_URL", "https://api.agentql.com", validate=web_address)
        self.agentql_api_key: str = env.str("AGENTQL_API_KEY", "")
        prices: str = env.str("MINO_AGENT_PRICES", "", validate=price_list)
        self.storage_price: Decimal = env.decimal("MINO_STORAGE_PRICE", Decimal("0.03"), validate=between(0, 1000))
        self.query_price: Decimal = env.decimal("MINO_QUERY_PRICE", Decimal("0.0001"), validate=between(0, 1000))
        self.agent_frame_hosts: list[str] = env.list("AGENT_FRAME_HOSTS", ["*.tinyfish.ai", "*.tinyfish.io"])
        self.import_max_bytes: int = env.int("MINO_IMPORT_MAX_BYTES", 100 * 1024 * 1024, validate=positive)
        self.import_max_rows: int = env.int("MINO_IMPORT_MAX_ROWS", 1_000_000, validate=positive)
        self.import_max_columns: int = env.int("MINO_IMPORT_MAX_COLUMNS", 200, validate=positive)
        self.import_max_cell: int = env.int("MINO_IMPORT_MAX_CELL", 32_767, validate=positive)
        self.export_background_rows: int = env.int("MINO_EXPORT_BACKGROUND_ROWS", 50_000, validate=between(0))
        self.export_days: int = env.int("MINO_EXPORT_DAYS", 7, validate=between(1, 36_500))
        self.screenshot_bytes: int = env.int("MINO_SCREENSHOT_BYTES_PER_ORGANIZATION", 2 * 1024**3, validate=between(0))
        self.screenshot_days: int = env.int("MINO_SCREENSHOT_DAYS", 30, validate=between(1, 36_500))
        self.audit_days: int = env.int("MINO_AUDIT_DAYS", 730, validate=between(1, 36_500))
        self.raw_result_days: int = env.int("MINO_RAW_RESULT_DAYS", 180, validate=between(1, 36_500))
        self.webhook_days: int = env.int("MINO_WEBHOOK_DAYS", 30, validate=between(2, 36_500))
        self.cors_origins: list[str] = env.list("MINO_CORS_ORIGINS", [], validate=origin_list)
        self.events_url: str = env.str("MINO_EVENTS_URL", "http://127.0.0.1:8001", validate=web_address)
        self.event_listeners: int = env.int("MINO_EVENT_LISTENERS", 50, validate=positive)
        self._seal(env)
        self.agent_prices = read_prices(prices)
        self.secret_key = self.secret_key or kept_secret(self.data_dir, "secret-key")
        keys = keys or [kept_secret(self.data_dir, "encryption-key", BYTES_OF_KEY)]
        self.encryption_keys = [read_key(key) for key in keys]

    def _halves(self) -> Iterator[tuple[str, str]]:
        """Identity providers of which something is missing: the variable, and what to do."""
        for kind, (client_id, secret) in self.sign_in_clients.items():
            if bool(client_id) is not bool(secret):
                missing = f"MINO_{kind.upper()}_CLIENT_{'SECRET' if client_id else 'ID'}"
                yield (
                    missing,
                    f"Signing in with {kind.title()} takes the client's ID and secret. Give both or none.",
                )
        if bool(self.oidc_server_url) is not bool(self.oidc_client_id):
            missing = "MINO_OIDC_CLIENT_ID" if self.oidc_server_url else "MINO_OIDC_SERVER_URL"
            yield missing, "To sign in with OpenID Connect takes the server's address and the client's ID."

    def _seal(self, env: Env) -> None:
        wrong: dict[str, list[str]] = {}
        try:
            env.seal()
        except EnvValidationError as error:
            found: dict[str, list[str]] = dict(error.error_messages)  # type: ignore[arg-type]
            wrong = {name: [_plain(name, str(one)) for one in messages] for name, messages in found.items()}
        if self.metrics and not self.metrics_token and "MINO_METRICS_TOKEN" not in wrong:
            wrong["MINO_METRICS_TOKEN"] = ["MINO_METRICS is on, so a token is needed. Give a secret of your own."]
        for name, sentence in self._halves():
            wrong.setdefault(name, [sentence])
        if wrong:
            lines = [f"  {name}: {' '.join(messages)}" for name, messages in sorted(wrong.items())]
            raise EnvironmentMistakes("The environment has mistakes:\n" + "\n".join(lines))


def _plain(name: str, message: str) -> str:
    """The message, or what it means. Only numbers and switches have one of these: no secret is shown."""
    return PLAIN_WORDS[message].format(os.environ.get(name, "")) if message in PLAIN_WORDS else message
