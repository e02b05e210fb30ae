"""Uploads in pieces that are cut go on where they stopped: connections, writers, kills, power and disks (D10)."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from core_process import CoreProcess
from doomed_core import dying
from dying_core import ARMED
from stored import assert_all_is_whole, digest, staged, until
from tus_by_hand import TUS, CuttingProxy, begin, made_of, offset_of, patch, under_way
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

MIB = 1024 * 1024
CUTS = 200


@pytest.fixture
def own(tmp_path: Path) -> Iterator[list[CoreProcess]]:
    """A Core that the test may end and start again: the last of the list runs."""
    running = [CoreProcess(tmp_path / "own")]
    yield running
    running[-1].kill()


def restarted(running: list[CoreProcess]) -> CoreProcess:
    """The Core after a `kill -9` and a new start."""
    running[-1].kill()
    running.append(CoreProcess(running[-1].home.root))
    return running[-1]


def test_a_stock_client_whose_connections_break_at_200_random_bytes_ends_with_the_same_hash(
    standing: CoreProcess,
) -> None:
    content = random.Random(1).randbytes(24 * MIB)
    proxy = CuttingProxy(standing, CUTS, most_bytes=200_000)
    known = {"Authorization": f"Bearer {standing.token}", "Host": proxy.target}
    way = f"http://127.0.0.1:{proxy.port}"
    client = tus.TusClient(f"{way}/v1/uploads", headers=known)
    place = begin(standing.client, len(content), filename="cut.bin")
    breaks = 0
    for _ in range(20 * CUTS):
        try:
            client.uploader(file_stream=BytesIO(content), url=f"{way}{place}").upload()
            break
        except (TusUploadFailed, TusCommunicationError):
            breaks += 1
    proxy.close()
    assert proxy.cuts == 0
    assert breaks >= CUTS
    state = standing.client.get(place).json()
    assert (state["offset_bytes"], state["duplicate"]) == (len(content), False)
    asset = standing.client.get(f"/v1/assets/{state['asset_id']}").json()
    assert (asset["filename"], asset["content_hash"]) == ("cut.bin", digest(content))
    download = standing.client.get(f"/v1/assets/{state['asset_id']}/download").content
    assert digest(download) == digest(content)
    assert staged(standing.home) == []


def test_what_came_of_a_request_that_broke_counts(standing: CoreProcess) -> None:
    content = random.Random(3).randbytes(2 * MIB)
    place = begin(standing.client, len(content), filename="broken.bin")
    with under_way(standing, place, 0, len(content), content[: MIB + 5]):
        pass
    until(lambda: offset_of(standing.client, place) == MIB + 5)
    made = until_free(standing, place, MIB + 5, content[MIB + 5 :])
    assert made_of(standing, made)["content_hash"] == digest(content)


def until_free(core: CoreProcess, place: str, offset: int, content: bytes) -> Any:
    """The answer to a PATCH once the one before has let go."""
    while (answer := patch(core.client, place, offset, content)).status_code == 423:
        time.sleep(0.02)
    return answer


def test_of_a_broken_request_with_a_checksum_nothing_counts(own: list[CoreProcess]) -> None:
    core = own[-1]
    place = begin(core.client, 2 * MIB, filename="checked.bin")
    assert patch(core.client, place, 0, b"x" * 100).status_code == 204
    checked = {"Upload-Checksum": "sha256 " + base64.b64encode(hashlib.sha256(b"").digest()).decode()}
    wrong = patch(core.client, place, 100, b"y" * (2 * MIB - 100), **checked)
    assert (wrong.status_code, offset_of(core.client, place)) == (460, 100)
    size = (core.home.tmp_dir / staged(core.home)[0]).stat().st_size
    assert size == 100


def test_of_two_writers_one_is_told_to_wait(standing: CoreProcess) -> None:
    content = random.Random(4).randbytes(2 * MIB)
    place = begin(standing.client, len(content), filename="two.bin")
    with under_way(standing, place, 0, len(content), content[: MIB + 1]) as connection:
        until(lambda: offset_of(standing.client, place) >= MIB)
        second = patch(standing.client, place, offset_of(standing.client, place), b"x")
        assert (second.status_code, second.json()["code"]) == (423, "upload_locked")
        assert standing.client.delete(place, headers=TUS).status_code == 423
        connection.sendall(content[MIB + 1 :])
        assert b" 204 " in connection.recv(1000)
    found = standing.client.get(place).json()
    assert standing.client.get(f"/v1/assets/{found['asset_id']}").json()["content_hash"] == digest(content)


def test_an_upload_survives_kill_9_in_the_middle_of_a_request(own: list[CoreProcess]) -> None:
    content = random.Random(5).randbytes(5 * MIB)
    place = begin(own[-1].client, len(content), filename="killed.bin", sha256=digest(content))
    assert patch(own[-1].client, place, 0, content[:MIB]).status_code == 204
    with under_way(own[-1], place, MIB, 4 * MIB, content[MIB : 3 * MIB]):
        until(lambda: offset_of(own[-1].client, place) >= 2 * MIB)
        core = restarted(own)
    there = offset_of(core.client, place)
    assert there >= MIB
    assert there == (core.home.tmp_dir / staged(core.home)[0]).stat().st_size
    assert made_of(core, patch(core.client, place, there, content[there:]))["content_hash"] == digest(content)
    assert_all_is_whole(core.client, core.home)


def test_an_asset_that_a_kill_kept_from_being_made_is_made_when_the_client_asks(
    own: list[CoreProcess],
) -> None:
    content = b"whole but for its end"
    place = begin(own[-1].client, len(content), filename="nearly.bin")
    assert patch(own[-1].client, place, 0, content[:-1]).status_code == 204
    [part] = staged(own[-1].home)
    with (own[-1].home.tmp_dir / part).open("ab") as file:
        file.write(content[-1:])
    core = restarted(own)
    found = core.client.head(place, headers=TUS)
    assert (found.status_code, found.headers["upload-offset"]) == (200, str(len(content)))
    asset = core.client.get(f"/v1/assets/{found.headers['x-faceforge-asset-id']}").json()
    assert asset["content_hash"] == digest(content)


@pytest.mark.parametrize(
    "moment", ["after the sync", "after publishing", "in the transaction", "after the commit"]
)
def test_a_kill_while_the_asset_is_made_leaves_an_upload_that_can_be_finished(
    tmp_path: Path, moment: str
) -> None:
    content = random.Random(6).randbytes(MIB)
    core = dying(moment)(tmp_path / "home")
    place = begin(core.client, len(content), filename="doomed.bin")
    assert patch(core.client, place, 0, content[:1000]).status_code == 204
    (core.home.root / ARMED).touch()
    with suppress(httpx.TransportError):
        patch(core.client, place, 1000, content[1000:])
    core.wait()
    core.kill()
    again = CoreProcess(tmp_path / "home")
    there = offset_of(again.client, place)
    if there < len(content):
        assert patch(again.client, place, there, content[there:]).status_code == 204
    asset = again.client.get(place).json()["asset_id"]
    assert [each["asset_id"] for each in assert_all_is_whole(again.client, again.home)] == [asset]
    assert again.client.get(f"/v1/assets/{asset}").json()["content_hash"] == digest(content)
    again.kill()


def test_bytes_behind_those_that_are_noted_do_not_count_after_a_power_cut(own: list[CoreProcess]) -> None:
    place = begin(own[-1].client, 100, filename="power.bin")
    assert patch(own[-1].client, place, 0, b"x" * 40).status_code == 204
    own[-1].kill()
    [part] = staged(own[-1].home)
    with (own[-1].home.tmp_dir / part).open("ab") as file:
        file.write(b"\0" * 20)
    own.append(AfterAPowerCut(own[-1].home.root))
    assert offset_of(own[-1].client, place) == 40
    made = made_of(own[-1], patch(own[-1].client, place, 40, b"y" * 60))
    assert made["content_hash"] == digest(b"x" * 40 + b"y" * 60)


class AfterAPowerCut(CoreProcess):
    """Core in another run of the machine."""

    command = [  # noqa: RUF012  # read only
        CoreProcess.command[0],
        "-c",
        "import faceforge_storage.objects.disk as disk\ndisk.boot_id = lambda: 'another'\n"
        "from faceforge_server.cli import main\nmain()",
    ]


def test_a_disk_without_room_is_told_before_a_byte_and_loses_nothing(own: list[CoreProcess]) -> None:
    home = own[-1].home.root
    place = begin(own[-1].client, 10, filename="late.bin")
    assert patch(own[-1].client, place, 0, b"12345").status_code == 204
    own[-1].kill()
    file = home / "config" / "core.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, "limits": {"disk_reserve_bytes": 1 << 60}}))
    own.append(CoreProcess(home))
    full = own[-1].client.post("/v1/uploads", headers={**TUS, "Upload-Length": "10"})
    assert (full.status_code, full.json()["code"]) == (507, "no_space")
    assert patch(own[-1].client, place, 5, b"67890").status_code == 507
    assert offset_of(own[-1].client, place) == 5
    own[-1].kill()
    file.write_text(json.dumps(settings))
    own.append(CoreProcess(home))
    assert made_of(own[-1], patch(own[-1].client, place, 5, b"67890"))["content_hash"] == digest(
        b"1234567890"
    )
