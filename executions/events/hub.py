"""Tells listeners what happens in executions: read once for all who listen, twice a second.

The hub lives in the event loop of its process. The database is asked in threads of its own, so that a slow answer keeps
no stream waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import Error, connection

from executions.events.places import Places
from executions.events.reading import Event, Standing, events_after, missed, standings

logger = logging.getLogger(__name__)
T = TypeVar("T")
INTERVAL = 0.5
"""Seconds between two readings."""
LONGEST_QUEUE = 1_000
"""Messages that wait for a listener who reads slowly; beyond that its stream is closed, and it begins where it was."""
THREADS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How the execution stands now."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that were asked for, but are not kept any more: from one number to another."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more will happen by itself, or the execution was deleted."""

    data: Mapping[str, Any]


Message = Event | Progress | Gap | End


class TooManyListeners(Exception):
    """The organization follows as many executions as it may."""


class NoSuchExecution(Exception):
    """There is no such execution any more."""


@dataclass(eq=False, slots=True)
class _Listener:
    queue: asyncio.Queue[Message | None] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def tell(self, message: Message | None) -> bool:
        """Whether there was room for it."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    def begin_anew(self) -> None:
        """Take back all that waits."""
        while not self.queue.empty():
            self.queue.get_nowait()

    def end(self) -> None:
        """Have it end behind what waits."""
        if not self.tell(None):
            self.cut_off()

    def cut_off(self) -> None:
        """Take back all that waits, so that it is told when the client comes back, and have the stream end."""
        self.begin_anew()
        self.tell(None)


@dataclass(eq=False, slots=True)
class _Channel:
    """An execution that somebody follows, and up to which event it was read."""

    standing: Standing
    position: int
    listeners: set[_Listener] = field(default_factory=set)

    def tell(self, message: Message) -> None:
        for listener in list(self.listeners):
            if not listener.tell(message):
                self.listeners.discard(listener)
                listener.cut_off()

    @property
    def is_over(self) -> bool:
        return self.standing.is_finished and self.position >= self.standing.last_event


class Following:
    """A listener's way through an execution: first what it missed, then what happens. Made by `Hub.follow`."""

    def __init__(self, hub: Hub, execution_id: uuid.UUID, place: uuid.UUID, after: int | None) -> None:
        self._hub = hub
        self.execution_id = execution_id
        self._place = place
        self._after = after
        self._listener = _Listener()
        self._pending: deque[Message] = deque()
        self._start = 0
        self.position = 0
        """The number of the last event that was told; before any is, of the one behind which this way begins."""
        self.has_ended = False
        """Whether nothing more will be told."""

    async def open(self) -> None:
        """Begin to listen. Raises NoSuchExecution."""
        channel = await self._hub.join(self.execution_id, self._listener, self._after or 0)
        self._start = channel.position
        self.position = self._start if self._after is None else min(self._after, self._start)
        if self.position == self._start:
            self._catch_up(channel)

    @property
    def has_nothing_more(self) -> bool:
        """Whether the execution has ended and all its events are known to who asks."""
        channel = self._hub.channel(self.execution_id)
        knows_all = self._after is not None and self._after >= self._start
        return channel is not None and channel.is_over and knows_all

    async def next(self, seconds: float | None = None) -> Message | None:
        """The next message; None if nothing came in time, or (`has_ended`) nothing will."""
        if self.position < self._start and not self._pending:
            await self._load()
        if self._pending:
            return self._told(self._pending.popleft())
        if self.has_ended:
            return None
        try:
            return self._told(await asyncio.wait_for(self._listener.queue.get(), seconds))
        except TimeoutError:
            return None

    def end(self) -> None:
        """Have nothing more told behind what waits."""
        self._listener.end()

    def close(self) -> None:
        """Listen no more; again changes nothing."""
        self._hub.leave(self.execution_id, self._place, self._listener)

    def _told(self, message: Message | None) -> Message | None:
        if isinstance(message, Event):
            self.position = message.sequence
        elif isinstance(message, Gap):
            self.position = message.last
        self.has_ended = message is None or isinstance(message, End)
        return message

    async def _load(self) -> None:
        """Read a portion of what was missed."""
        before, until = self.position, self._start
        found = await self._hub.ask(lambda: missed(self.execution_id, before, until))
        first = found[0].sequence if found else until + 1
        if first > before + 1:
            self._pending.append(Gap(before + 1, first - 1))
        self._pending.extend(found)
        if not found or found[-1].sequence == until:
            self._catch_up(self._hub.channel(self.execution_id))

    def _catch_up(self, channel: _Channel | None) -> None:
        if channel is None:
            return
        self._pending.append(Progress(channel.standing.progress))
        if channel.is_over and self._listener.queue.empty():
            self._pending.append(End(channel.standing.progress))


