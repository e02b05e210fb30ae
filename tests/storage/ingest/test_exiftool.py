"""ExifTool as a reader: what it says by group, its limits, its end and its new beginning."""

from __future__ import annotations

import shlex
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

import psutil
import pytest
from PIL import Image
from process_ids import runs

from faceforge_storage.errors import Unavailable
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.ingest import exiftool
from faceforge_storage.ingest.exiftool import ExifTool, find_exiftool
from faceforge_storage.ingest.reader import File, Unreadable

MEMORY = 1024**3


@pytest.fixture
def photo(tmp_path: Path) -> File:
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Leica", {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 12.0)}
    path = tmp_path / "stored"
    Image.new("RGB", (40, 30), "teal").save(path, "JPEG", exif=exif)
    return File(path, "0" * 64, path.stat().st_size, "image/jpeg", "photo.jpg", "image")


@pytest.fixture
def tool() -> Iterator[ExifTool]:
    tool = ExifTool(Path(which("exiftool") or ""), seconds=20, memory_bytes=MEMORY)
    yield tool
    tool.close()


@pytest.fixture
def pretend(tmp_path: Path) -> Iterator[Callable[..., ExifTool]]:
    """A program in the place of ExifTool, which tells its version and then does what `shell` says for each file."""
    tools: list[ExifTool] = []

    def make(shell: str, version: str = "12.57", **limits: float) -> ExifTool:
        program = tmp_path / f"pretend-{len(tools)}"
        program.write_text(
            "#!/bin/sh\nwhile read word; do case $word in\n"
            f'-ver) answer={version};; -execute*) echo $answer; echo "{{ready${{word#-execute}}}}";;\n'
            f"*) {shell};;\nesac; done\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        tools.append(ExifTool(program, **{"seconds": 20.0, "memory_bytes": MEMORY, **limits}))
        return tools[-1]

    yield make
    for tool in tools:
        tool.close()


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if _is_exiftool(each)]


def _is_exiftool(process: psutil.Process) -> bool:
    try:
        return "exiftool" in " ".join(process.cmdline())
    except (psutil.ZombieProcess, psutil.NoSuchProcess):  # it has ended
        return False


def until(done: Callable[[], bool], seconds: float = 10.0) -> bool:
    ends = time.monotonic() + seconds
    while not done() and time.monotonic() < ends:
        time.sleep(0.02)
    return done()


@pytest.mark.needs("exiftool")
def test_it_tells_by_group_and_nothing_of_our_own_files(tool: ExifTool, photo: File) -> None:
    found = tool.read(photo)
    assert found.metadata["IFD0"]["Make"] == "Leica"
    assert found.metadata["Composite"]["GPSLatitude"] == "51.500000 N"
    assert found.metadata["File"]["ImageWidth"] == 40
    assert not {"System", "SourceFile", "ExifTool"} & found.metadata.keys()
    assert str(photo.path.parent) not in str(found.metadata)


@pytest.mark.needs("exiftool")
def test_one_process_reads_for_all_threads(tool: ExifTool, photo: File) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: tool.read(photo).metadata, range(40)))
    assert all(each == found[0] for each in found)
    assert len(children()) == 1


@pytest.mark.needs("exiftool")
def test_it_begins_anew_when_it_has_died(tool: ExifTool, photo: File) -> None:
    first = tool.read(photo).metadata
    (process,) = children()
    process.kill()
    process.wait()
    assert tool.read(photo).metadata == first


@pytest.mark.needs("exiftool")
@pytest.mark.parametrize(
    ("data", "group"),
    [
        (b"\x07 nothing \x00" * 40, None),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", {"Warning": "JPEG format error"}),
        (b"%PDF-1.7\n", {"Warning": "Invalid xref table"}),
        (b"\x89PNG\r\n\x1a\n", {"Warning": "Truncated PNG image"}),
        (b"II*\0\x08\0\0\0\xff\xff", {"Warning": "Bad IFD0 directory"}),
    ],
)
def test_what_is_broken_is_told_and_harms_no_other(
    tool: ExifTool, photo: File, data: bytes, group: dict[str, str] | None, tmp_path: Path
) -> None:
    path = tmp_path / "broken"
    path.write_bytes(data)
    found = tool.read(File(path, "1" * 64, len(data), "image/jpeg", "a.jpg", "image"))
    assert found.metadata.get("ExifTool") == group
    assert tool.read(photo).metadata["IFD0"]["Make"] == "Leica"


