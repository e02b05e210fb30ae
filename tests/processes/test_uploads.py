"""Uploads to a real Core: what is declared is checked, equal bytes are stored once, what is cut leaves nothing."""

from __future__ import annotations

import json
import socket
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import psutil
import pytest
from core_process import SECONDS, CoreProcess, run
from stored import assert_all_is_whole, assets, digest, objects, put, rows, staged, until

TOGETHER = 50


def held(core: CoreProcess) -> tuple[int, list[str], list[str]]:
    return len(assets(core.client)), sorted(objects(core.home)), staged(core.home)


@pytest.mark.parametrize("way", ["raw", "form"])
@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ({"sha256": "0" * 64}, "hash_mismatch"),
        ({"size_bytes": "4"}, "size_mismatch"),
        ({"size_bytes": "6", "sha256": digest(b"wrong")}, "size_mismatch"),
    ],
)
def test_what_differs_from_what_was_declared_is_refused_and_not_kept(
    standing: CoreProcess, way: str, declared: dict[str, str], code: str
) -> None:
    before = held(standing)
    if way == "raw":
        answer = put(standing.client, b"wrong", "wrong.bin", **declared)
    else:
        answer = standing.client.post("/v1/assets/upload", files={"file": ("w", b"wrong")}, data=declared)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] in ("/sha256", "/size_bytes")
    assert held(standing) == before


ABSENT = "0" * 64


@pytest.mark.parametrize("way", ["raw", "form"])
@pytest.mark.parametrize(
    ("form", "code", "place"),
    [
        ({"entity_id": ABSENT}, "unknown_reference", "/entity_id/0"),
        ({"derived_from_asset_id": ABSENT}, "unknown_reference", "/derived_from_asset_id"),
        ({"kind": "No Kind"}, "invalid_input", "/kind"),
        ({"meta": {"derived_from": ABSENT}}, "unknown_reference", "/meta/derived_from"),
        ({"meta": {"entities": [ABSENT]}}, "unknown_reference", "/meta/entities/0"),
        (
            {"meta": {"entities": [{"external_id": {"namespace": "n", "value": "nobody"}}]}},
            "unknown_reference",
            "/meta/entities/0/external_id",
        ),
        (
            {
                "meta": {
                    "entities": [
                        {"display_name": "Made, and not kept", "create": True},
                        {"display_name": "X", "create": True, "primary_thumbnail_asset_id": ABSENT},
                    ]
                }
            },
            "unknown_reference",
            "/meta/entities/1/primary_thumbnail_asset_id",
        ),
    ],
)
def test_of_a_file_that_is_refused_nothing_is_kept(
    standing: CoreProcess, way: str, form: dict[str, Any], code: str, place: str
) -> None:
    before = held(standing), counted(standing)
    fields = {name: json.dumps(value) if name == "meta" else value for name, value in form.items()}
    content = f"refused {way} {form}".encode()  # each time bytes that are not held already
    if way == "raw":
        answer = put(standing.client, content, "refused.bin", **fields)
    else:
        form = {"file": ("refused.bin", content), **{name: (None, text) for name, text in fields.items()}}
        answer = standing.client.post("/v1/assets/upload", files=form)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [place]
    assert (held(standing), counted(standing)) == before


def counted(core: CoreProcess) -> list[tuple[Any, ...]]:
    names = ("objects", "entities", "changesets", "idempotency_keys")
    return [rows(core.home, f"SELECT count(*) FROM {name}")[0] for name in names]


def test_of_an_upload_whose_key_was_used_for_another_nothing_is_kept(standing: CoreProcess) -> None:
    once = {"Idempotency-Key": "an upload"}
    path = "/v1/assets/upload?filename=a"
    first = standing.client.put(path, content=b"the first", headers=once)
    again = standing.client.put(path, content=b"the first", headers=once)
    assert (first.status_code, again.json()["asset_id"]) == (201, first.json()["asset_id"])
    before = held(standing), counted(standing)
    other = standing.client.put(path, content=b"another", headers=once)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    assert (held(standing), counted(standing)) == before


def test_what_agrees_with_what_was_declared_is_taken(standing: CoreProcess) -> None:
    right = {"sha256": digest(b"right").upper(), "size_bytes": "5"}
    assert put(standing.client, b"right", "right.bin", **right).status_code == 201


@pytest.mark.parametrize(("on_duplicate", "made"), [("reuse", 1), ("new", TOGETHER)])
def test_the_same_bytes_many_times_at_once_are_one_object(
    standing: CoreProcess, on_duplicate: str, made: int
) -> None:
    content = f"{on_duplicate} ".encode() * 40_000
    ready = threading.Barrier(TOGETHER)

    def upload(number: int) -> httpx.Response:
        ready.wait(SECONDS)
        return put(standing.client, content, f"{number}.bin", on_duplicate=on_duplicate)

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(pool.map(upload, range(TOGETHER)))
    response = [answer.json() for answer in answers]
    assert sorted(answer.status_code for answer in answers) == [200] * (TOGETHER - made) + [201] * made
    assert [each["duplicate"] for each in response].count(True) == TOGETHER - made
    assert len({each["asset_id"] for each in response}) == made
    assert {each["content_hash"] for each in response} == {digest(content)}
    assert objects(standing.home).count(digest(content)) == 1
    of_it = f"= '{digest(content)}'"
    assert rows(standing.home, f"SELECT count(*) FROM objects WHERE sha256 {of_it}") == [(1,)]
    assert rows(standing.home, f"SELECT count(*) FROM assets WHERE content_hash {of_it}") == [(made,)]
    assert staged(standing.home) == []


