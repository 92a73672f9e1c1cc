"""Requests one after the other, each with what the one before answered.

What was made has to be there, and what was deleted not. The library finds by itself which answers hold what other
operations ask for.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from schemathesis.core.parameters import ParameterLocation

from accounts.models import Organization
from mino.tests.api.fuzz.askers import OWNER, asker
from mino.tests.api.fuzz.checking import answer_of, faults_of
from mino.tests.api.fuzz.document import new_document
from mino.tests.api.fuzz.real import ids_of, name_real_objects
from mino.tests.api.fuzz.test_operations import REPEATED
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import undone

STEPS = 8


@pytest.mark.django_db
def test_sequences(subjects: Subjects, organization: Organization, examples: int | None) -> None:
    if examples is None:
        pytest.skip("For long runs: make fuzz.")
    faults: dict[str, str] = {}
    who, hidden = asker(OWNER, subjects, organization), ids_of(subjects)

    class Sequence(new_document().as_state_machine()):  # type: ignore[misc] # made at run time
        """One sequence; what it did is undone at its end."""

        def setup(self) -> None:
            self.undoing = undone()
            self.undoing.__enter__()

        def teardown(self) -> None:
            self.undoing.__exit__(None, None, None)

        def step(self, input: Any) -> Any:
            """Name the test's own objects where nothing made before is named; an address that is to be wrong stays."""
            made = {name for location, name in input.applied_parameters if location == ParameterLocation.PATH}
            is_wrong = input.case.meta.is_negative_at(ParameterLocation.PATH)
            for name in input.case.path_parameters:
                if name not in made and not is_wrong:
                    input.case.path_parameters[name] = str(subjects.value(name))
            if not made:
                name_real_objects(input.case, subjects)
            return super().step(input)

        def call(self, case: Any, **options: Any) -> Any:
            return answer_of(case, who)

        def validate_response(self, response: Any, case: Any, **options: Any) -> None:
            for fault, about in faults_of(case, response, who, hidden, recorder=self.recorder):
                faults.setdefault(fault, about)

    Sequence.run(settings=settings(REPEATED, max_examples=examples, stateful_step_count=STEPS))
    assert not faults, "\n\n".join(faults.values())
