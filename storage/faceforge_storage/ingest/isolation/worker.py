"""A process that reads files for Core: takes one step at a time, and answers each.

Whatever a file makes of a decoder stays in here. Core never imports this module; `reader_process` starts it.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from importlib import import_module
from pathlib import PurePath
from queue import SimpleQueue
from typing import Any, BinaryIO

from faceforge_storage.ingest.clean_json import clean, clean_text
from faceforge_storage.ingest.isolation.confinement import confine
from faceforge_storage.ingest.isolation.messages import Step, TooMuch, found_as_json, receive, send
from faceforge_storage.ingest.reader import Reader, Unreadable

Steps = SimpleQueue[dict[str, Any]]


def main() -> None:
    """Answer steps until Core ends; the last two words of the command line are the bound on memory and the registry."""
    memory_bytes, registry = sys.argv[-2:]
    confine(int(memory_bytes))
    readers = {each.name: each for each in import_module(registry).READERS}
    requests, replies = _channels()
    steps: Steps = SimpleQueue()
    threading.Thread(target=_take, args=(requests, steps), daemon=True).start()
    send(replies, {"ready": os.getpid()})
    while True:
        _answer(replies, Step.of_json(steps.get()), readers)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """The pipes of Core, out of the reach of libraries, which write their warnings to nowhere from here on."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, replies


def _take(requests: BinaryIO, steps: Steps) -> None:
    """In a thread of its own, so that the end of Core is noticed while a decoder runs."""
    try:
        while True:
            steps.put(receive(requests)[0])
    finally:
        os._exit(0)


def _answer(replies: BinaryIO, step: Step, readers: dict[str, Reader]) -> None:
    attached = b""
    try:
        if step.reader is not None:
            found = readers[step.reader].read(step.file, step.bounds)
            reply: dict[str, Any] = {"found": clean(found_as_json(found))}
        else:
            reply, attached = {"thumbnail": step.size}, _thumbnail(step)
    except Unreadable as fault:
        reply = {"unreadable": clean_text(str(fault))[:1000]}
    except MemoryError:
        reply = {"out_of_memory": True}
    except Exception as fault:
        reply = {"fault": _place(fault)}
    try:
        send(replies, reply, attached)
    except TooMuch:
        send(replies, {"too_much": True})


def _thumbnail(step: Step) -> bytes:
    from faceforge_storage.ingest.previews import preview_of
    from faceforge_storage.ingest.thumbnails import render, tile

    assert step.size is not None
    picture = None if step.tile else preview_of(step.file, step.bounds)
    return tile(step.file, step.size) if picture is None else render(picture, step.size)


def _place(fault: BaseException) -> str:
    """The kind of a fault and where it arose, for the log: its message may hold what is in the file."""
    frames = traceback.extract_tb(fault.__traceback__)[1:]  # without the call in this module
    places = [f"{PurePath(each.filename).name}:{each.lineno}" for each in (*frames[:1], *frames[1:][-1:])]
    return f"{type(fault).__name__} at {', '.join(places)}"


if __name__ == "__main__":
    main()