@pytest.mark.needs("exiftool")
def test_a_place_with_spaces_quotes_and_letters_of_other_scripts_is_found(
    tool: ExifTool, photo: File, tmp_path: Path
) -> None:
    place = tmp_path / "# ein 'Ort' \"да\" -n"
    place.mkdir()
    path = photo.path.rename(place / "stored")
    assert (
        tool.read(File(path, photo.sha256, 1, "image/jpeg", "x", "image")).metadata["IFD0"]["Make"] == "Leica"
    )


@pytest.mark.needs("exiftool")
def test_it_ends_when_it_is_idle(photo: File) -> None:
    tool = ExifTool(Path(which("exiftool") or ""), seconds=20, memory_bytes=MEMORY, idle_seconds=0.2)
    tool.read(photo)
    assert until(lambda: not children())
    assert tool.read(photo).metadata["IFD0"]["Make"] == "Leica"
    tool.close()
    assert not children()


@pytest.mark.needs("exiftool")
def test_it_ends_with_a_core_that_was_killed(photo: File) -> None:
    script = (
        "import time\nfrom pathlib import Path\nfrom faceforge_storage.ingest.exiftool import ExifTool\n"
        "from faceforge_storage.ingest.reader import File\n"
        f"tool = ExifTool(Path({which('exiftool')!r}), seconds=20, memory_bytes={MEMORY})\n"
        f"tool.read(File(Path({str(photo.path)!r}), '', 1, '', '', ''))\n"
        "print(tool._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    core = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert core.stdout is not None
    pid = int(core.stdout.readline())
    core.kill()
    core.wait()
    core.stdout.close()
    assert until(lambda: not runs(pid), 15)


@pytest.mark.parametrize(
    ("shell", "message"),
    [
        ("sleep 30", "took longer than 3 s"),
        ("exit 3", "ended"),
        ("kill -9 $$", "ended"),
        ("answer=gibberish", "no answer"),
        ("answer='[]'", "no answer"),
        ("head -c 40000000 /dev/zero", "ended"),
        ('answer=\'[{"ExifTool": {"Error": "File format error"}}]\'', "File format error"),
    ],
)
def test_a_reading_fails_in_words_and_the_next_is_tried(
    pretend: Callable[..., ExifTool], photo: File, shell: str, message: str
) -> None:
    tool = pretend(
        f"if [ -e {shlex.quote(str(photo.path))}.well ]; then answer='[{{}}]'; else {shell}; fi",
        seconds=3.0 if message.startswith("took") else 20.0,
    )
    with pytest.raises(Unreadable, match=message):
        tool.read(photo)
    photo.path.with_name("stored.well").touch()
    assert tool.read(photo).metadata == {}


@pytest.mark.parametrize("version", ["12.23", "9.99", "no number"])
def test_one_that_runs_code_out_of_files_is_refused(
    pretend: Callable[..., ExifTool], photo: File, version: str
) -> None:
    with pytest.raises(Unreadable, match=r"12\.24 or later"):
        pretend("answer='[{}]'", version=f"'{version}'").read(photo)


def test_a_stop_waits_for_no_file(pretend: Callable[..., ExifTool], photo: File) -> None:
    tool = pretend("sleep 30", seconds=30)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(tool.read, photo)
        time.sleep(0.3)
        began = time.monotonic()
        tool.close()
        assert time.monotonic() - began < 15  # of the thirty seconds the file would take
        with pytest.raises(Unavailable):
            reading.result(20)
    with pytest.raises(Unavailable):
        tool.read(photo)


@pytest.mark.needs("exiftool")
def test_it_takes_no_more_memory_than_it_may(photo: File) -> None:
    tool = ExifTool(Path(which("exiftool") or ""), seconds=20, memory_bytes=12 * 1024**2)
    with pytest.raises(Unreadable, match="ended"):
        tool.read(photo)
    tool.close()


def test_where_it_is_looked_for(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tools_dir.mkdir()

    def found(**tools: object) -> Path | None:
        return find_exiftool(Settings.model_validate({"tools": tools}), home)

    on_the_path = which("exiftool")
    assert found() == (Path(on_the_path) if on_the_path else None)
    unpacked = home.tools_dir / "Image-ExifTool-13.10"
    unpacked.mkdir()
    for place in (unpacked / "exiftool", home.tools_dir / "exiftool", tmp_path / "mine"):
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
        if place.name == "exiftool":
            assert found() == place
    assert found(exiftool_path="mine") == tmp_path / "mine"
    assert found(exiftool_path="elsewhere") is None
    assert found(exiftool_enabled=False) is None


def test_text_and_models_are_left_to_our_own_readers(photo: File) -> None:
    kinds = ("image/jpeg", "application/octet-stream", "text/plain", "application/x-safetensors")
    taken = [exiftool.takes(File(photo.path, "", 9, kind, "", "")) for kind in kinds]
    assert taken == [True, True, False, False]
