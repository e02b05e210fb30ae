"""After a purge no byte of what was erased is left in the files of a real Core, nor in a backup made since."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess, run
from PIL import ExifTags, Image
from stored import put, wait_until_read

WORD = "nobody-may-know"


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path / "home")
    yield started
    started.kill()


def test_a_purge_leaves_no_byte_of_an_entity_and_an_asset(core: CoreProcess, tmp_path: Path) -> None:
    entity, asset = write_everywhere(core)
    assert holding(core.home.db_dir)
    assert any(core.home.cache_dir.rglob("*.webp"))
    for path in (f"/v1/entities/{entity}", f"/v1/assets/{asset}"):
        core.client.delete(path).raise_for_status()
        core.client.post(f"{path}/purge").raise_for_status()
    assert holding(core.home.db_dir) == []
    assert not any(core.home.cache_dir.rglob("*.webp"))
    copy = tmp_path / "copy" / "core.sqlite3"
    done = run("backup", "--to", str(copy), home=core.home.root)
    assert done.returncode == 0, done.stderr
    assert holding(copy.parent) == []


def write_everywhere(core: CoreProcess) -> tuple[str, str]:
    """(entity, asset) that have the word wherever a user can write it, between records that have not."""

    def post(path: str, status: int = 201, **values: Any) -> Any:
        key = {"Idempotency-Key": f"{path}-{values.get('display_name')}"}
        answer = core.client.post(f"/v1{path}", json=values, headers=key)
        assert answer.status_code == status, answer.text
        return answer.json()

    others = [post("/entities", display_name=f"Other {number}")["entity_id"] for number in range(100)]
    entity = post(
        "/entities",
        display_name=WORD,
        aliases=[WORD],
        tags=[WORD],
        fields={"word": WORD * 500},
        external_ids=[{"namespace": "x", "value": WORD}],
        plugin_data={"x": {"word": WORD}},
    )["entity_id"]
    asset = put(core.client, a_picture_that_says(WORD), f"{WORD}.jpg").raise_for_status().json()["asset_id"]
    wait_until_read(core.client)
    core.client.patch(
        f"/v1/assets/{asset}", json={"tags": [WORD], "user_metadata": {"word": WORD}}
    ).raise_for_status()
    post(f"/entities/{entity}/assets/{asset}/link", 200, role=WORD)
    ends = {"src_entity_id": entity, "dst_entity_id": others[0], "relationship_type": "friend"}
    post("/relationships", **ends, source=WORD, fields={"word": WORD})
    fact = post(f"/entities/{entity}/descriptors", field_key="k", value=WORD, note=WORD)
    core.client.delete(f"/v1/descriptors/{fact['descriptor_id']}").raise_for_status()
    core.client.patch(f"/v1/entities/{entity}", json={"display_name": f"{WORD} again"}).raise_for_status()
    for number, other in enumerate(others):
        core.client.patch(
            f"/v1/entities/{other}", json={"display_name": f"Changed {number}"}
        ).raise_for_status()
    return entity, asset


def a_picture_that_says(word: str) -> bytes:
    """A JPEG with a word in its metadata."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = word
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=exif, comment=word.encode())
    return file.getvalue()


def holding(directory: Path) -> list[str]:
    """The files that hold the word."""
    files = [file for file in directory.rglob("*") if file.is_file()]
    return [file.name for file in files if WORD.encode() in file.read_bytes()]