class Hub:
    """All channels of a process. `places` are for the listeners of organizations."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._channels: dict[uuid.UUID, _Channel] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="events")
        self._reader: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        self._is_ending = False

    async def close(self) -> None:
        """End the reading."""
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        await self._places.close()
        await asyncio.to_thread(self._threads.shutdown)

    def end(self) -> None:
        """Have all who listen, and who still come, told what is known and then no more: the process is to end."""
        self._is_ending = True
        for channel in self._channels.values():
            for listener in channel.listeners:
                listener.end()

    async def follow(self, execution_id: uuid.UUID, organization_id: uuid.UUID, after: int | None) -> Following:
        """Follow an execution from the event behind `after` on, or from now on. To be closed.

        Raises TooManyListeners, NoSuchExecution.
        """
        place = await self._places.take(organization_id)
        if place is None:
            raise TooManyListeners
        following = Following(self, execution_id, place, after)
        try:
            await following.open()
        except BaseException:
            following.close()
            raise
        return following

    async def join(self, execution_id: uuid.UUID, listener: _Listener, after: int) -> _Channel:
        """Have `listener` told from now on, and behind the event `after` if there is one.

        Another process may have told that one already, while this one has not read it yet.
        """
        if execution_id not in self._channels:
            standing = (await self.ask(lambda: standings([execution_id]))).get(execution_id)
            if standing is None:
                raise NoSuchExecution
            self._channels.setdefault(execution_id, _Channel(standing, standing.last_event))
        channel = self._channels[execution_id]
        channel.listeners.add(listener)
        if after > channel.position:
            await self._read_until(execution_id, after)
            listener.begin_anew()
            channel = self._channels.setdefault(execution_id, channel)
            channel.listeners.add(listener)
        if self._is_ending:
            listener.end()
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        return channel

    def channel(self, execution_id: uuid.UUID) -> _Channel | None:
        """The channel of an execution that somebody follows."""
        return self._channels.get(execution_id)

    def leave(self, execution_id: uuid.UUID, place: uuid.UUID, listener: _Listener) -> None:
        """Tell `listener` no more."""
        self._places.give_back(place)
        channel = self._channels.get(execution_id)
        if channel:
            channel.listeners.discard(listener)
            if not channel.listeners:
                del self._channels[execution_id]

    async def _read(self) -> None:
        """Read what is new for everybody, as long as somebody listens."""
        while self._channels:
            await asyncio.sleep(INTERVAL)
            try:
                await self._read_once()
            except Error as error:
                logger.warning("Events could not be read, trying again: %s", error)
            except Exception:
                logger.exception("Events could not be read, trying again.")

    async def _read_until(self, execution_id: uuid.UUID, after: int) -> None:
        """Read an execution up to the event `after`, or to its last one."""
        channel = self._channels[execution_id]
        await self._read_once(execution_id)
        while channel.position < min(after, channel.standing.last_event):
            before = channel.position
            await self._read_once(execution_id)
            if channel.position == before:
                return

    async def _read_once(self, *execution_ids: uuid.UUID) -> None:
        """Read what is new in these executions, or in all, and tell it. One reading is told before the next begins."""
        async with self._reading:
            channels = {one: self._channels[one] for one in execution_ids or self._channels if one in self._channels}
            positions = {execution_id: channel.position for execution_id, channel in channels.items()}
            found, events = await self.ask(lambda: _news(positions))
            for execution_id, channel in channels.items():
                if self._channels.get(execution_id) is channel:
                    self._tell(channel, found.get(execution_id), events.get(execution_id, ()))

    def _tell(self, channel: _Channel, standing: Standing | None, events: Sequence[Event]) -> None:
        for event in events:
            if event.sequence > channel.position:
                channel.tell(event)
                channel.position = event.sequence
        if standing is None:
            channel.tell(End({**channel.standing.progress, "status": "deleted"}))
            return
        changed = standing.progress != channel.standing.progress
        channel.standing = standing
        if changed:
            channel.tell(Progress(standing.progress))
        if channel.is_over:
            channel.tell(End(standing.progress))

    async def ask(self, question: Callable[[], T]) -> T:
        """The database's answer to `question`, asked in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _asked, question)


def _asked(question: Callable[[], T]) -> T:
    try:
        return question()
    finally:
        connection.close()  # back to the pool


def _news(
    positions: Mapping[uuid.UUID, int],
) -> tuple[Mapping[uuid.UUID, Standing], Mapping[uuid.UUID, Sequence[Event]]]:
    """How the executions stand, and the events behind their positions of those that have any."""
    found = standings(list(positions))
    behind = {
        execution_id: position
        for execution_id, position in positions.items()
        if execution_id in found and found[execution_id].last_event > position
    }
    return found, events_after(behind)
