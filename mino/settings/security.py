"""What browsers are told, and how cookies travel."""

from __future__ import annotations

from csp.constants import NONE, SELF

from mino.settings.foundation import ENV, _public
from mino.sign_in_providers import sign_in_origins

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