@pytest.mark.parametrize("way", ["raw", "raw without a length", "form"])
def test_an_upload_that_is_cut_leaves_nothing(standing: CoreProcess, way: str) -> None:
    before = held(standing)
    ports = standing.home.read_ports()
    address = ports["core_host"], ports["core_port"]
    length = {"raw without a length": "Transfer-Encoding: chunked"}.get(way, "Content-Length: 90000000")
    form = "Content-Type: multipart/form-data; boundary=b\r\n" if way == "form" else ""
    verb = "POST /v1/assets/upload" if way == "form" else "PUT /v1/assets/upload?filename=cut.bin"
    head = f"{verb} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nAuthorization: Bearer {standing.token}\r\n"
    begin = {
        "raw": b"",
        "raw without a length": b"300000\r\n",
        "form": b'--b\r\nContent-Disposition: form-data; name="file"; filename="cut"\r\n\r\n',
    }
    with socket.create_connection(address) as client:
        client.sendall(f"{head}{form}{length}\r\n\r\n".encode() + begin[way] + b"x" * 0x280000)
        until(lambda: staged(standing.home) != [])
    until(lambda: staged(standing.home) == [])
    assert held(standing) == before


def test_a_large_upload_needs_no_memory(standing: CoreProcess) -> None:
    """A quarter of a gigabyte that nobody declared the length of."""
    process = psutil.Process(standing.process.pid)
    piece = b"large" * 200_000
    put(standing.client, piece, "first.bin")
    before = process.memory_info().rss
    most = before

    def pieces() -> Iterator[bytes]:
        nonlocal most
        for number in range(256):
            if number % 16 == 0:
                most = max(most, process.memory_info().rss)
            yield piece

    answer = put(standing.client, pieces(), "large.bin")
    assert answer.status_code == 201
    assert answer.json()["size_bytes"] == 256 * len(piece)
    assert max(most, process.memory_info().rss) - before < 64 * 2**20


NAMES = [
    "a name with spaces.txt",
    "תמונה של אבא.txt",
    "صورة ١٢٣.txt",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 family.txt",
    "e\u0301 and \u00e9.txt",
    'it\'s "quoted"; 100% #1 & more?.txt',
    "日本語の名前.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were_given(standing: CoreProcess, name: str) -> None:
    client = standing.client
    entity = client.post(
        "/v1/entities", json={"display_name": name, "tags": [name], "fields": {"x": {name: name}}}
    ).json()
    meta = json.dumps({"tags": [name], "user_metadata": {name: [name]}})
    content = name.encode()
    data = {"entity_id": entity["entity_id"], "role": name, "meta": meta, "filename": name}
    made = client.post("/v1/assets/upload", files={"file": ("other", content)}, data=data)
    assert made.status_code == 201, made.text
    asset = client.get(f"/v1/assets/{made.json()['asset_id']}").json()
    assert asset["tags"] == [name]
    assert asset["user_metadata"] == {name: [name]}
    assert asset["links"] == [{"entity_id": entity["entity_id"], "role": name}]
    again = client.get(f"/v1/entities/{entity['entity_id']}").json()
    assert (again["display_name"], again["tags"], again["fields"]) == (name, [name], {"x": {name: name}})
    [found] = client.get("/v1/entities", params={"tag": name}).json()["items"]
    assert found["entity_id"] == entity["entity_id"]
    download = client.get(f"/v1/assets/{asset['asset_id']}/download")
    assert download.content == content
    star = download.headers["content-disposition"].partition("filename*=UTF-8''")[2]
    assert asset["filename"] == unicodedata.normalize("NFC", name)
    assert unquote(star) in ("", asset["filename"])


def test_a_home_may_be_called_anything(tmp_path: Path) -> None:
    root = tmp_path / "Ann's 100% home? #1 &x=y שלום \U0001f642"
    core = CoreProcess(root)
    made = put(core.client, b"content", "file.bin").json()
    assert (root / "db" / "core.sqlite3").is_file()
    assert [asset["asset_id"] for asset in assert_all_is_whole(core.client, core.home)] == [made["asset_id"]]
    assert run("backup", home=root).returncode == 0
    core.kill()
    again = CoreProcess(root)
    assert [asset["asset_id"] for asset in assets(again.client)] == [made["asset_id"]]
    again.kill()
    assert {each.name for each in tmp_path.iterdir()} == {root.name, f"{root.name}.output"}


def test_two_cores_on_two_homes_know_nothing_of_each_other(standing: CoreProcess, tmp_path: Path) -> None:
    other = CoreProcess(tmp_path / "other")
    healths: list[Any] = [core.client.get("/healthz").json() for core in (standing, other)]
    assert healths[0]["instance_id"] != healths[1]["instance_id"]
    made = put(other.client, b"of the other", "other.bin").json()
    assert standing.client.get(f"/v1/assets/{made['asset_id']}").status_code == 404
    assert digest(b"of the other") not in objects(standing.home)
    assert (
        httpx.get(f"{standing.url}/v1/assets", headers=other.client.headers, trust_env=False).status_code
        == 401
    )
    other.kill()
    assert standing.client.get("/healthz").json() == healths[0]
