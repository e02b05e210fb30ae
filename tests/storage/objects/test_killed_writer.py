"""A writer killed at any moment leaves a whole object or none; staging is swept (D1, below the database)."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging

WRITER = """
import os, signal, sys
from pathlib import Path
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging
from faceforge_storage.objects import disk

home, moment = Path(sys.argv[1]), sys.argv[2]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

staging, provider = Staging(home / "tmp"), FilesystemProvider(home / "assets")
provider.sweep()
file = staging.begin()
file.write(b"x" * 100_000)
if moment == "in the stream":
    die()
file.write(b"y" * 100_000)
if moment == "before fsync":
    disk.os.fsync = die
staged = file.finish()
if moment == "staged":
    die()
if moment == "before rename":
    Path.replace = die
if moment == "after rename":
    replace = Path.replace
    Path.replace = lambda *names: die(replace(*names))
stored = provider.publish([staged])[0]
print(stored.sha256, flush=True)
if moment == "published":
    die()
"""
WHOLE = hashlib.sha256(b"x" * 100_000 + b"y" * 100_000).hexdigest()


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("in the stream", 0),
        ("before fsync", 0),
        ("staged", 0),
        ("before rename", 0),
        ("after rename", 1),
        ("published", 1),
    ],
)
def test_a_kill_leaves_a_whole_object_or_none(tmp_path: Path, moment: str, kept: int) -> None:
    staging, provider = Staging(tmp_path / "tmp"), FilesystemProvider(tmp_path / "assets")
    staging.sweep()
    writer = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), moment],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert writer.returncode == -signal.SIGKILL, writer.stderr.decode()
    staging.sweep()
    provider.sweep()
    objects = list(provider.list())
    assert len(objects) == kept
    assert list((tmp_path / "tmp").iterdir()) == []
    for stored in objects:
        assert stored.sha256 == WHOLE
        assert hashlib.sha256(provider.path(stored).read_bytes()).hexdigest() == WHOLE
    if moment == "published":
        assert writer.stdout.decode().strip() == WHOLE
