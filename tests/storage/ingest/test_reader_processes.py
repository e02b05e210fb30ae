"""Files are read in processes with limits: what a file does to its reader fails that reading and nothing else (S11)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from process_ids import runs

from faceforge_storage.errors import Unavailable
from faceforge_storage.ingest.isolation.processes import Examine, Examined, ReaderProcesses
from faceforge_storage.ingest.reader import Bounds, File, Found, Media

SECONDS, MEMORY = 60.0, 256 * 1024 * 1024
Make = Callable[..., ReaderProcesses]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes processes that know the readers of `hostile_readers`."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    made: list[ReaderProcesses] = []

    def new(count: int = 1, seconds: float = SECONDS, **options: Any) -> ReaderProcesses:
        options = {"registry": "hostile_readers", **options}
        made.append(ReaderProcesses(count, seconds, MEMORY, Bounds(image_pixels=77), **options))
        return made[-1]

    yield new
    for processes in made:
        processes.close()
    assert children() == []


@pytest.fixture
def file(tmp_path: Path) -> File:
    path = tmp_path / "Ünïcode"
    path.write_bytes(b"twelve bytes")
    return File(path, "0" * 64, 12, "text/plain", "a.txt", "text.plain")


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if _is_reader(each)]


def _is_reader(process: psutil.Process) -> bool:
    try:
        return "hostile_readers" in process.cmdline()
    except (psutil.ZombieProcess, psutil.NoSuchProcess):  # it has ended
        return False


def wanted(file: File, *readers: str, sizes: tuple[int, ...] = ()) -> Examine:
    return Examine(file, readers, sizes)


async def test_what_a_reader_found_comes_back(make: Make, file: File) -> None:
    examined = await make().examine(wanted(file, "size"))
    assert examined == Examined(
        {"size": Found({"bytes": 12, "pixels": 77}, Media(width=3, color="#ffffff"))}, {}
    )


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        ("hang", "It took longer than 2 s."),
        ("hang_in_c", "It took longer than 2 s."),
        ("eat", "It took more than 256 MiB of memory."),
        ("segfault", "It ended the process that read it, with SIGSEGV."),
        ("leave", "It ended the process that read it, with code 3."),
        ("refuse", "It ends after 12 of 900 bytes."),
        ("fail", "The reader failed on this file; the log says where."),
        ("much", "There is more in it than can be kept: 16 MiB."),
        ("lie", "The reader failed on this file; the log says where."),
    ],
)
async def test_a_failure_says_why_and_the_next_reader_goes_on(
    make: Make, file: File, reader: str, message: str
) -> None:
    processes = make(seconds=2) if reader.startswith("hang") else make()
    readings = (await processes.examine(wanted(file, reader, "size"))).readings
    assert readings[reader] == message
    assert isinstance(readings["size"], Found)


async def test_the_log_says_where_a_reader_failed_and_not_what_stands_in_the_file(
    make: Make, file: File, caplog: pytest.LogCaptureFixture
) -> None:
    await make().examine(wanted(file, "fail"))
    assert "fail failed on 000" in caplog.text
    assert "RuntimeError at hostile_readers.py:" in caplog.text
    assert "secret" not in caplog.text


async def test_what_no_database_holds_does_not_come_back(make: Make, file: File) -> None:
    found = (await make().examine(wanted(file, "odd"))).readings["odd"]
    assert isinstance(found, Found)
    text = found.metadata["text"]
    assert "\x00" not in text
    assert text.encode()
    assert found.metadata["number"] is None
    assert found.metadata["7"] == "key"


async def test_what_libraries_print_disturbs_nobody(
    make: Make, file: File, capfd: pytest.CaptureFixture[str]
) -> None:
    readings = (await make().examine(wanted(file, "noise", "size"))).readings
    assert all(isinstance(each, Found) for each in readings.values())
    assert capfd.readouterr() == ("", "")


async def test_signals_that_stop_core_leave_its_processes_to_it(make: Make, file: File) -> None:
    assert isinstance((await make().examine(wanted(file, "terminate"))).readings["terminate"], Found)


async def test_one_process_reads_file_after_file_behind_others_and_without_secrets(
    make: Make, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEFORGE_TOKEN", "secret")
    processes = make(count=3)
    found = [(await processes.examine(wanted(file, "process"))).readings["process"] for _ in range(5)]
    assert all(isinstance(each, Found) for each in found)
    assert len({each.metadata["pid"] for each in found if isinstance(each, Found)}) == 1
    assert {
        (each.metadata["nice"] > 0, *each.metadata["secrets"]) for each in found if isinstance(each, Found)
    } == {(True,)}


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        ("hang", "It took longer than 3 s."),
        ("eat", "It took more than 256 MiB of memory."),
        ("segfault", "It ended the process that read it, with SIGSEGV."),
        ("much", "There is more in it than can be kept: 16 MiB."),
        ("lie", "The reader failed on this file; the log says where."),
        ("refuse", "It ends after 12 of 900 bytes."),
    ],
)
async def test_of_files_read_in_one_go_the_guilty_one_fails_and_no_other(
    make: Make, file: File, reader: str, message: str
) -> None:
    # Where a file may take three seconds only, no pictures are drawn: what draws them takes that long to be ready.
    processes, sizes = (make(seconds=3), ()) if reader == "hang" else (make(), (320,))
    asked = [wanted(file, "process", "size", sizes=sizes) for _ in range(7)]
    asked.insert(4, wanted(file, reader, "size", sizes=sizes))
    examined = await asyncio.gather(*(processes.examine(each) for each in asked))
    guilty = examined.pop(4)
    assert guilty.readings[reader] == message
    assert isinstance(guilty.readings["size"], Found)
    assert all(isinstance(found, Found) for each in examined for found in each.readings.values())
    assert all(each.thumbnails[size][8:12] == b"WEBP" for each in (*examined, guilty) for size in sizes)


async def test_what_was_read_before_a_crash_is_not_read_again(make: Make, file: File) -> None:
    """All but the first wait while that is read, so they go in one go: up to the crash by one process."""
    readers = [*["process"] * 4, "segfault", *["process"] * 3]
    processes = make()
    examined = await asyncio.gather(*(processes.examine(wanted(file, each)) for each in readers))
    found = [each.readings.get("process") for each in examined]
    pids = [each.metadata["pid"] if isinstance(each, Found) else None for each in found]
    assert len(set(pids[:4])) == len(set(pids[5:])) == 1
    assert pids[0] != pids[5]


async def test_a_stop_while_files_are_read_in_one_go_says_nothing_of_them(make: Make, file: File) -> None:
    processes = make(seconds=60)
    tasks = [asyncio.create_task(processes.examine(wanted(file, "hang_with_child"))) for _ in range(4)]
    await until(Path(f"{file.path}.child").exists)
    processes.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unavailable] * 4


async def test_an_idle_process_ends(make: Make, file: File) -> None:
    processes = make(idle_seconds=0.2)
    found = (await processes.examine(wanted(file, "process"))).readings["process"]
    assert isinstance(found, Found)
    await until(lambda: not runs(found.metadata["pid"]))
    assert (await processes.examine(wanted(file, "size"))).readings


async def test_who_waits_goes_before_the_background_and_is_not_held_up_by_a_file_that_hangs(
    make: Make, file: File
) -> None:
    processes = make(seconds=60)
    background = [asyncio.create_task(processes.examine(wanted(file, "hang"))) for _ in range(2)]
    await until(lambda: len(children()) == 1)
    await asyncio.wait_for(processes.examine(wanted(file, "size"), urgent=True), SECONDS)
    assert not any(each.done() for each in background)
    assert len(children()) == 2
    processes.close()
    await asyncio.gather(*background, return_exceptions=True)


async def test_what_is_waited_for_by_now_goes_before_the_background(make: Make, file: File) -> None:
    processes, other = make(seconds=60), replace(file, sha256="b" * 64)
    background = [asyncio.create_task(processes.examine(wanted(file, "hang")))]
    await until(lambda: len(children()) == 1)  # so that what comes now is not read in one go with it
    background += [asyncio.create_task(processes.examine(wanted(each, "size"))) for each in (file, other)]
    await asyncio.sleep(0)
    processes.hasten(other.sha256)
    examined = await asyncio.wait_for(background[2], SECONDS)
    assert examined.readings
    assert not any(each.done() for each in background[:2])
    processes.close()
    await asyncio.gather(*background, return_exceptions=True)


async def test_who_no_longer_waits_costs_nothing(make: Make, file: File) -> None:
    processes = make(seconds=60)
    running, waiting = (
        asyncio.create_task(processes.examine(wanted(file, name))) for name in ("hang", "leave")
    )
    await asyncio.sleep(0.5)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    processes.close()
    with pytest.raises(Unavailable):
        await running


async def test_a_stop_waits_for_no_decoder(make: Make, file: File) -> None:
    processes = make(count=2, seconds=60)
    tasks = [asyncio.create_task(processes.examine(wanted(file, "hang_with_child"))) for _ in range(4)]
    noted = Path(f"{file.path}.child")
    await until(noted.exists)
    begin = time.monotonic()
    processes.close()
    assert time.monotonic() - begin < 10
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unavailable] * 4
    with pytest.raises(Unavailable):
        await processes.examine(wanted(file, "size"))
    await until(lambda: not runs(int(noted.read_text(encoding="ascii"))))


async def test_a_process_that_does_not_start_says_nothing_of_the_file(make: Make, file: File) -> None:
    with pytest.raises(Unavailable, match="does not start"):
        await make(registry="no_such_module").examine(wanted(file, "size"))


async def test_thumbnails_of_a_file_without_a_picture_are_tiles(make: Make, file: File) -> None:
    examined = await make().examine(wanted(file, "segfault", sizes=(320, 640)))
    assert [data[8:12] for data in examined.thumbnails.values()] == [b"WEBP", b"WEBP"]


@pytest.mark.parametrize("reader", ["hang", "hang_in_c", "size"])
async def test_no_process_outlives_a_core_that_is_killed(make: Make, file: File, reader: str) -> None:
    make()
    core = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("dying_reader.py")), str(file.path), reader],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert core.stdout is not None
    assert core.stdout.readline()
    (child,) = psutil.Process(core.pid).children()
    core.send_signal(signal.SIGKILL)
    core.wait()
    core.stdout.close()
    await until(lambda: not runs(child.pid))


async def test_a_core_that_is_one_frozen_program_reads_files_too(
    make: Make, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(Path(sys.executable).with_name("faceforge")))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert isinstance((await make().examine(wanted(file, "size"))).readings["size"], Found)


def test_core_loads_no_decoder() -> None:
    program = """
import sys
import faceforge_storage.ingest.isolation.processes
print([name for name in ("PIL", "av", "mutagen", "pypdfium2") if name in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"[]\n"


async def until(true: Callable[[], bool], seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
