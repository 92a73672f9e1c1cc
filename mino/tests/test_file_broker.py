"""The queue of files: a message is never seen half written, and a damaged one does not end a worker."""

from __future__ import annotations

import os
from pathlib import Path
from queue import Empty
from threading import Event, Thread

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from mino.common.file_broker import Channel, Transport

BODY = {"body": "x" * 100_000, "properties": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("queue", "processed", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def channel(folder: Path) -> Channel:
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
        "store_processed": False,
    }
    found = Connection("filesystem://", transport=Transport, transport_options=options).channel()
    assert isinstance(found, Channel)
    return found


def test_a_reader_that_looks_all_the_time_takes_whole_messages_only(channel: Channel) -> None:
    ended = Event()

    def write() -> None:
        for _ in range(300):
            channel._put("work", BODY)
        ended.set()

    writer = Thread(target=write)
    writer.start()
    taken = 0
    while not ended.is_set() or channel_size(channel):
        try:
            assert channel._get("work") == BODY
            taken += 1
        except Empty:
            pass
    writer.join()
    assert taken == 300


def channel_size(channel: Channel) -> int:
    return len(os.listdir(channel.data_folder_in))


def test_messages_come_in_order_and_by_queue(channel: Channel) -> None:
    channel._put("other", {"body": "elsewhere"})
    channel._put("work", {"body": "here"})
    assert channel._get("work") == {"body": "here"}
    with pytest.raises(Empty):
        channel._get("work")


@pytest.mark.parametrize("damaged", [b"", b'{"body": ', b"\xff\xfe"])
def test_a_damaged_message_is_passed_over(channel: Channel, folder: Path, damaged: bytes) -> None:
    (folder / "queue" / "0_damaged.work.msg").write_bytes(damaged)
    channel._put("work", {"body": "next"})
    with pytest.raises(Empty):
        channel._get("work")
    assert channel._get("work") == {"body": "next"}


def test_a_full_or_missing_folder_is_a_channel_error(channel: Channel, folder: Path) -> None:
    (folder / "queue").rmdir()
    with pytest.raises(ChannelError):
        channel._put("work", {"body": "lost"})
