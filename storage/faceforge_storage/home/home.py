"""The data directory: where it is, its folders and files, and how it is made."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faceforge_storage.errors import CannotStart
from faceforge_storage.home.atomic import FULL, overwrite_json, write_json
from faceforge_storage.home.settings import Paths, Settings, load_settings

log = logging.getLogger("faceforge.home")


@dataclass(frozen=True)
class Home:
    """The directories of one installation. `root` is absolute; `config/`, `tmp/` and `cache/` cannot be moved."""

    root: Path
    paths: Paths = field(default_factory=Paths)

    @property
    def config_dir(self) -> Path:
        return self.root / "config"

    @property
    def settings_file(self) -> Path:
        return self.config_dir / "core.json"

    @property
    def tmp_dir(self) -> Path:
        return self.root / "tmp"

    @property
    def tools_dir(self) -> Path:
        return self.root / "tools"

    @property
    def db_dir(self) -> Path:
        return self.root / self.paths.db_dir

    @property
    def assets_dir(self) -> Path:
        return self.root / self.paths.assets_dir

    @property
    def s3_dir(self) -> Path:
        return self.root / self.paths.s3_dir

    @property
    def logs_dir(self) -> Path:
        return self.root / self.paths.logs_dir

    @property
    def plugins_dir(self) -> Path:
        return self.root / self.paths.plugins_dir

    @property
    def cache_dir(self) -> Path:
        """What can be made again at any time."""
        return self.root / "cache"

    @property
    def thumbnails_dir(self) -> Path:
        return self.cache_dir / "thumbnails"

    @property
    def backups_dir(self) -> Path:
        return self.db_dir / "backups"

    @property
    def database_file(self) -> Path:
        return self.db_dir / "core.sqlite3"

    @property
    def ports_file(self) -> Path:
        return self.config_dir / "ports.json"

    def directories(self) -> list[Path]:
        """Those that a start makes, parents first; not `assets_dir`, which may be on a disk that is away."""
        moved = [self.db_dir, self.s3_dir, self.logs_dir, self.plugins_dir]
        return [
            self.root,
            self.config_dir,
            self.tmp_dir,
            self.tools_dir,
            self.cache_dir,
            *moved,
            self.backups_dir,
        ]

    def check_ports_file(self) -> None:
        """Raises CannotStart when no Core could say where it runs."""
        if self.ports_file.is_dir():
            raise CannotStart(
                f"{self.ports_file} is a directory.",
                "Move it away: Core writes a file of this name, so that other programs find it.",
            )

    def write_ports(self, ports: Mapping[str, Any]) -> None:
        """Records where Core listens now, for other programs of this machine; on a full disk over what stands there.

        Core serves also when it cannot be recorded; the log says so then.
        """
        try:
            try:
                write_json(self.ports_file, dict(ports))
            except OSError as fault:
                if fault.errno not in FULL:
                    raise
                overwrite_json(self.ports_file, dict(ports))
        except OSError as fault:
            log.warning(
                "%s cannot be written: %s. Other programs cannot find this Core by it.",
                self.ports_file,
                fault.strerror,
            )

    def read_ports(self) -> dict[str, Any]:
        """What `write_ports` wrote last; empty when Core never ran here or the file is damaged."""
        try:
            ports = json.loads(self.ports_file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return ports if isinstance(ports, dict) else {}


def open_home(path: Path | None = None, *, new: bool = True) -> tuple[Home, Settings]:
    """The home at `path` (or where this system keeps it) and its settings; makes what is missing.

    Raises CannotStart when the directory cannot be made or the settings cannot be used; unless a `new` home will do,
    also when there is none.
    """
    bare = Home(_chosen_root(path))
    if not new and not bare.settings_file.is_file():
        raise CannotStart(
            f"There is no FaceForge data directory at {bare.root}.",
            "Name the right one with --home or FACEFORGE_HOME; the first start of FaceForge makes a new one.",
        )
    _make([bare.root, bare.config_dir])
    settings = load_settings(bare.settings_file)
    home = Home(bare.root, settings.paths)
    _make(home.directories())
    return home, settings


def _chosen_root(path: Path | None) -> Path:
    try:
        root = (path.expanduser() if path else default_root()).absolute()
        str(root).encode()
    except (OSError, RuntimeError, ValueError) as fault:
        reason = "its name is not Unicode" if isinstance(fault, UnicodeError) else fault
        raise CannotStart(
            f"The data directory {str(path or 'of this user')!a} cannot be used: {reason}",
            "Choose another with --home or FACEFORGE_HOME.",
        ) from None
    return root


def default_root(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """FACEFORGE_HOME, else the place for application data of this system; never the working directory."""
    if chosen := environ.get("FACEFORGE_HOME"):
        return Path(chosen).expanduser()
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "FaceForge"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "FaceForge"
    # The XDG specification says that a relative XDG_DATA_HOME is to be ignored.
    data = Path(environ.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else Path.home() / ".local" / "share") / "faceforge"


def _make(directories: list[Path]) -> None:
    """Makes them readable by their owner only; a `config/` that others could read is closed to them."""
    for directory in directories:
        try:
            directory.parent.mkdir(parents=True, exist_ok=True)
            directory.mkdir(mode=0o700, exist_ok=True)
            if os.name != "nt" and directory.name == "config" and directory.stat().st_mode & 0o077:
                directory.chmod(0o700)
        except OSError as fault:
            raise CannotStart(
                f"The directory {directory} cannot be made or used: {fault.strerror}",
                "Choose another data directory with --home or FACEFORGE_HOME, or mend its permissions.",
            ) from None
