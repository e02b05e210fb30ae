"""Programs that people download with: what was cut goes on where it stopped, and ends with the same hash."""

from __future__ import annotations

import random
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from core_process import CoreProcess
from foreign import SECONDS, run

SIZE = 24 * 2**20
PROXIES = {"no_proxy": "*"}


class Stored(NamedTuple):
    """A large file in Core: where it is, how to be let in, and the hash of the local copy."""

    address: str
    signed: str
    bearer: str
    sha256: str


@pytest.fixture(scope="module")
def stored(core: CoreProcess) -> Stored:
    content = random.Random(2).randbytes(SIZE)
    asked = {"filename": "model.safetensors"}
    made = core.client.put("/v1/assets/upload", content=content, params=asked).raise_for_status().json()
    place = f"/v1/assets/{made['asset_id']}"
    signed = core.client.post(f"{place}/signed-url").raise_for_status().json()["url"]
    digest = sha256(content).hexdigest()
    assert made["content_hash"] == digest
    return Stored(f"{core.url}{place}/download", signed, f"Authorization: Bearer {core.token}", digest)


def cut(folder: Path, *words: str) -> None:
    """Starts a download and kills it when some of the file is there."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        end = time.monotonic() + SECONDS
        while not (got := folder / "got").exists() or got.stat().st_size < 100_000:
            assert program.poll() is None, f"{words[0]} ended before it was cut"
            assert time.monotonic() < end
            time.sleep(0.02)
        program.kill()


def digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


SLOW = {
    "curl": ("--limit-rate", "2M"),
    "wget": ("--limit-rate=2M",),
    "aria2c": ("--max-overall-download-limit=2M", "--file-allocation=none", "--disk-cache=0"),
}
RESUMED = {
    "curl": ("curl", "--silent", "--fail", "--continue-at", "-", "--output", "got", "--header"),
    "wget": ("wget", "--quiet", "--continue", "--output-document=got", "--header"),
    "aria2c": ("aria2c", "--quiet", "--continue", "--max-connection-per-server=8", "--split=8",
               "--min-split-size=1M", "--out=got", "--header"),
}  # fmt: skip


@pytest.mark.parametrize(
    "program", [pytest.param(each, marks=pytest.mark.needs(each)) for each in RESUMED], ids=list(RESUMED)
)
@pytest.mark.parametrize("by", ["token", "signature"])
def test_it_goes_on_where_it_was_cut(stored: Stored, tmp_path: Path, program: str, by: str) -> None:
    tail = (stored.bearer, stored.address) if by == "token" else ("X-Nothing: 1", stored.signed)
    command, *words = (*RESUMED[program], *tail)
    cut(tmp_path, command, *SLOW[program], *words)
    assert digest(tmp_path / "got") != stored.sha256
    run(tmp_path, command, *words, **PROXIES)
    assert digest(tmp_path / "got") == stored.sha256


@pytest.mark.needs("aria2c")
def test_aria2_takes_it_over_eight_connections(core: CoreProcess, stored: Stored, tmp_path: Path) -> None:
    words = [*RESUMED["aria2c"], stored.bearer, stored.address, "--log=log", "--log-level=info"]
    run(tmp_path, *words, **PROXIES)
    assert digest(tmp_path / "got") == stored.sha256
    log = (tmp_path / "log").read_text()
    assert len({line for line in log.splitlines() if line.startswith("Range: bytes=")}) >= 7


@pytest.mark.needs("rclone")
@pytest.mark.parametrize("by", ["token", "signature"])
def test_rclone_copies_it(stored: Stored, tmp_path: Path, by: str) -> None:
    let_in = ("--header", stored.bearer, stored.address) if by == "token" else (stored.signed,)
    rclone = ("rclone", "--config", "", "--quiet")
    run(tmp_path, *rclone, "copyurl", "--auto-filename", "--header-filename", *let_in, ".", **PROXIES)
    printed = run(tmp_path, *rclone, "hashsum", "SHA256", "model.safetensors")
    assert printed.split() == [stored.sha256, "model.safetensors"]
