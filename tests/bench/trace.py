"""How far a request travels: the files of FaceForge that it enters, and how often it moves from one to another."""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from faceforge_server.app import create_app
from faceforge_storage.home.home import open_home

NESTED = """{ entities(first: 10) { nodes { id displayName
    assets { nodes { id filename } } relationships { nodes { other { displayName } } } } } }"""
WARM_UP = 3
"""Requests before the one that is traced: the first compiles what the others find."""


class Trace:
    """Counts the calls and returns between our own files, in each thread by itself."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.moves = self.calls = 0
        self._here: dict[int, str] = {}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        file: str | None = frame.f_code.co_filename
        if event not in ("call", "return") or not is_ours(str(file)):
            return
        if event == "call":
            self.files.add(str(file))
            self.calls += 1
        else:
            file = caller(frame)
        thread = threading.get_ident()
        if file is not None and self._here.get(thread) != file:
            self.moves += thread in self._here
            self._here[thread] = file


def is_ours(file: str) -> bool:
    return "faceforge_" in file and "site-packages" not in file


def caller(frame: FrameType) -> str | None:
    """The nearest file of ours that waits for a frame to return."""
    above = frame.f_back
    while above is not None and not is_ours(above.f_code.co_filename):
        above = above.f_back
    return None if above is None else above.f_code.co_filename


@contextmanager
def traced() -> Iterator[Trace]:
    """Counts what runs inside, in this thread and in what it hands to pools of threads."""
    trace, submit = Trace(), ThreadPoolExecutor.submit

    def submit_traced(pool: Any, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        def run() -> Any:
            sys.setprofile(trace)
            try:
                return work(*arguments, **named)
            finally:
                sys.setprofile(None)

        return submit(pool, run)

    ThreadPoolExecutor.submit = submit_traced  # type: ignore[method-assign]  # given back below
    sys.setprofile(trace)
    try:
        yield trace
    finally:
        sys.setprofile(None)
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]  # as it was


async def requests(client: httpx.AsyncClient) -> dict[str, Callable[[], Awaitable[httpx.Response]]]:
    """Name -> a request, after the records that they find are made."""
    ids = [
        (await client.post("/v1/entities", json={"display_name": f"E {n}", "tags": ["t"]})).json()[
            "entity_id"
        ]
        for n in range(20)
    ]
    numbers = itertools.count()

    def upload() -> Awaitable[httpx.Response]:
        number = next(numbers)
        file = {"file": (f"{number}.txt", f"text {number}".encode())}
        return client.post("/v1/assets/upload", files=file, data={"entity_id": ids[number % 10], "tag": "x"})

    for src, dst in itertools.pairwise(ids[:11]):
        await upload()
        relation = {"src_entity_id": src, "dst_entity_id": dst, "relationship_type": "friend"}
        await client.post("/v1/relationships", json=relation)
    return {
        "GET one": lambda: client.get(f"/v1/entities/{ids[0]}"),
        "list": lambda: client.get("/v1/entities?limit=10"),
        "nested GraphQL": lambda: client.post("/graphql", json={"query": NESTED}),
        "upload": upload,
        "PATCH": lambda: client.patch(f"/v1/entities/{ids[0]}", json={"display_name": f"N {next(numbers)}"}),
    }


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        home, settings = open_home(Path(directory) / "home")
        app = create_app(home, settings)
        token = settings.auth.install_token.get_secret_value()
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://127.0.0.1:5555",
            headers={"Authorization": f"Bearer {token}"},
        )
        async with app.router.lifespan_context(app), client:
            for name, ask in (await requests(client)).items():
                for _ in range(WARM_UP):
                    (await ask()).raise_for_status()
                with traced() as trace:
                    answer = await ask()
                answer.raise_for_status()
                print(f"  {name:15} {len(trace.files):3} files {trace.moves:5} moves {trace.calls:5} calls")


if __name__ == "__main__":
    asyncio.run(main())
