"""Which ids are bound to what runs."""

from __future__ import annotations

import threading
import uuid

import pytest

from mino.common.tracing import bind, bound, bound_ids


def test_ids_are_bound_meanwhile_and_add_up() -> None:
    job = uuid.uuid4()
    with bound(execution=7):
        with bound(job=job, organization="northlight"):
            assert bound_ids() == {"organization": "northlight", "execution": "7", "job": str(job)}
        assert bound_ids() == {"execution": "7"}
    assert bound_ids() == {}


def test_none_unbinds_an_id_meanwhile() -> None:
    with bound(job=1, session=2):
        with bound(session=None):
            assert bound_ids() == {"job": "1"}
        assert bound_ids() == {"job": "1", "session": "2"}


def test_ids_are_let_go_when_the_work_breaks() -> None:
    with pytest.raises(ValueError, match="broken"), bound(job=1):
        raise ValueError("broken")
    assert bound_ids() == {}


def test_another_thread_has_nothing_bound() -> None:
    seen: list[dict[str, str]] = []
    with bound(job=1):
        thread = threading.Thread(target=lambda: seen.append(bound_ids()))
        thread.start()
        thread.join()
    assert seen == [{}]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(TypeError, match="user can't be bound"), bound(user=1):
        pass


def test_what_is_added_later_ends_with_the_block_around_it() -> None:
    with bound(request=1):
        bind(organization=2)
        assert bound_ids() == {"request": "1", "organization": "2"}
    assert bound_ids() == {}
