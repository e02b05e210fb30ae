"""Readers that do what a decoder may do when a file makes it; a registry that processes in tests load by its name."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader, Unreadable


def size(file: File, bounds: Bounds) -> Found:
    text = file.path.read_bytes()
    return Found({"bytes": len(text), "pixels": bounds.image_pixels}, Media(width=3, color="#ffffff"))


def process(_file: File, _bounds: Bounds) -> Found:
    secrets = [name for name in os.environ if name.startswith("FACEFORGE")]
    return Found({"pid": os.getpid(), "nice": os.nice(0) if os.name != "nt" else 0, "secrets": secrets})


def hang(_file: File, _bounds: Bounds) -> NoReturn:
    while True:
        time.sleep(1)


def hang_in_c(_file: File, _bounds: Bounds) -> NoReturn:
    """Holds the lock of the interpreter, as a decoder in C may."""
    ctypes.PyDLL(None).pause()
    raise AssertionError


def hang_with_child(file: File, _bounds: Bounds) -> NoReturn:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    noted = Path(f"{file.path}.{child.pid}")
    noted.write_text(str(child.pid), encoding="ascii")
    noted.replace(f"{file.path}.child")  # whole, whoever looks and whenever this ends
    child.wait()
    raise AssertionError


def eat(_file: File, _bounds: Bounds) -> NoReturn:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def segfault(_file: File, _bounds: Bounds) -> NoReturn:
    ctypes.string_at(0)
    raise AssertionError


def leave(_file: File, _bounds: Bounds) -> NoReturn:
    os._exit(3)


def refuse(_file: File, _bounds: Bounds) -> NoReturn:
    raise Unreadable("It ends after 12 of 900 bytes.")


def fail(_file: File, _bounds: Bounds) -> NoReturn:
    raise RuntimeError("a secret of the file")


def odd(_file: File, _bounds: Bounds) -> Found:
    return Found({"text": "a\x00b\ud800", "number": float("nan"), "large": 2**70, "bytes": b"12", 7: "key"})


def much(_file: File, _bounds: Bounds) -> Found:
    return Found({"text": "x" * (17 * 1024 * 1024)})


def lie(_file: File, _bounds: Bounds) -> Found:
    wide: Any = "wide"
    return Found({}, Media(width=wide))


def noise(_file: File, _bounds: Bounds) -> Found:
    print("what a library prints")
    os.write(1, b"more of it")
    os.write(2, b"and more")
    return Found({"noise": True})


def terminate(_file: File, _bounds: Bounds) -> Found:
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), each)
    return Found({"alive": True})


KINDS = (size, process, hang, hang_in_c, hang_with_child, eat, segfault, leave, refuse, fail, odd, much, lie)
READERS = tuple(Reader(kind.__name__, 1, lambda _file: True, kind) for kind in (*KINDS, noise, terminate))
