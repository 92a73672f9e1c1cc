"""Where the benchmarks work: a database of their own and a folder of their own, both gone afterwards."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from psycopg import sql

from benchmarks.figures import Figure


def has_postgresql() -> bool:
    """Whether DATABASE_URL names a PostgreSQL server."""
    return urlsplit(os.environ.get("DATABASE_URL", "")).scheme in {"postgres", "postgresql"}


def run_in_own_place(module: str, scale: float) -> list[Figure]:
    """Call `run(folder, scale)` of the module in a new interpreter, whose settings know a database of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, module, scale).result()


def _run(module: str, scale: float) -> list[Figure]:
    with own_place() as folder:
        figures: list[Figure] = import_module(module).run(folder, scale)
        return figures


@contextmanager
def own_place() -> Iterator[Path]:
    """Set Django up on a new, migrated database and data folder. Gives the folder.

    On the server that DATABASE_URL names, if it is PostgreSQL (its user must be allowed to create databases); on SQLite
    otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="mino-bench-") as folder, _own_database(Path(folder)) as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "mino.settings",
            "DATABASE_URL": url,
            "MINO_DATA_DIR": folder,
            "MINO_LOG_LEVEL": "WARNING",
        }
        django.setup()
        migrate()
        yield Path(folder)


def migrate() -> None:
    """Create the tables."""
    call_command("migrate", verbosity=0)


@contextmanager
def _own_database(folder: Path) -> Iterator[str]:
    if not has_postgresql():
        yield sqlite_in(folder)
        return
    server = os.environ["DATABASE_URL"]
    name = f"mino_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def sqlite_in(folder: Path) -> str:
    """The address of a database file in the folder."""
    return f"sqlite:///{folder / 'bench.sqlite3'}"
