"""The maker's client, with the calls that it lacks and with connections that end when the attempt does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import ValidationError
from tinyfish import APIConnectionError, SSEParseError, TinyFish

from executions.agents.remote import Watch, WatchedTransport

# What reading the service's answers can raise besides its own refusals. AttributeError: the client package asks an
# event that is no object for its type. RecursionError: JSON nested too deeply.
BROKEN = (APIConnectionError, httpx.HTTPError, SSEParseError, ValidationError, AttributeError, RecursionError)
_CONNECT_SECONDS = 10.0


class EvaClient(TinyFish):
    """For one thread at a time. `silence` is how many seconds may pass without a byte from the service."""

    def __init__(self, *, api_key: str, base_url: str, silence: float) -> None:
        # The client's own retries would start, and pay for, a second run behind the engine's back.
        super().__init__(api_key=api_key, base_url=base_url, timeout=silence, max_retries=0)
        self._client.close()
        self._transport = WatchedTransport()
        self._client = httpx.Client(
            base_url=self._base_url,
            headers={**self._build_default_headers(), "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(silence, connect=_CONNECT_SECONDS),
            transport=self._transport,
        )

    def watched(self, watch: Watch) -> AbstractContextManager[None]:
        """Within this block every read and write asks `watch`."""
        return self._transport.watched(watch)

    def run_as_it_is(self, run_id: str, *, screenshots: bool = False) -> dict[str, Any]:
        """The run object as the service sends it, where the client's models would refuse it. Raises ValueError."""
        params = {"screenshots": "base64"} if screenshots else None
        return self._object(f"/v1/runs/{quote(run_id, safe='')}", params)

    def runs_as_they_are(self, **filters: str) -> dict[str, Any]:
        """One page of the list of runs, as the service sends it. Raises ValueError."""
        return self._object("/v1/runs", filters)

    def _object(self, path: str, params: dict[str, str] | None) -> dict[str, Any]:
        answer = self._request("GET", path, params=params).json()
        if not isinstance(answer, dict):
            raise ValueError("The answer is no JSON object.")
        return answer

    def cancel_run(self, run_id: str) -> None:
        """Ask the service to stop a run; it does not mind being asked twice."""
        self._request("POST", f"/v1/runs/{quote(run_id, safe='')}/cancel")
