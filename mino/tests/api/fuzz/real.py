"""Makes generated requests name objects that there are, so that operations are reached and not only their doors."""

from __future__ import annotations

from typing import Any, Final

from mino.tests.subjects import Subjects

OTHER_NAMES: Final = {"parent_id": "folder_id", "baseline_id": "execution_id", "subject_id": "batch_id"}
"""Parameters and fields that hold the id of something which is called otherwise elsewhere."""
NO_OBJECTS: Final = {"last_event_id"}
ORGANIZATION: Final = "X-Mino-Organization"


def path_of(parameters: tuple[str, ...], subjects: Subjects) -> dict[str, str]:
    """The parameters of an address, naming the test's own objects."""
    return {name: str(subjects.value(name)) for name in parameters}


def ids_of(subjects: Subjects) -> set[str]:
    """The ids of everything that belongs to the project of the test."""
    return {str(subjects.value(name)) for name in subjects.OF_A_PROJECT if name.endswith("_id")}


def name_real_objects(case: Any, subjects: Subjects) -> None:
    """Put ids of the test's own objects into a request, in place. A cursor, which only a list can give, is left out."""
    body = _real(case.body, "", subjects)
    if body != case.body:  # what is not assigned keeps what the library knows about it
        case.body = body
    if case.query:
        case.query = {name: _real(value, name, subjects) for name, value in case.query.items() if name != "cursor"}
    if ORGANIZATION in case.headers:
        case.headers[ORGANIZATION] = str(subjects.value("slug"))


def _real(value: Any, name: str, subjects: Subjects) -> Any:
    if isinstance(value, dict):
        return {inner: _real(below, inner, subjects) for inner, below in value.items()}
    if isinstance(value, list):
        return [
            _real(below, name.removesuffix("s"), subjects) for below in value[: 1 if name.endswith("_ids") else None]
        ]
    if isinstance(value, str) and name.endswith("_id") and name not in NO_OBJECTS:
        return str(subjects.value(OTHER_NAMES.get(name, name)))
    return value
