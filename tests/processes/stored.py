"""What a Core holds, seen from outside: its answers, the files below its home, the rows of its database."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from core_process import SECONDS

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import Home
from faceforge_storage.objects.marker import MARKER


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(client: httpx.Client, content: Any, filename: str, **more: str) -> httpx.Response:
    """Upload as a raw body."""
    return client.put("/v1/assets/upload", content=content, params={"filename": filename, **more})


def unread(client: httpx.Client) -> int:
    """How many files wait to be read."""
    return int(client.get("/v1/system/info").raise_for_status().json()["counts"]["unread_files"])


def wait_until_read(client: httpx.Client) -> None:
    """Wait until all files are read: by then nothing of the store is open but what is downloaded."""
    until(lambda: unread(client) == 0)


def assets(client: httpx.Client) -> list[dict[str, Any]]:
    """Every asset, also of the trash."""
    found, cursor = [], None
    while True:
        asked = {"limit": "500", "deleted": "include"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/assets", params=asked).raise_for_status().json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def objects(home: Home) -> list[str]:
    """The hash of each stored file; asserts that each is whole."""
    files = [file for file in home.assets_dir.rglob("*") if file.is_file() and file.name != MARKER]
    for file in files:
        assert digest(file.read_bytes()) == file.name
    return [file.name for file in files]


def published(home: Home) -> list[str]:
    """The hashes under which bytes lie in the store, in order; nothing is read."""
    return sorted(file.name for file in (home.assets_dir / "sha256").glob("*/*/*"))


def staged(home: Home) -> list[str]:
    """What lies in the waiting room."""
    return [file.name for file in home.tmp_dir.iterdir()]


def assert_all_is_whole(client: httpx.Client, home: Home) -> list[dict[str, Any]]:
    """The invariant: every row has its bytes, under their hash; nothing is left half-written. Answers the assets."""
    found = assets(client)
    held = objects(home)
    for asset in found:
        content = client.get(f"/v1/assets/{asset['asset_id']}/download").raise_for_status().content
        assert (digest(content), len(content)) == (asset["content_hash"], asset["size_bytes"])
        assert asset["content_hash"] in held
    assert staged(home) == []
    assert client.get("/healthz").status_code == 200
    return found


def until(done: Callable[[], bool]) -> None:
    """Waits for what a server does beside what it answers."""
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def rows(home: Home, statement: str) -> list[tuple[Any, ...]]:
    """What the database answers, asked beside Core."""
    with closing(sqlite3.connect(Path(home.database_file))) as connection:
        return connection.execute(statement).fetchall()
