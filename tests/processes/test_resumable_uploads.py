"""Uploads in pieces to a real Core: the protocol as others speak it, what is refused, bounds and who may (D10)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from core_process import CoreProcess
from stored import digest, objects, put, rows, staged, until
from tus_by_hand import BYTES, TUS, begin, made_of, metadata, offset_of, patch
from tusclient import client as tus

MIB = 1024 * 1024
CUTS = 200


def bounded(home: Path, **limits: Any) -> CoreProcess:
    """Core on a home with other limits."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "core.json").write_text(json.dumps({"limits": limits}))
    return CoreProcess(home)


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


def test_uploads_expire_and_their_bytes_go(tmp_path: Path) -> None:
    core = bounded(tmp_path / "home", upload_keep_hours=6 / 3600)
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
