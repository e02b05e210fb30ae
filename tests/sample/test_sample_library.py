"""The sample library is the same each time, what is in it is what its names say, and Core takes and reads all of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess

from sample import filling, library, studio
from sample.library import Planned

SECONDS = 60
FOLDER = Path(__file__).resolve().parent
USED = ("portrait", "paper", "sound")


def one_of_each() -> list[Planned]:
    found = {(each.makes, Path(each.filename).suffix, each.made_by): each for each in library.planned()}
    return list(found.values())


def few() -> list[Planned]:
    """Enough for all that is said about files: one of each, and those that facts, the trash and this test name."""
    others = [
        each
        for each in library.planned()
        if each.filename in ("scan_0003.jpg", "scan_0007.jpg", "mira_v2.safetensors")
        or (each.number == 0 and set(each.of) & {"mira", "tarn", "ysolde", "heron"} and each.makes in USED)
    ]
    return list(dict.fromkeys([*others, *one_of_each()]))


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    core = CoreProcess(tmp_path_factory.mktemp("sample") / "home")
    filling.Filling(core.url, core.token).fill(lambda *_: None, few())
    yield core
    core.kill()


def test_there_are_about_three_hundred_files_with_names_of_their_own() -> None:
    names = Counter(each.filename for each in library.planned())
    assert 250 < len(names) < 350
    assert names.most_common(1)[0][1] == 1


@pytest.mark.parametrize("planned", one_of_each(), ids=lambda each: each.filename)
def test_a_file_is_the_same_each_time_and_small(planned: Planned) -> None:
    made = studio.make(planned)
    assert made == studio.make(planned)
    assert 100 < len(made) < 1_500_000


def test_core_reads_every_file(core: CoreProcess) -> None:
    end = time.monotonic() + 5 * SECONDS
    while core.client.get("/v1/system/info").json()["counts"]["unread_files"]:
        assert time.monotonic() < end, "not all files were read"
        time.sleep(0.1)
    found = {each["filename"]: each for each in assets(core)}
    assert found["mira_v2.safetensors"]["extracted_metadata"]["safetensors"]["rank"] == 16
    assert found["mira - portrait.jpg"]["media"]["taken_at"]
    readings = [each["extracted_metadata"].get("generation", {}) for each in found.values()]
    assert {each["source"] for each in readings if each} == {"a1111", "comfyui"}
    assert all(each["media"]["duration_s"] > 2 for each in found.values() if each["kind"] == "audio.clip")
    assert found["mira - notes for artists.pdf"]["media"]["pages"] == 2


def assets(core: CoreProcess) -> list[dict[str, Any]]:
    return core.client.get("/v1/assets?limit=500").json()["items"]


def test_the_trash_the_history_and_the_access_have_something_to_show(core: CoreProcess) -> None:
    def total(path: str) -> int:
        return core.client.get(f"/v1/{path}&include_total=true").json()["total"]

    assert total("entities?deleted=only") == 2
    assert total("assets?deleted=only") == 2
    assert total("tokens?limit=1") == 2
    actors = {each["actor"] for each in core.client.get("/v1/changesets?limit=500").json()["items"]}
    assert len(actors) >= 2


def test_a_library_that_is_not_empty_is_only_served(core: CoreProcess, tmp_path: Path) -> None:
    core.signal(signal.SIGINT)
    core.wait()
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}"\n')
    browser.chmod(0o700)
    words = [sys.executable, str(FOLDER), "--home", str(core.home.root), "--port", "0", "--open"]
    environment = {**os.environ, "BROWSER": f"{browser} %s"}
    with (tmp_path / "output").open("w+") as output:
        started = subprocess.Popen(words, stdout=output, env=environment, start_new_session=True)
        try:
            end = time.monotonic() + SECONDS
            while not (opened.exists() and opened.read_text()):
                assert time.monotonic() < end, Path(output.name).read_text()
                time.sleep(0.05)
        finally:
            os.killpg(started.pid, signal.SIGINT)
        assert started.wait(SECONDS) == 0
        assert "Drawing" not in Path(output.name).read_text()
    address, code = opened.read_text().split("/sign-in/")
    assert address == core.home.read_ports()["url"]
    assert len(code) > 30
