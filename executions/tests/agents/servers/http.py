"""As much of an HTTP server as the agents' services need, on asyncio: many of slow answers cost hardly anything."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Reply:
    """What to send: `body` as JSON (or bytes as they are), or `stream` piece by piece until it ends."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None


class Cut(Exception):
    """Raised by a handler or a stream to break the connection instead of answering, or in the middle."""


Handler = Callable[[Request], Awaitable[Reply]]


async def serve(handler: Handler, port: int = 0) -> asyncio.Server:
    """Start serving on 127.0.0.1."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                if not await _send(writer, await handler(request)):
                    break
        except (Cut, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(connected, "127.0.0.1", port, backlog=1024)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (header := await reader.readline()).strip():
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    url = urlsplit(target)
    return Request(method, url.path, parse_qs(url.query), headers, json.loads(content) if content else None)


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send a reply; whether the connection may be used again."""
    content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    kind = {"Content-Type": "application/json"} if reply.stream is None else {"Content-Type": "text/event-stream"}
    length = {"Content-Length": str(len(content))} if reply.stream is None else {"Transfer-Encoding": "chunked"}
    headers = "".join(f"{name}: {value}\r\n" for name, value in {**kind, **length, **reply.headers}.items())
    writer.write(f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{headers}\r\n".encode())
    if reply.stream is None:
        writer.write(content)
        await writer.drain()
        return True
    try:
        async for piece in reply.stream:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
    except Cut:
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


@contextmanager
def running(handler: Handler) -> Iterator[str]:
    """Serve from a thread while the block runs; gives the address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(serve(handler), loop).result(10)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
