"""A Core that is killed while it reads files reads the rest at its next start."""

from __future__ import annotations

import io
from pathlib import Path

from core_process import CoreProcess, run
from PIL import Image
from stored import put, rows, unread, wait_until_read

FILES = 60
SECONDS = 60


def picture(width: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 700), "teal").save(file, "PNG")
    return file.getvalue()


def test_what_was_not_read_when_it_was_killed_is_read_at_the_next_start(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    for width in range(1, FILES + 1):
        put(core.client, picture(width), f"{width}.png").raise_for_status()
    core.kill()
    assert rows(core.home, "SELECT count(*) FROM pending_contents") != [(0,)], (
        "all was read before it was killed, so it proves nothing"
    )
    core = CoreProcess(tmp_path / "home")
    try:
        wait_until_read(core.client)
        items = core.client.get("/v1/assets?limit=500").json()["items"]
        assert {each["filename"]: each["media"]["width"] for each in items} == {
            f"{width}.png": width for width in range(1, FILES + 1)
        }
        assert {each["state"] for item in items for each in item["readings"]} == {"done"}
    finally:
        core.kill()


def test_a_command_has_files_read_again_and_waits_for_it(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    try:
        made = put(core.client, picture(5), "five.png").json()
        wait_until_read(core.client)
        done = run("reread", "--wait", home=core.home.root)
        assert (done.returncode, unread(core.client)) == (0, 0), done.stderr
        assert "All files are read." in done.stderr
        one = run("reread", made["asset_id"], home=core.home.root)
        assert one.returncode == 0, one.stderr
        unknown = run("reread", "0" * 64, home=core.home.root)
        assert unknown.returncode == 1
        assert "There is no record" in unknown.stderr
    finally:
        core.kill()
