"""The one door through which a request to an address given by a user leaves the house.

Sites, webhooks and identity providers' metadata are all fetched through `fetch` and `post`, and a browser goes through
`ForwardProxy`, which asks the same questions. Nothing else may open a connection to an address that a person, a file or
a page named.
"""

from mino.common.outbound.errors import (
    BadAnswer,
    ConnectError,
    DnsError,
    FetchCancelled,
    OutboundError,
    OutboundRefused,
    OutboundTimeout,
    TooLarge,
)
from mino.common.outbound.fetching import Fetched, fetch, post
from mino.common.outbound.policy import OutboundPolicy, policy_from_settings
from mino.common.outbound.proxy import ForwardProxy

__all__ = [
    "BadAnswer",
    "ConnectError",
    "DnsError",
    "FetchCancelled",
    "Fetched",
    "ForwardProxy",
    "OutboundError",
    "OutboundPolicy",
    "OutboundRefused",
    "OutboundTimeout",
    "TooLarge",
    "fetch",
    "policy_from_settings",
    "post",
]
