"""Uploads in pieces to a real Core (D10): what was cut goes on where it stopped, by clients that others wrote, too."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from core_process import CoreProcess
from stored import assert_all_is_whole, digest, objects, put, rows, staged, until
from tus_by_hand import BYTES, TUS, CuttingProxy, begin, metadata, offset_of, patch, under_way
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

MIB = 1024 * 1024
CUTS = 200


def made_of(core: CoreProcess, answer: Any) -> Any:
    """The asset that an answer names."""
    assert answer.status_code in (201, 204), answer.text
    return core.client.get(f"/v1/assets/{answer.headers['x-faceforge-asset-id']}").raise_for_status().json()


def bounded(home: Path, **limits: Any) -> CoreProcess:
    """Core on a home with other limits."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "core.json").write_text(json.dumps({"limits": limits}))
    return CoreProcess(home)


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


@pytest.mark.parametrize("checked", [False, True])
def test_a_stock_client_sends_a_file_in_chunks(standing: CoreProcess, checked: bool) -> None:
    content = random.Random(2 + checked).randbytes(3 * MIB + 17)
    client = tus.TusClient(
        f"{standing.url}/v1/uploads", headers={"Authorization": f"Bearer {standing.token}"}
    )
    told = {"filename": "film.bin", "kind": "video.take", "filetype": "video/mp4", "tag": "a,b"}
    uploader = client.uploader(
        file_stream=BytesIO(content), chunk_size=MIB, metadata=told, upload_checksum=checked
    )
    uploader.upload()
    found = standing.client.get(uploader.url).json()
    asset = standing.client.get(f"/v1/assets/{found['asset_id']}").json()
    assert (asset["kind"], asset["tags"], asset["content_hash"]) == (
        "video.take",
        ["a", "b"],
        digest(content),
    )


