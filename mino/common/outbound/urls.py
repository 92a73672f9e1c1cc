"""Taking an address apart the way browsers do, so that what is checked is what is visited.

Follows the host parser of the WHATWG URL standard (https://url.spec.whatwg.org/#host-parsing): percent-encoded, full
width, hexadecimal, octal and shortened IPv4 forms all become the address they mean; what is no host is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote_to_bytes, urlsplit

import idna

from mino.common.outbound.addresses import IPAddress
from mino.common.outbound.errors import OutboundRefused

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 8192

_CONTROL_OR_SPACE = "".join(map(chr, range(0x21)))
_TAB_OR_NEWLINE = re.compile(r"[\t\r\n]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_KEPT_IN_PATH = "/%:@!$&'()*+,;=~-._?[]|"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is a name in ASCII or an IP address without brackets, `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str
    address: IPAddress | None

    @property
    def host_header(self) -> str:
        """The host as the HTTP header says it: brackets around IPv6, the port only when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host_header}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def parse_target(url: str) -> Target:
    """Take an http or https address apart. Raises `OutboundRefused` when it is none, or carries a user name."""
    if len(url) > MAX_URL_LENGTH:
        raise OutboundRefused(f"The address is longer than {MAX_URL_LENGTH:,} characters.")
    text = _TAB_OR_NEWLINE.sub("", url.strip(_CONTROL_OR_SPACE))
    before, mark, after = _split_before_query(text)
    try:
        parts = urlsplit(before.replace("\\", "/") + mark + after)
    except ValueError as error:
        raise OutboundRefused("The address is not a valid web address.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise OutboundRefused("The address does not begin with http:// or https://.")
    if "@" in parts.netloc:
        raise OutboundRefused("The address contains a user name or password, which is not allowed.")
    host_text, port = _split_port(parts.netloc, DEFAULT_PORTS[parts.scheme])
    host, address = parse_host(host_text)
    query = f"?{_quoted(parts.query)}" if parts.query else ""
    return Target(parts.scheme, host, port, (_quoted(parts.path) or "/") + query, address)


def _split_before_query(text: str) -> tuple[str, str, str]:
    """Backslashes mean slashes only before the query: cut there."""
    cut = min((at for mark in "?#" if (at := text.find(mark)) >= 0), default=len(text))
    return text[:cut], text[cut : cut + 1], text[cut + 1 :]


def _quoted(text: str) -> str:
    return quote(text, safe=_KEPT_IN_PATH, errors="replace")


def _split_port(netloc: str, default: int) -> tuple[str, int]:
    host, colon, port = netloc.rpartition(":")
    if not colon or "]" in port:
        return netloc, default
    if not port:
        return host, default
    if not _PORT.fullmatch(port) or not 0 < int(port) < 65536:
        raise OutboundRefused("The port in the address is not a number from 1 to 65535.")
    return host, int(port)


def parse_host(text: str) -> tuple[str, IPAddress | None]:
    """The host in its one canonical form, and the IP address if it is one. Raises `OutboundRefused` for neither."""
    if text.startswith("["):
        return _parse_ipv6(text)
    name = _ascii_name(unquote_to_bytes(text).decode("utf-8", errors="replace"))
    labels = name.removesuffix(".").split(".")
    if _is_number(labels[-1]):
        address = _parse_ipv4(labels)
        return str(address), address
    if len(name) > 253 or not all(len(label) < 64 and _NAME.fullmatch(label) for label in labels):
        raise OutboundRefused("The address has no valid host name.")
    return name, None


def _ascii_name(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        # A name that maps to plain ASCII (circled or full-width letters) may be an IP address, which idna refuses.
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return mapped.lower() if mapped.isascii() else idna.encode(mapped, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise OutboundRefused("The address has no valid host name.") from error


def _parse_ipv6(text: str) -> tuple[str, IPAddress]:
    if not text.endswith("]") or "%" in text:
        raise OutboundRefused("The address has no valid host name.")
    try:
        address = IPv6Address(text[1:-1])
    except AddressValueError as error:
        raise OutboundRefused("The address has no valid host name.") from error
    return str(address), address


def _is_number(label: str) -> bool:
    """Whether a last label makes browsers read the whole host as an IPv4 address."""
    return label.isdigit() or bool(re.fullmatch(r"0x[0-9a-f]*", label))


def _parse_ipv4(labels: list[str]) -> IPv4Address:
    """Browsers' reading: each part decimal, octal (0...) or hexadecimal (0x...), the last one fills what is left."""
    try:
        *leading, last = [_number(label) for label in labels]
        if len(leading) > 3 or any(part > 255 for part in leading) or last >= 256 ** (4 - len(leading)):
            raise ValueError
    except ValueError as error:
        raise OutboundRefused("The address has a number for a host that is no IP address.") from error
    return IPv4Address(last + sum(part << 8 * (3 - place) for place, part in enumerate(leading)))


def _number(label: str) -> int:
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    if not (label.isascii() and label.isdigit()):
        raise ValueError(label)
    return int(label, 8) if len(label) > 1 and label.startswith("0") else int(label)
