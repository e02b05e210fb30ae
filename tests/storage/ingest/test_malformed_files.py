"""Malformed files do not crash Core, nor hang it, nor fill the memory; each is explained (S11). Seen from outside."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from malformed import malformed_files

from faceforge_storage.ingest.isolation.processes import Examine, Examined, ReaderProcesses
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader
from faceforge_storage.ingest.registry import READERS

SECONDS, MIB = 10.0, 1024 * 1024
AT_ONCE = 2
MEMORY = 512 * MIB
BESIDE = 100 * MIB
"""The code and the constants of programs, which the bound on what a process writes to does not count."""
UNEXPLAINED = "The reader failed on this file"
"""What is said where a reader did not expect what it met."""
CORE_GROWTH = 64 * MIB


class Watch:
    """Samples the memory of this process and of those that read files, from outside of them."""

    def __init__(self) -> None:
        self.core = psutil.Process()
        self.command = self.core.cmdline()
        self.most = self.core_most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> Watch:
        self.core_least = self.core.memory_info().rss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(0.02):
            self.core_most = max(self.core_most, self.core.memory_info().rss)
            for child in self.core.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    # One that has not begun its program shows our command and memory.
                    if child.cmdline() != self.command:
                        self.most = max(self.most, child.memory_info().rss)


def quick(reader: Reader, file: File) -> bool:
    """The hashes of a file that is whole but for its size, of zeros, are as long to compute as they are well known."""
    return not reader.reads_all_bytes or file.size_bytes < 2**30


async def examined(processes: ReaderProcesses, file: File) -> tuple[Examined, float]:
    readers = tuple(
        each.name for each in READERS if each.takes(file) and each.available() and quick(each, file)
    )
    begin = time.monotonic()
    found = await processes.examine(Examine(file, readers, (320,)))
    assert set(found.readings) == set(readers)
    return found, time.monotonic() - begin


@pytest.mark.alone
async def test_malformed_files_fail_their_readers_only(tmp_path: Path) -> None:
    files = malformed_files(tmp_path)
    assert len(files) >= 300
    processes = ReaderProcesses(AT_ONCE, SECONDS, MEMORY, Bounds())
    failed: dict[str, str] = {}
    wrong: list[str] = []
    slowest = ("", 0.0)
    read = 0
    waiting = iter(files)

    async def examine_in_turn() -> None:
        nonlocal slowest, read
        for each in waiting:
            file = each.written(tmp_path)
            found, took = await examined(processes, file)
            file.path.unlink()
            slowest = max(slowest, (each.name, took), key=lambda pair: pair[1])
            if took > SECONDS * (len(found.readings) + 2) or 320 not in found.thumbnails:
                wrong.append(f"{each.name} took {took:.0f} s and has the thumbnails {[*found.thumbnails]}")
            for reader, reading in found.readings.items():
                read += isinstance(reading, Found)
                if isinstance(reading, str):
                    if len(reading) < 10 or str(tmp_path) in reading or UNEXPLAINED in reading:
                        wrong.append(f"{each.name} is not explained: {reading}")
                    failed[f"{each.name} ({reader})"] = reading

    with Watch() as watch:
        await asyncio.gather(*(examine_in_turn() for _ in range(AT_ONCE)))
        whole = tmp_path / "whole"
        whole.write_bytes(b"whole")
        after, _ = await examined(processes, File(whole, "0" * 64, 5, "text/plain", "a.txt", "text"))
    begin = time.monotonic()
    await asyncio.to_thread(processes.close)
    assert time.monotonic() - begin < 2
    print(
        f"\n{len(files)} files: {read} readings found something, {len(failed)} say why not; slowest {slowest[0]}"
        f" {slowest[1]:.1f} s; most memory of a process {watch.most // MIB} MiB, Core grew by"
        f" {(watch.core_most - watch.core_least) // MIB} MiB"
    )
    for name, why in failed.items():
        print(f"{name}: {why}")
    assert wrong == []
    assert isinstance(after.readings["text"], Found)
    assert watch.most < MEMORY + BESIDE
    assert watch.core_most - watch.core_least < CORE_GROWTH + max(len(each.content) for each in files)