def test_what_is_spoken_is_told_to_whoever_asks(standing: CoreProcess) -> None:
    told = standing.client.options("/v1/uploads", headers={"Authorization": ""})
    assert told.status_code == 204
    assert told.headers["tus-version"] == told.headers["tus-resumable"] == "1.0.0"
    assert told.headers["tus-extension"].split(",") == [
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
        "checksum",
    ]
    assert "sha256" in told.headers["tus-checksum-algorithm"]
    other = standing.client.post("/v1/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (other.status_code, other.headers["tus-version"]) == (412, "1.0.0")
    unknown = standing.client.head("/v1/uploads/none", headers={**TUS, "Authorization": "Bearer no"})
    assert (unknown.status_code, unknown.headers["tus-resumable"]) == (401, "1.0.0")


def test_the_headers_say_where_an_upload_stands(standing: CoreProcess) -> None:
    place = begin(standing.client, 10, filename="ten.bin")
    first = patch(standing.client, place, 0, b"12345")
    assert (first.status_code, first.headers["upload-offset"]) == (204, "5")
    assert first.headers["upload-expires"].endswith(" GMT")
    found = standing.client.head(place, headers=TUS)
    assert (found.headers["upload-offset"], found.headers["upload-length"]) == ("5", "10")
    assert found.headers["upload-metadata"] == metadata(filename="ten.bin")
    assert found.headers["cache-control"] == "no-store"
    asset = made_of(standing, patch(standing.client, place, 5, b"67890"))
    assert asset["content_hash"] == digest(b"1234567890")
    again = patch(standing.client, place, 10, b"")
    assert (again.status_code, again.headers["x-faceforge-asset-id"]) == (204, asset["asset_id"])


@pytest.mark.parametrize(
    ("headers", "content", "status", "code"),
    [
        ({"Upload-Offset": "0"}, b"1234", 409, "offset_mismatch"),
        ({"Upload-Offset": "7"}, b"123", 409, "offset_mismatch"),
        ({"Upload-Offset": "5"}, b"123456", 413, "payload_too_large"),
        ({"Upload-Offset": "five"}, b"1", 400, "bad_request"),
        ({"Upload-Offset": "5", "Content-Type": "text/plain"}, b"1", 415, "unsupported_media_type"),
        ({"Upload-Offset": "5", "Upload-Checksum": "crc32 AAAA"}, b"1", 400, "bad_request"),
        ({"Upload-Offset": "5", "Upload-Checksum": "sha256 AAAA"}, b"1", 400, "bad_request"),
        (
            {"Upload-Offset": "5", "Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="},
            b"1",
            460,
            "checksum_mismatch",
        ),
    ],
)
def test_a_wrong_request_is_refused_and_changes_nothing(
    standing: CoreProcess, headers: dict[str, str], content: bytes, status: int, code: str
) -> None:
    place = begin(standing.client, 10, filename="ten.bin")
    assert patch(standing.client, place, 0, b"12345").status_code == 204
    answer = standing.client.patch(place, headers={**BYTES, **headers}, content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert offset_of(standing.client, place) == 5
    assert standing.client.delete(place, headers=TUS).status_code == 204
    assert standing.client.head(place, headers=TUS).status_code == 404


def test_a_right_checksum_is_taken(standing: CoreProcess) -> None:
    place = begin(standing.client, 6)
    right = base64.b64encode(hashlib.sha256(b"piece!").digest()).decode()
    made = made_of(
        standing, patch(standing.client, place, 0, b"piece!", **{"Upload-Checksum": f"sha256 {right}"})
    )
    assert made["content_hash"] == digest(b"piece!")


@pytest.mark.parametrize(
    ("length", "fields", "status", "code", "pointer"),
    [
        (5, {"entity_id": "0" * 64}, 422, "unknown_reference", "/upload-metadata/entity_id/0"),
        (5, {"colour": "red"}, 422, "invalid_input", "/upload-metadata/colour"),
        (5, {"kind": "No Kind"}, 422, "invalid_input", "/upload-metadata/kind"),
        (5, {"meta": "[]"}, 422, "invalid_sidecar", "/upload-metadata/meta"),
        (5, {"size_bytes": "6"}, 422, "size_mismatch", "/upload-metadata/size_bytes"),
        (5, {"sha256": "xyz"}, 422, "invalid_input", "/upload-metadata/sha256"),
    ],
)
def test_what_would_be_refused_is_refused_before_a_byte_travels(
    standing: CoreProcess, length: int, fields: dict[str, str], status: int, code: str, pointer: str
) -> None:
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(**fields)}
    answer = standing.client.post("/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [(each["pointer"], each["in"]) for each in answer.json()["errors"]] == [(pointer, "header")]
    assert rows(
        standing.home, "SELECT count(*) FROM uploads WHERE asset_id IS NULL AND expires_at > '9'"
    ) == [(0,)]


def test_bytes_that_are_known_need_not_travel(standing: CoreProcess) -> None:
    content = b"known to all" * 1000
    first = put(standing.client, content, "first.bin").json()
    entity = standing.client.post("/v1/entities", json={"display_name": "Mira"}).json()["entity_id"]
    told = metadata(filename="again.bin", sha256=digest(content), entity_id=entity, role="voice")
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": told}
    answer = standing.client.post("/v1/uploads", headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(content)))
    assert answer.headers["x-faceforge-asset-id"] == first["asset_id"]
    assert answer.headers["x-faceforge-duplicate"] == "true"
    assert made_of(standing, answer)["links"] == [{"entity_id": entity, "role": "voice"}]
    assert offset_of(standing.client, answer.headers["location"]) == len(content)
    wrong = standing.client.post("/v1/uploads", headers={**headers, "Upload-Length": "5"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "size_mismatch")
    missing = Path(standing.home.assets_dir) / first["storage"]["key"]
    missing.unlink()
    healed = standing.client.post("/v1/uploads", headers=headers)
    assert "x-faceforge-asset-id" not in healed.headers
    assert made_of(standing, patch(standing.client, healed.headers["location"], 0, content))
    assert missing.read_bytes() == content


def test_a_file_may_come_with_the_request_that_begins(standing: CoreProcess) -> None:
    for content in (b"all of it at once", b""):
        answer = standing.client.post(
            "/v1/uploads", headers={**BYTES, "Upload-Length": str(len(content))}, content=content
        )
        assert made_of(standing, answer)["content_hash"] == digest(content)
        assert answer.headers["upload-offset"] == str(len(content)) or not content
    part = standing.client.post("/v1/uploads", headers={**BYTES, "Upload-Length": "8"}, content=b"half")
    assert (part.status_code, part.headers["upload-offset"]) == (201, "4")
    made = made_of(standing, patch(standing.client, part.headers["location"], 4, b"half"))
    assert made["content_hash"] == digest(b"halfhalf")


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


def test_uploads_expire_and_their_bytes_go(tmp_path: Path) -> None:
    core = bounded(tmp_path / "home", upload_keep_hours=2 / 3600)
    place = begin(core.client, 10)
    assert patch(core.client, place, 0, b"12345").status_code == 204
    assert staged(core.home)
    until(lambda: core.client.head(place, headers=TUS).status_code == 410)
    assert patch(core.client, place, 5, b"67890").json()["code"] == "upload_expired"
    until(lambda: staged(core.home) == [])
    until(lambda: core.client.get(place).status_code == 404)
    core.kill()


def test_what_is_under_way_is_bounded_for_each_token(tmp_path: Path) -> None:
    core = bounded(tmp_path / "home", unfinished_uploads=2, unfinished_upload_bytes=1000, upload_bytes=900)
    told = core.client.options("/v1/uploads").headers
    assert told["tus-max-size"] == "900"

    def asked(size: int) -> tuple[int, str]:
        answer = core.client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(size)})
        return answer.status_code, answer.headers.get("location") or answer.json()["code"]

    assert asked(901) == (413, "payload_too_large")
    _, first = asked(600)
    assert asked(600) == (503, "overloaded")
    assert asked(400)[0] == 201
    assert asked(0)[0] == 503
    assert core.client.delete(first, headers=TUS).status_code == 204
    assert asked(0)[0] == 201
    core.kill()


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


