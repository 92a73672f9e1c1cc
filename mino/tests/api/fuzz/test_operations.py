"""Every operation with generated requests: all checks of schemathesis, as everybody who matters.

Without an argument 12 requests an operation and asker; `make fuzz EXAMPLES=500` goes on for hours. The requests are the
same each time, so that a fault that is found here stays found.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import ignored_auth
from schemathesis.generation.meta import CoverageScenario

from accounts.models import Organization, Role
from mino.tests.api.fuzz.askers import ALL as ASKERS
from mino.tests.api.fuzz.askers import MEMBER, OWNER, STRANGER, VIEWER, Asker, asker
from mino.tests.api.fuzz.checking import answer_of, faults_of
from mino.tests.api.fuzz.document import document, operations
from mino.tests.api.fuzz.real import ids_of, name_real_objects, path_of
from mino.tests.api.places import ALL, PLACES, Place
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ROLES, undone

USUAL: Final = 12
FEW: Final = 3
"""For who reaches nothing more than somebody else here, or nothing at all."""
REPEATED: Final = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""The same requests every time. No health checks: they are about speed, and nothing here asserts on time."""


@pytest.mark.parametrize("place", ALL, ids=lambda place: place.operation.name)
@pytest.mark.django_db
def test_operation(place: Place, subjects: Subjects, organization: Organization, examples: int | None) -> None:
    if connection.vendor == "postgresql" and examples is None:
        pytest.skip("The usual run is for SQLite; PostgreSQL gets long runs.")
    faults: dict[str, str] = {}
    insider = MEMBER if ROLES.index(PLACES[place.operation.name][0]) <= ROLES.index(Role.MEMBER) else OWNER
    for name in ASKERS:
        trial = Trial(place, asker(name, subjects, organization), subjects, faults)
        trial.send_generated(examples or (USUAL if name in {insider, MEMBER, VIEWER, STRANGER} else FEW))
        if name == insider or examples:
            trial.send_boundaries(examples or USUAL)
    assert not faults, "\n\n".join(faults.values())


class Trial:
    """Requests of one asker to one operation. What is wrong with the answers is kept in `faults`, each once."""

    def __init__(self, place: Place, who: Asker, subjects: Subjects, faults: dict[str, str]) -> None:
        self.operation = operations()[place.operation.name]
        self.who, self.subjects, self.faults = who, subjects, faults
        self.path = path_of(place.parameters, subjects)
        self.hidden = ids_of(subjects)
        self.without: list[Any] = []

    def send_generated(self, count: int) -> None:
        """Requests as they should be and as they should not be about objects that there are, and about others."""
        kinds: list[tuple[GenerationMode, dict[str, str] | None]] = [(GenerationMode.POSITIVE, self.path)]
        if list(self.operation.query) or list(self.operation.body):
            kinds.append((GenerationMode.NEGATIVE, self.path))
        if self.path:
            kinds.append((GenerationMode.POSITIVE, None))
        for mode, path in kinds:
            strategy = self.operation.as_strategy(generation_mode=mode, path_parameters=path)
            self._send_some(strategy, -(-count // len(kinds)), is_real=path is not None)

    def _send_some(self, strategy: Any, count: int, *, is_real: bool) -> None:
        @settings(REPEATED, max_examples=count)
        @given(case=strategy)
        def send(case: Any) -> None:
            self.send(case, is_real=is_real)

        send()

    def send_boundaries(self, count: int) -> None:
        """Values at their limits, what is missing, types of body and methods that there are not; `count` of them."""
        generation = document().config.generation_for(operation=self.operation, phase="coverage")
        modes = list(GenerationMode)
        methods: list[Any] = []
        others: list[Any] = []
        for case in document().iter_coverage_cases(
            self.operation, generation_modes=modes, generation_config=generation
        ):
            is_method = case.meta.phase.data.scenario == CoverageScenario.UNSPECIFIED_HTTP_METHOD
            (methods if is_method else others).append(case)
        for case in (*methods, *others[:: max(1, len(others) // count)]):
            case.path_parameters.update(self.path)
            self.send(case, is_real=True)

    def send(self, case: Any, *, is_real: bool) -> None:
        """Send a request, check the answer, and undo what it did."""
        if is_real and case.meta.generation.mode.is_positive:
            name_real_objects(case, self.subjects)
        with undone():
            response = answer_of(case, self.who)
            for fault, about in faults_of(case, response, self.who, self.hidden, self.without):
                self.faults.setdefault(fault, about)
        if response.status_code < 300:
            self.without = [ignored_auth]  # it asks three times more; once an asker and operation is enough
