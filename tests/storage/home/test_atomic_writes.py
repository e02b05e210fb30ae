"""A file of the configuration is the old or the new one, whenever the writer dies (D9), and private."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from faceforge_storage.home.atomic import write_atomically

WRITER = """
import sys
from pathlib import Path
from faceforge_storage.home.atomic import write_json
number = 0
while True:
    number += 1
    write_json(Path(sys.argv[1]), {"number": number, "filling": "x" * 50_000})
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 5, 20])
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path, lines: int) -> None:
    file = tmp_path / "ports.json"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(lines)][-1]
    time.sleep(0.001 * lines)
    writer.kill()
    writer.communicate()
    assert json.loads(file.read_text())["number"] >= acknowledged


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "core.json"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    sizes = {len(file.read_bytes()) // 1000 for _ in range(500)}
    writer.kill()
    writer.communicate()
    assert sizes == {50}


def test_a_failed_write_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "core.json"
    target.mkdir()  # a directory cannot be replaced by a file
    with pytest.raises(OSError):
        write_atomically(target, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["core.json"]


def test_the_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_atomically(tmp_path / "secret", b"x")
    finally:
        os.umask(before)
    modes = {0o600} if os.name != "nt" else {0o666}
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) in modes
