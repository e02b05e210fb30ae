"""A program that lets a reader of `hostile_readers` read a file, says when it is at it, and is killed then."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from faceforge_storage.ingest.isolation.processes import Examine, ReaderProcesses
from faceforge_storage.ingest.reader import Bounds, File


async def main() -> None:
    path, reader = Path(sys.argv[1]), sys.argv[2]
    processes = ReaderProcesses(1, 60, 2**28, Bounds(), registry="hostile_readers")
    file = File(path, "0" * 64, 12, "text/plain", "a.txt", "text.plain")
    await processes.examine(Examine(file, ("process",), ()))
    reading = asyncio.create_task(processes.examine(Examine(file, (reader,), ())))
    await asyncio.sleep(0.3)
    print("at it", flush=True)
    await reading
    await asyncio.sleep(60)


asyncio.run(main())
