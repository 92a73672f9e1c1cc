"""Going on with a run that a lost worker began, instead of paying for a second one."""

from __future__ import annotations

from datetime import datetime

from tinyfish import NotFoundError

from executions.agents.base import Result, RunNotFound
from executions.agents.eva.attempt import Attempt, Run


class Adoption(Attempt):
    """An attempt that takes a run over."""

    def adopt(self, run_id: str, since: datetime) -> Result:
        """Take over a run that a lost worker began after `since`. Raises `RunNotFound`, `AgentError` or `Cancelled`."""
        self._since, self._watch.sent = since, True  # the lost worker's request
        if run_id:
            self._begin(run_id)
        return self._bounded(self._take_over)

    def _take_over(self) -> Run:
        if self._run is None:
            seen = self._search(self._watch)
            if not seen.only:
                raise RunNotFound(may_be_charged_twice=not seen.ruled_out)
            self._begin(seen.only)
        try:
            return self._known().until_done(self._watch)
        except NotFoundError as error:
            raise RunNotFound(may_be_charged_twice=False) from error
