"""Reads addresses as browsers do (the WHATWG URL standard, by ada) and folds what does not change where they lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url
import idna

MAX_URL = 4_096

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^\s/:?#@]+\.[^\s/:?#@]+:\d{1,5}(?:[/?#]|$)")
_BARE_HOST = re.compile(r"(?:[^\s/:?#@.\\]+\.)+[^\s/:?#@.\d\\][^\s/:?#@.\\]*\.?(?::\d{1,5})?(?:[/?#]|$)")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

TRACKING_PARAMETERS = frozenset(
    {
        *("_ga", "_gac", "_gl", "_hsenc", "_hsmi", "_kx", "_openstat", "ck_subscriber_id", "cmpid", "dclid", "epik"),
        *("fbclid", "ga_campaign", "ga_content", "ga_medium", "ga_source", "ga_term", "gad_source", "gbraid", "gclid"),
        *("gclsrc", "gs_l", "hsctatracking", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "msclkid"),
        *("ns_campaign", "ns_mchannel", "ns_source", "oly_anon_id", "oly_enc_id", "pk_campaign", "pk_kwd"),
        *("pk_source", "piwik_campaign", "rb_clickid", "s_cid", "scid", "srsltid", "ttclid", "twclid", "vero_conv"),
        *("vero_id", "wbraid", "wickedid", "wt_zmc", "yclid", "ysclid", "zanpid"),
    }
)
"""Query parameters that only say where a visitor came from; so does everything that starts with "utm_" or "mtm_"."""


@dataclass(frozen=True, slots=True)
class UrlFolding:
    """What does not count when two addresses are compared."""

    ignore_query: bool = False
    ignore_fragment: bool = True
    ignore_scheme: bool = True
    ignore_www: bool = True


DEFAULT_FOLDING = UrlFolding()


def normalize_url(text: str, folding: UrlFolding = DEFAULT_FOLDING, base: str = "") -> str | None:
    """Return the address in the one form that all its spellings share, or None when it is none. Never raises.

    Always folded: scheme and host in lower case and ASCII (IDNA), default port, "." and ".." and a trailing slash of
    the path, tracking parameters and the order of parameters, percent-encoding. A bare "example.com/x" is taken as
    https. A relative address is read against `base` ("" for none, and then it is no address).
    """
    text = text.strip()
    if not text or len(text) > MAX_URL or len(base) > MAX_URL:
        return None
    return _normalize_cached(text, folding, base)


@lru_cache(maxsize=4_096)
def _normalize_cached(text: str, folding: UrlFolding, base: str) -> str | None:
    url = _parse(text, base)
    if url is None:
        return None
    host = url.hostname
    if folding.ignore_www and host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    scheme = "https:" if folding.ignore_scheme and url.protocol == "http:" else url.protocol
    credentials = f"{url.username}:{url.password}@" if url.username or url.password else ""
    port = f":{url.port}" if url.port else ""
    path = _normalize_escapes(url.pathname)
    path = path.rstrip("/") if host or scheme == "file:" else path
    query = "" if folding.ignore_query else _normalize_query(url.search)
    fragment = "" if folding.ignore_fragment else _normalize_escapes(url.hash)
    slashes = "//" if host or url.href.startswith(f"{url.protocol}//") else ""
    return f"{scheme}{slashes}{credentials}{host}{port}{path}{query}{fragment}"


def _parse(text: str, base: str) -> ada_url.URL | None:
    if not base and (not _SCHEME.match(text) or _HOST_AND_PORT.match(text)):
        if text.startswith("//"):
            text = f"https:{text}"
        elif _BARE_HOST.match(text):
            text = f"https://{text}"
    try:
        url = ada_url.URL(text, base or None)
    except (ValueError, UnicodeError):
        return None
    return url if _has_valid_punycode(url.hostname) else None


def _has_valid_punycode(host: str) -> bool:
    """Return whether each "xn--" label of `host` decodes, which ada does not check where the input is ASCII already."""
    if "xn--" not in host:
        return True
    return all(map(_is_valid_punycode, (label for label in host.split(".") if label.startswith("xn--"))))


def _is_valid_punycode(label: str) -> bool:
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
        return bool(decoded) and idna.uts46_remap(decoded, std3_rules=False, transitional=False) == decoded
    except (idna.IDNAError, UnicodeError):
        return False


def _normalize_query(search: str) -> str:
    parameters = [part for part in search.removeprefix("?").split("&") if part]
    kept = (_normalize_escapes(part.replace("+", "%20")) for part in parameters if not _is_tracking(part))
    query = "&".join(sorted(kept))
    return f"?{query}" if query else ""


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in TRACKING_PARAMETERS or name.startswith(("utm_", "mtm_"))


def _normalize_escapes(text: str) -> str:
    """Decode what needs no escape and write the other escapes in capitals (RFC 3986, 6.2.2)."""
    return _ESCAPE.sub(_normalize_escape, text) if "%" in text else text


def _normalize_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()
