"""The data directory is where the system keeps such data, complete after a start, and held by one Core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faceforge_storage.errors import CannotStart
from faceforge_storage.home.home import Home, default_root, open_home
from faceforge_storage.home.lock import HomeLock

USER = Path.home()


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"FACEFORGE_HOME": "/data/ff", "XDG_DATA_HOME": "/xdg"}, "linux", Path("/data/ff")),
        ({"FACEFORGE_HOME": "~/ff"}, "linux", USER / "ff"),
        ({"FACEFORGE_HOME": ""}, "linux", USER / ".local/share/faceforge"),
        ({"XDG_DATA_HOME": "/xdg"}, "linux", Path("/xdg/faceforge")),
        ({"XDG_DATA_HOME": "relative"}, "linux", USER / ".local/share/faceforge"),
        ({}, "linux", USER / ".local/share/faceforge"),
        ({}, "darwin", USER / "Library/Application Support/FaceForge"),
        ({"LOCALAPPDATA": "/Users/ann/AppData/Local"}, "win32", Path("/Users/ann/AppData/Local/FaceForge")),
        ({}, "win32", USER / "AppData/Local/FaceForge"),
    ],
)
def test_each_system_has_its_place(environ: dict[str, str], platform: str, expected: Path) -> None:
    assert default_root(environ, platform) == expected


def test_a_start_makes_the_whole_layout(tmp_path: Path) -> None:
    home, _ = open_home(tmp_path / "deep" / "home")
    for name in ("db", "s3/seaweedfs", "logs", "tmp", "config", "tools", "plugins"):
        assert (home.root / name).is_dir(), name
    assert (home.root / "config/core.json").is_file()


def test_paths_may_lead_elsewhere_absolute_or_relative(tmp_path: Path) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    paths = {"db_dir": str(tmp_path / "fast"), "assets_dir": "../big"}
    (config / "core.json").write_text(json.dumps({"paths": paths}))
    home, _ = open_home(tmp_path / "home")
    assert home.database_file == tmp_path / "fast" / "core.sqlite3"
    assert home.assets_dir == home.root / "../big"
    assert not (tmp_path / "big").exists(), "it may be on a disk that is away"
    assert (tmp_path / "fast").is_dir()
    assert not (home.root / "db").exists()


def test_a_relative_home_does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_home(Path("here"))[0].root == tmp_path / "here"


def test_an_impossible_place_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotStart, match="cannot be made or used") as refused:
        open_home(tmp_path / "file" / "home")
    assert str(tmp_path / "file") in refused.value.detail
    assert "--home" in refused.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_damaged_ports_file_counts_as_none(home: Home, text: str) -> None:
    home.write_ports({"core_port": 1})
    assert home.read_ports() == {"core_port": 1}
    home.ports_file.write_text(text)
    assert home.read_ports() == {}


def test_a_second_holder_is_refused_by_name_of_the_home(home: Home) -> None:
    with HomeLock(home), pytest.raises(CannotStart) as refused, HomeLock(home):
        pass
    assert str(home.root) in refused.value.detail
    with HomeLock(home):
        pass


HOLDER = """
import sys, time
from pathlib import Path
from faceforge_storage.home.home import open_home
from faceforge_storage.home.lock import HomeLock
with HomeLock(open_home(Path(sys.argv[1]))[0]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_holds_no_longer(home: Home) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(CannotStart), HomeLock(home):
        pass
    holder.kill()
    holder.communicate()
    with HomeLock(home):
        assert os.getpid() != holder.pid
