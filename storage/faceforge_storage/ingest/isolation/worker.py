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
    send(replies, {})  # it is ready
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
    reply: dict[str, Any] = {}
    attached = b""
    try:
        reply["readings"] = {name: _reading(step, readers[name]) for name in step.readers}
        if step.sizes:
            thumbnails, fault = _thumbnails(step)
            reply |= {"lengths": [len(each) for each in thumbnails], "fault": fault}
            attached = b"".join(thumbnails)
    except MemoryError:
        reply, attached = {"out_of_memory": True}, b""
    try:
        send(replies, reply, attached)
    except TooMuch:
        send(replies, {"too_much": True})


def _reading(step: Step, reader: Reader) -> dict[str, Any]:
    try:
        return {"found": clean(found_as_json(reader.read(step.file, step.bounds)))}
    except Unreadable as fault:
        return {"unreadable": clean_text(str(fault))[:1000]}
    except MemoryError:
        raise
    except Exception as fault:
        return {"fault": _place(fault)}


def _thumbnails(step: Step) -> tuple[list[bytes], str | None]:
    """(the thumbnails, or tiles where there is no picture; where something failed over them)."""
    from faceforge_storage.ingest.previews import preview_of
    from faceforge_storage.ingest.thumbnails import render, tile

    failed = None
    try:
        picture = None if step.tile else preview_of(step.file, step.bounds)
        if picture is not None:
            return list(render(picture, step.sizes).values()), None
    except MemoryError:
        raise
    except Unreadable:
        pass
    except Exception as fault:
        failed = _place(fault)
    try:
        return [tile(step.file, size) for size in step.sizes], failed
    except MemoryError:
        raise
    except Exception as fault:
        return [], _place(fault)


def _place(fault: BaseException) -> str:
    """The kind of a fault and where it arose, for the log: its message may hold what is in the file."""
    frames = traceback.extract_tb(fault.__traceback__)[1:]  # without the call in this module
    places = [f"{PurePath(each.filename).name}:{each.lineno}" for each in (*frames[:1], *frames[1:][-1:])]
    return f"{type(fault).__name__} at {', '.join(places)}"


if __name__ == "__main__":
    main()