def test_bytes_with_another_hash_than_declared_are_not_kept(standing: CoreProcess) -> None:
    before = sorted(objects(standing.home))
    place = begin(standing.client, 5, sha256="0" * 64)
    refused = patch(standing.client, place, 0, b"wrong")
    assert (refused.status_code, refused.json()["code"]) == (422, "hash_mismatch")
    assert standing.client.head(place, headers=TUS).status_code == 404
    assert (sorted(objects(standing.home)), staged(standing.home)) == (before, [])


def test_only_the_token_that_began_an_upload_finds_it(standing: CoreProcess) -> None:
    def limited(name: str, *permissions: str) -> dict[str, str]:
        made = standing.client.post("/v1/tokens", json={"name": name, "permissions": [*permissions]}).json()
        return {**TUS, "Authorization": f"Bearer {made['secret']}"}

    one, other, reader = (
        limited("tus one", "assets:write"),
        limited("tus other", "assets:write"),
        limited("tus reader", "assets:read"),
    )
    place = standing.client.post("/v1/uploads", headers={**one, "Upload-Length": "3"}).headers["location"]
    assert standing.client.head(place, headers=one).status_code == 200
    for stranger in (other, TUS):
        assert standing.client.head(place, headers=stranger).status_code == 404
        sent = {**stranger, **BYTES, "Upload-Offset": "0"}
        assert standing.client.patch(place, headers=sent, content=b"abc").status_code == 404
        assert standing.client.delete(place, headers=stranger).status_code == 404
    refused = standing.client.post("/v1/uploads", headers={**reader, "Upload-Length": "3"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    sent = {**one, **BYTES, "Upload-Offset": "0"}
    assert standing.client.patch(place, headers=sent, content=b"abc").status_code == 204


def test_a_purge_leaves_nothing_of_an_upload_that_was_finished(standing: CoreProcess) -> None:
    place = begin(standing.client, 9, filename="a secret name")
    asset = made_of(standing, patch(standing.client, place, 0, b"to purge!"))["asset_id"]
    assert standing.client.delete(f"/v1/assets/{asset}").status_code == 204
    assert standing.client.post(f"/v1/assets/{asset}/purge").status_code == 204
    assert standing.client.get(place).status_code == 404
    assert rows(standing.home, f"SELECT count(*) FROM uploads WHERE asset_id = '{asset}'") == [(0,)]


@pytest.mark.alone
def test_a_large_upload_in_pieces_needs_no_memory(standing: CoreProcess) -> None:
    process = psutil.Process(standing.process.pid)
    piece = os.urandom(8 * MIB)
    put(standing.client, piece, "first.bin")
    before = most = process.memory_info().rss
    place = begin(standing.client, 32 * len(piece))
    for number in range(32):
        answer = patch(standing.client, place, number * len(piece), piece)
        most = max(most, process.memory_info().rss)
    assert made_of(standing, answer)["size_bytes"] == 32 * len(piece)
    assert most - before < 64 * MIB
